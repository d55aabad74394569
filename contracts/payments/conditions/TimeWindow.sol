// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICondition} from "../interfaces/ICondition.sol";

/// @title TimeWindow
/// @notice Met between two moments.
contract TimeWindow is ICondition {
    /// @param from Unix seconds, this second included.
    /// @param until Unix seconds, this second included.
    struct Terms {
        uint40 from;
        uint40 until;
    }

    /// @inheritdoc ICondition
    /// @param terms `Terms`
    function check(bytes32, bytes calldata terms, bytes calldata) external view returns (bool) {
        Terms memory agreed = abi.decode(terms, (Terms));
        return agreed.from <= block.timestamp && block.timestamp <= agreed.until;
    }
}
