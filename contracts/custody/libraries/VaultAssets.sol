// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IAuditRecord} from "../../governance/interfaces/IAuditRecord.sol";
import {IExitPolicy} from "../../policy/interfaces/IExitPolicy.sol";
import {AssetId, AssetIds} from "../../shared/AssetId.sol";
import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Params} from "../../shared/Params.sol";
import {Units} from "../../shared/Units.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";
import {TokenClass} from "../interfaces/IVaultTypes.sol";
import {Assets} from "./Assets.sol";
import {Balances} from "./Balances.sol";
import {Tokens} from "./Tokens.sol";
import {VaultAudit} from "./VaultAudit.sol";
import {VaultLayout} from "./VaultLayout.sol";
import {VaultNamespace} from "../VaultNamespace.sol";

/// @title VaultAssets
/// @notice Which assets the Vault takes, whether it still has all of them, and which policy guards them. Checks no
/// caller: `VaultAdmin` does.
library VaultAssets {
    using Assets for VaultNamespace.Packed;
    using Assets for uint256;
    using Params for Params.Table;

    /// @dev Bounds that keep every product of amounts, prices and powers of ten far from overflow.
    uint256 private constant _MAX_DECIMALS = 30;
    uint256 private constant _MAX_TICK_EXPONENT = 30;
    uint8 private constant _NATIVE_DECIMALS = 18;

    /// @dev So that a change of T, which writes every asset's slot, always fits a block.
    uint256 internal constant MAX_ASSETS = 1000;

    function list(AssetId asset, TokenClass tokenClass, uint8 tickExponent) internal {
        VaultNamespace.Packed storage row = VaultLayout.slots().assets[asset];
        uint8 idClass = asset.class();
        // Check
        if (row.load().class() != TokenClass.UNLISTED) revert IVaultEvents.Vault_ListedAlready(asset);
        if (VaultLayout.slots().listed.length == MAX_ASSETS) revert IVaultEvents.Vault_TooManyAssets(MAX_ASSETS);
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
        uint256 decimals = tokenClass == TokenClass.NATIVE ? _NATIVE_DECIMALS : _probe(asset.token());
        uint256 a = Assets.listed(tokenClass, decimals, tickExponent, VaultLayout.freshHours());
        row.store(a);
        VaultLayout.slots().listed.push(asset);
        emit IVaultEvents.AssetListed(asset, tokenClass, a);
    }

    /// @notice Brings a new T into every listed asset's slot.
    function spreadFreshHours() internal {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        // A week at most.
        uint8 freshHours = uint8(VaultLayout.freshHours());
        for (uint256 i; i < $.listed.length; ++i) {
            VaultNamespace.Packed storage row = $.assets[$.listed[i]];
            // Effect
            uint256 a = row.load().withFreshHours(freshHours);
            row.store(a);
            emit IVaultEvents.FreshPeriodSpread($.listed[i], freshHours, a);
        }
    }

    /// @notice What the Vault and its reserves hold.
    function holdings(AssetId asset) internal view returns (uint256 sum) {
        address[] storage reserves = VaultLayout.slots().reserves;
        sum = Tokens.held(asset, address(this));
        for (uint256 i; i < reserves.length; ++i) {
            sum += Tokens.held(asset, reserves[i]);
        }
    }

    /// @notice What the holdings cap leaves for deposits, and while the code that runs isn't covered by an audit the cap of
    /// the record: nothing while the asset is being wound down.
    /// @param a The asset's slot.
    function room(IAuditRecord record, AssetId asset, uint256 a) internal view returns (uint256) {
        if (a.windingDown()) return 0;
        uint256 ticks = VaultLayout.slots().params.inForce(ParamKeys.ofAsset(ParamKeys.HOLDINGS_CAP, asset));
        uint256 most = VaultAudit.cap(record, asset);
        if (ticks > most) ticks = most;
        uint256 cap = ticks * Units.tick(a.tickExponent());
        if (cap > Balances.MAX_TOTAL) cap = Balances.MAX_TOTAL;
        return cap > a.liabilities() ? cap - a.liabilities() : 0;
    }

    function checkImpairment(AssetId asset, uint256 held) internal {
        VaultNamespace.Packed storage row = VaultLayout.slots().assets[asset];
        uint256 a = row.load();
        // Check
        if (a.class() == TokenClass.UNLISTED) revert IVaultEvents.Vault_NotListed(asset);
        bool impaired = a.liabilities() > held;
        if (impaired == a.impaired()) revert IVaultEvents.Vault_Unchanged();
        // Effect
        a = a.withImpaired(impaired);
        row.store(a);
        emit IVaultEvents.ImpairmentChecked(asset, impaired, held, a);
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
        $.screen.list = sanctionsList;
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
