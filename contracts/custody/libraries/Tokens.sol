// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";

/// @title Tokens
/// @notice What this contract holds of a token, asked before and after every move of it.
library Tokens {
    /// @notice Reverts if the token gives no answer.
    function held(address token) internal view returns (uint256 amount) {
        uint256 selector = uint32(IERC20.balanceOf.selector);
        bool ok;
        assembly ("memory-safe") {
            // The question in scratch space: the selector's four bytes end the first word, the account is the second.
            mstore(0x00, selector)
            mstore(0x20, address())
            // One word is copied, whatever the answer's size. Yul evaluates right to left: the call stands alone.
            ok := staticcall(gas(), token, 0x1c, 0x24, 0x00, 0x20)
            ok := and(ok, gt(returndatasize(), 0x1f))
            amount := mload(0x00)
        }
        if (!ok) revert IVaultEvents.Vault_TokenUnreadable(token);
    }
}
