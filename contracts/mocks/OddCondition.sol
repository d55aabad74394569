// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICondition} from "../payments/interfaces/ICondition.sol";

/// @notice A condition that answers as its terms say: reverts, two, short, burns, floods, and anything else: yes.
contract OddCondition is ICondition {
    error OddCondition_Refused();

    /// @inheritdoc ICondition
    function check(bytes32, bytes calldata terms, bytes calldata) external view returns (bool) {
        bytes32 how = keccak256(bytes(abi.decode(terms, (string))));
        if (how == keccak256("reverts")) revert OddCondition_Refused();
        if (how == keccak256("two")) {
            assembly ("memory-safe") {
                mstore(0, 2)
                return(0, 32)
            }
        }
        if (how == keccak256("short")) {
            assembly ("memory-safe") {
                mstore8(0, 1)
                return(0, 1)
            }
        }
        if (how == keccak256("burns")) {
            while (gasleft() > 0) {}
        }
        if (how == keccak256("floods")) {
            assembly ("memory-safe") {
                revert(0, 200000)
            }
        }
        return true;
    }
}
