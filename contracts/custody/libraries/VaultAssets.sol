// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IExitPolicy} from "../../policy/interfaces/IExitPolicy.sol";
import {AssetId, AssetIds} from "../../shared/AssetId.sol";
import {ParamKeys} from "../../shared/ParamKeys.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";
import {Asset, TokenClass} from "../interfaces/IVaultTypes.sol";
import {Balances} from "./Balances.sol";
import {VaultLayout} from "./VaultLayout.sol";
import {VaultNamespace} from "../VaultNamespace.sol";

/// @title VaultAssets
/// @notice Which assets the Vault takes, whether it still has all of them, and which policy guards them. Checks no
/// caller: `VaultAdmin` does.
library VaultAssets {
    /// @dev Bounds that keep every product of amounts, prices and powers of ten far from overflow.
    uint256 private constant _MAX_DECIMALS = 30;
    uint256 private constant _MAX_TICK_EXPONENT = 30;
    uint8 private constant _NATIVE_DECIMALS = 18;

    function list(AssetId asset, TokenClass tokenClass, uint8 tickExponent) internal {
        Asset storage a = VaultLayout.slots().assets[asset];
        uint8 idClass = asset.class();
        // Check
        if (a.class != TokenClass.UNLISTED) revert IVaultEvents.Vault_ListedAlready(asset);
        bool fits = tokenClass == TokenClass.NATIVE
            ? idClass == AssetIds.NATIVE
            : tokenClass != TokenClass.UNLISTED && idClass == AssetIds.ERC20;
        if (!fits) revert IVaultEvents.Vault_ClassDoesNotFit(asset, tokenClass);
        if (tickExponent > _MAX_TICK_EXPONENT) revert IVaultEvents.Vault_BadTick(tickExponent, _MAX_TICK_EXPONENT);
        _requireSet(ParamKeys.global(ParamKeys.FRESH_PERIOD));
        _requireSet(ParamKeys.ofAsset(ParamKeys.HOLDINGS_CAP, asset));
        _requireSet(ParamKeys.ofAsset(ParamKeys.SMALL_LANE_RATE, asset));
        _requireSet(ParamKeys.ofAsset(ParamKeys.LARGE_LANE_RATE, asset));
        // Effect
        a.class = tokenClass;
        a.tickExponent = tickExponent;
        a.decimals = tokenClass == TokenClass.NATIVE ? _NATIVE_DECIMALS : _probe(asset.token());
        emit IVaultEvents.AssetListed(asset, tokenClass, VaultLayout.word(a));
    }

    /// @notice What the Vault and its reserves hold.
    function holdings(AssetId asset) internal view returns (uint256) {
        if (asset.eq(AssetIds.native())) return address(this).balance;
        return IERC20(asset.token()).balanceOf(address(this));
    }

    function checkImpairment(AssetId asset, uint256 held) internal {
        Asset storage a = VaultLayout.slots().assets[asset];
        // Check
        if (a.class == TokenClass.UNLISTED) revert IVaultEvents.Vault_NotListed(asset);
        bool impaired = a.liabilities > held;
        if (impaired == a.impaired) revert IVaultEvents.Vault_Unchanged();
        // Effect
        a.impaired = impaired;
        emit IVaultEvents.ImpairmentChecked(asset, impaired, held, VaultLayout.word(a));
    }

    function setPolicy(address expected, uint32 expectedRevision, uint40 validUntil, address next) internal {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        address current = $.door.policy;
        // Check
        if (block.timestamp > validUntil) revert IVaultEvents.Vault_Expired(validUntil);
        if (current != expected) revert IVaultEvents.Vault_NotTheExpected(expected, current);
        if (next == current) revert IVaultEvents.Vault_Unchanged();
        if (next.code.length == 0) revert IVaultEvents.Vault_BadPolicy(next);
        if (current != address(0)) {
            uint32 revision = IExitPolicy(current).revision();
            if (revision != expectedRevision) revert IVaultEvents.Vault_StalePolicy(expectedRevision, revision);
        }
        // Effect: the list comes with the policy, so both always ask the same one.
        address sanctionsList = IExitPolicy(next).sanctionsList();
        $.door.policy = next;
        $.sanctionsList = sanctionsList;
        emit IVaultEvents.PolicySet(current, next, sanctionsList, VaultLayout.word($.door));
    }

    /// @dev The token's decimals, once it has shown that the ledger can count it.
    function _probe(address token) private view returns (uint8) {
        uint256 decimals = _read(token, IERC20Metadata.decimals.selector);
        uint256 supply = _read(token, IERC20.totalSupply.selector);
        if (decimals > _MAX_DECIMALS || supply > Balances.MAX_TOTAL) {
            revert IVaultEvents.Vault_TokenTooLarge(token, decimals, supply);
        }
        return uint8(decimals);
    }

    function _read(address token, bytes4 selector) private view returns (uint256) {
        (bool ok, bytes memory answer) = token.staticcall(abi.encodePacked(selector));
        if (!ok || answer.length != 32) revert IVaultEvents.Vault_TokenUnreadable(token);
        return abi.decode(answer, (uint256));
    }

    function _requireSet(bytes32 key) private view {
        if (VaultLayout.slots().params.rows[key].version == 0) revert IVaultEvents.Vault_ParameterMissing(key);
    }
}
