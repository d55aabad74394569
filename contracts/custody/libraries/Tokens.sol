// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AssetId, AssetIds} from "../../shared/AssetId.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";

/// @title Tokens
/// @notice What an account holds of an asset, asked before and after every move of it; and the only push out.
library Tokens {
    using SafeERC20 for IERC20;

    /// @notice What this contract holds of a token. Reverts if the token gives no answer.
    function held(address token) internal view returns (uint256) {
        return held(token, address(this));
    }

    /// @notice What `account` holds of a token. Reverts if the token gives no answer.
    function held(address token, address account) internal view returns (uint256 amount) {
        bool ok;
        (ok, amount) = _ask(token, account);
        if (!ok) revert IVaultEvents.Vault_TokenUnreadable(token);
    }

    /// @notice What `account` holds of an asset. Reverts if its token gives no answer.
    function held(AssetId asset, address account) internal view returns (uint256) {
        return asset.eq(AssetIds.native()) ? account.balance : held(asset.token(), account);
    }

    /// @notice What `account` holds of an asset; nothing if its token gives no answer.
    function heldOrNothing(AssetId asset, address account) internal view returns (uint256 amount) {
        if (asset.eq(AssetIds.native())) return account.balance;
        (, amount) = _ask(asset.token(), account);
    }

    /// @notice Pushes exactly `amount` out of this contract; anything else reverts and leaves the claim payable.
    /// @param before What it holds now: at least `amount`.
    function pay(AssetId asset, address to, uint256 amount, uint256 before) internal {
        // Interaction
        if (asset.eq(AssetIds.native())) {
            bool ok;
            assembly ("memory-safe") {
                // No returndata is copied, so the recipient can't make it expensive.
                ok := call(gas(), to, amount, 0, 0, 0, 0)
            }
            if (!ok) revert IVaultEvents.Vault_PushFailed(to);
            return;
        }
        address token = asset.token();
        IERC20(token).safeTransfer(to, amount);
        uint256 afterwards = held(token);
        uint256 paid = before > afterwards ? before - afterwards : 0;
        if (paid != amount) revert IVaultEvents.Vault_PaidDiffers(asset, amount, paid);
    }

    /// @dev The amount is zero unless `ok`.
    function _ask(address token, address account) private view returns (bool ok, uint256 amount) {
        uint256 selector = uint32(IERC20.balanceOf.selector);
        assembly ("memory-safe") {
            // The question in scratch space: the selector's four bytes end the first word, the account is the second.
            mstore(0x00, selector)
            mstore(0x20, account)
            // One word is copied, whatever the answer's size. Yul evaluates right to left: the call stands alone.
            ok := staticcall(gas(), token, 0x1c, 0x24, 0x00, 0x20)
            ok := and(ok, gt(returndatasize(), 0x1f))
            amount := mul(ok, mload(0x00)) // `ok` is 0 or 1
        }
    }
}
