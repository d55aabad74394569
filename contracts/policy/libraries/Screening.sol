// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ISanctionsList} from "../interfaces/ISanctionsList.sol";

/// @title Screening
/// @notice Asks a sanctions list without ever being stopped, misled or robbed of gas by it.
library Screening {
    /// @notice Gas that one question gets; never less.
    uint256 internal constant LIST_GAS = 40_000;

    /// @notice What must be left for a call to get that: it gets all but one 64th (EIP-150) of what reaching a cold account
    /// leaves. A literal, because the compiler would compute an expression at run time.
    uint256 internal constant LIST_GAS_NEEDED = 43_700;

    /// @notice The call would get less gas than promised: a shortage must not pass for a silent list.
    error Screening_NotEnoughGas(uint256 left);

    /// @notice Whether `list` answered, and what.
    /// @param list Zero means that the deployment screens nobody: answered, not listed.
    function ask(address list, address account) internal view returns (bool answered, bool listed) {
        if (list == address(0)) return (true, false);
        // Check: the call gets all of its gas.
        if (gasleft() < LIST_GAS_NEEDED) revert Screening_NotEnoughGas(gasleft());
        uint256 selector = uint32(ISanctionsList.isSanctioned.selector);
        assembly ("memory-safe") {
            // The question in scratch space: the selector's four bytes end the first word, the account is the second.
            mstore(0x00, selector)
            mstore(0x20, shr(96, shl(96, account)))
            // One word of the answer is copied, whatever its size. Yul evaluates right to left: the call stands alone.
            let ok := staticcall(LIST_GAS, list, 0x1c, 0x24, 0x00, 0x20)
            let answer := mload(0x00)
            answered := and(ok, and(gt(returndatasize(), 0x1f), lt(answer, 2)))
            listed := and(answered, answer)
        }
    }
}
