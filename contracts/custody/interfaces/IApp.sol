// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";

/// @notice A registered app: a pooled ledger account that gets amounts pushed and then this one call.
interface IApp {
    /// @notice Called by the Vault, after it has moved `amounts` of `assets` from `owner` to this app. A revert undoes that.
    /// @dev Warning: check `msg.sender`. The app may pay ledger accounts inside the hook.
    function onVaultCall(address owner, AssetId[] calldata assets, uint112[] calldata amounts, bytes calldata data)
        external;
}
