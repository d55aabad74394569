// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICondition} from "../interfaces/ICondition.sol";

/// @title Several
/// @notice Met by enough of several other conditions, one level deep: a part can't be of this kind again.
contract Several is ICondition {
    struct Part {
        ICondition condition;
        bytes terms;
    }

    /// @param threshold How many of the parts, at least 1.
    struct Terms {
        uint256 threshold;
        Part[] parts;
    }

    /// @param place The part's, counted from 0.
    /// @param witness What is brought for it.
    struct Shown {
        uint256 place;
        bytes witness;
    }

    /// @inheritdoc ICondition
    /// @param terms `Terms`
    /// @param witness `Shown[]` by ascending place; exactly as many as the threshold. Each of them must be met, and a part
    /// that reverts makes the whole revert: whoever brings it chooses which parts are asked.
    function check(bytes32 id, bytes calldata terms, bytes calldata witness) external view returns (bool) {
        Terms memory agreed = abi.decode(terms, (Terms));
        Shown[] memory shown = abi.decode(witness, (Shown[]));
        if (agreed.threshold == 0 || shown.length != agreed.threshold) return false;
        for (uint256 i; i < shown.length; ++i) {
            if (i != 0 && shown[i - 1].place >= shown[i].place) return false;
            if (shown[i].place >= agreed.parts.length) return false;
            Part memory part = agreed.parts[shown[i].place];
            // Every one of this kind has this code.
            if (address(part.condition).codehash == address(this).codehash) return false;
            if (!part.condition.check(id, part.terms, shown[i].witness)) return false;
        }
        return true;
    }
}
