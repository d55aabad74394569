// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {Kind} from "../custody/interfaces/IVaultTypes.sol";
import {SlidingWindow} from "../policy/libraries/SlidingWindow.sol";
import {AssetId} from "../shared/AssetId.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {Parametrised} from "../shared/Parametrised.sol";
import {Params} from "../shared/Params.sol";
import {Units} from "../shared/Units.sol";
import {Direction, IParams, ParamSpec} from "../shared/interfaces/IParams.sol";
import {IAppRelease} from "./interfaces/IAppRelease.sol";

/// @title AppRelease
/// @notice Which deployment of an app takes whose new positions.
/// @dev Not upgradeable; one for each app that is released this way.
contract AppRelease is IAppRelease, Parametrised, AccessManaged {
    using Params for Params.Table;

    uint64 private constant _ALL = 10_000;

    IVault private immutable _vault;
    address private _stable;
    address private _canary;
    Params.Table private _table;

    /// @param authority The AccessManager.
    /// @param vault_ The Vault whose app is released.
    constructor(address authority, IVault vault_) AccessManaged(authority) {
        if (authority == address(0) || address(vault_) == address(0)) revert AppRelease_ZeroAddress();
        _vault = vault_;
    }

    /// @inheritdoc IAppRelease
    function nameCanary(address canary_) external restricted {
        // Check
        if (_canary != address(0)) revert AppRelease_CanaryAlready(_canary);
        if (canary_ == _stable) revert AppRelease_StableAlready(_stable);
        if (_vault.accountOf(canary_).kind != Kind.APP) revert AppRelease_NotAnApp(canary_);
        uint64 share = _table.rows[_shareKey(canary_)].base;
        if (share != 0) revert AppRelease_ShareLeft(canary_, share);
        // Effect
        _canary = canary_;
        emit CanaryNamed(canary_, _stable);
    }

    /// @inheritdoc IAppRelease
    function promote(address expected) external restricted {
        _mustBeCanary(expected);
        // Effect
        emit CanaryPromoted(expected, _stable);
        (_stable, _canary) = (expected, address(0));
    }

    /// @inheritdoc IAppRelease
    function retire(address expected) external restricted {
        _mustBeCanary(expected);
        // Effect
        emit CanaryRetired(expected);
        _canary = address(0);
    }

    // ---- parameters ----

    /// @inheritdoc IParams
    function tighten(bytes32 key, uint64 value) external restricted {
        _tighten(key, value);
    }

    /// @inheritdoc IParams
    function set(bytes32 key, uint32 expectedVersion, uint40 validUntil, uint64 value) external restricted {
        _set(key, expectedVersion, validUntil, value);
    }

    // ---- views ----

    /// @inheritdoc IAppRelease
    function admit(address account, AssetId[] calldata assets, uint112[] calldata amounts) external view {
        if (msg.sender == _canary) {
            if (!inCanary(account)) revert AppRelease_WrongDeployment(account, _stable);
            // What it was sent is among what it holds.
            (bool fits, AssetId asset, uint256 held, uint256 cap) = _fit(assets, new uint112[](assets.length));
            if (!fits) revert AppRelease_CanaryFull(asset, held, cap);
        } else if (msg.sender == _stable) {
            address there = deploymentFor(account, assets, amounts);
            if (there != msg.sender) revert AppRelease_WrongDeployment(account, there);
        } else {
            revert AppRelease_NotADeployment(msg.sender);
        }
    }

    /// @inheritdoc IAppRelease
    function deploymentFor(address account, AssetId[] calldata assets, uint112[] calldata amounts)
        public
        view
        returns (address)
    {
        if (!inCanary(account)) return _stable;
        (bool fits,,,) = _fit(assets, amounts);
        return fits ? _canary : _stable;
    }

    /// @inheritdoc IAppRelease
    function inCanary(address account) public view returns (bool) {
        address current = _canary;
        return current != address(0) && placeOf(current, account) < _table.inForce(_shareKey(current));
    }

    /// @inheritdoc IAppRelease
    function placeOf(address canary_, address account) public pure returns (uint256) {
        return uint256(keccak256(abi.encode(canary_, account))) % _ALL;
    }

    /// @inheritdoc IAppRelease
    function stable() external view returns (address) {
        return _stable;
    }

    /// @inheritdoc IAppRelease
    function canary() external view returns (address) {
        return _canary;
    }

    /// @inheritdoc IAppRelease
    function vault() external view returns (address) {
        return address(_vault);
    }

    // ---- inside ----

    function _mustBeCanary(address expected) private view {
        if (expected == address(0) || expected != _canary) revert AppRelease_NotTheCanary(expected, _canary);
    }

    function _shareKey(address canary_) private pure returns (bytes32) {
        return ParamKeys.ofAccount(ParamKeys.CANARY_SHARE, canary_);
    }

    /// @dev Whether the canary stays within its caps with `more` than it holds, and the first cap that it doesn't stay within.
    function _fit(AssetId[] calldata assets, uint112[] memory more)
        private
        view
        returns (bool fits, AssetId asset, uint256 held, uint256 cap)
    {
        for (uint256 i; i < assets.length; ++i) {
            asset = assets[i];
            held = _vault.balanceOf(_canary, asset.raw());
            // An asset may be named more than once.
            for (uint256 j; j < assets.length; ++j) {
                if (assets[j].eq(asset)) held += more[j];
            }
            uint256 ticks = _table.inForce(ParamKeys.ofAsset(ParamKeys.CANARY_CAP, asset));
            cap = ticks * Units.tick(_vault.assetOf(asset).tickExponent);
            if (held > cap) return (false, asset, held, cap);
        }
        return (true, AssetId.wrap(0), 0, 0);
    }

    function _params() internal view override returns (Params.Table storage) {
        return _table;
    }

    function _spec(bytes32 key) internal pure override returns (ParamSpec memory) {
        uint8 kind = ParamKeys.kindOf(key);
        if (kind == ParamKeys.CANARY_SHARE) return ParamSpec(0, _ALL, Direction.DOWN);
        if (kind == ParamKeys.CANARY_CAP) return ParamSpec(0, uint64(SlidingWindow.MAX), Direction.DOWN);
        revert IParams.Params_UnknownKey(key);
    }
}
