// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IApp} from "../custody/interfaces/IApp.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {AssetId} from "../shared/AssetId.sol";
import {IAppRelease} from "./interfaces/IAppRelease.sol";

/// @title ReleasedApp
/// @notice What an app inherits that is released beside its former deployment: whoever opens a position must come to the
/// deployment that is the account's. What doesn't open one isn't asked about, so settling can't be stopped by a release.
abstract contract ReleasedApp is IApp {
    IVault internal immutable _vault;
    IAppRelease internal immutable _release;

    error ReleasedApp_OtherVault(address vault);
    error ReleasedApp_NotTheVault(address caller);

    /// @param release_ Of this app, for the same Vault; zero = this deployment takes everybody's positions.
    constructor(IVault vault_, IAppRelease release_) {
        if (address(release_) != address(0) && release_.vault() != address(vault_)) {
            revert ReleasedApp_OtherVault(address(vault_));
        }
        (_vault, _release) = (vault_, release_);
    }

    /// @notice The Vault whose app this is.
    function vault() external view returns (address) {
        return address(_vault);
    }

    /// @notice The `IAppRelease` that says whose new positions this deployment takes; zero = everybody's.
    function appRelease() external view returns (address) {
        return address(_release);
    }

    /// @inheritdoc IApp
    function onVaultCall(address owner, AssetId[] calldata assets, uint112[] calldata amounts, bytes calldata data)
        external
    {
        // Check
        if (msg.sender != address(_vault)) revert ReleasedApp_NotTheVault(msg.sender);
        if (address(_release) != address(0) && _opens(owner, assets, amounts, data)) {
            _release.admit(owner, assets, amounts);
        }
        _take(owner, assets, amounts, data);
    }

    /// @dev Whether this call opens a position. Anything that settles one must answer false.
    function _opens(address owner, AssetId[] calldata assets, uint112[] calldata amounts, bytes calldata data)
        internal
        view
        virtual
        returns (bool);

    /// @dev The app's own hook.
    function _take(address owner, AssetId[] calldata assets, uint112[] calldata amounts, bytes calldata data)
        internal
        virtual;
}
