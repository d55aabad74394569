// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SlidingWindow} from "../../policy/libraries/SlidingWindow.sol";
import {AssetId, AssetIds} from "../../shared/AssetId.sol";
import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Params} from "../../shared/Params.sol";
import {Units} from "../../shared/Units.sol";
import {WindowKeys} from "../../shared/WindowKeys.sol";
import {IReserve} from "../interfaces/IReserve.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";
import {TokenClass} from "../interfaces/IVaultTypes.sol";
import {VaultNamespace} from "../VaultNamespace.sol";
import {Assets} from "./Assets.sol";
import {Quotes} from "./Quotes.sol";
import {Tokens} from "./Tokens.sol";
import {VaultLayout} from "./VaultLayout.sol";

/// @title VaultReserves
/// @notice How much the Vault keeps of an asset, what goes to its reserves and what comes back. Checks no caller but a
/// reserve: `VaultAdmin` does.
library VaultReserves {
    using Assets for VaultNamespace.Packed;
    using Assets for uint256;
    using Params for Params.Table;
    using SlidingWindow for uint256;

    /// @dev A level each; every one is asked for each count of the holdings.
    uint256 internal constant MAX_RESERVES = 4;

    uint256 private constant _BPS = 10_000;

    function add(address reserve) internal {
        address[] storage reserves = VaultLayout.slots().reserves;
        // Check
        if (reserves.length == MAX_RESERVES) revert IVaultEvents.Vault_TooManyReserves(MAX_RESERVES);
        if (_indexOf(reserve) != reserves.length) revert IVaultEvents.Vault_Unchanged();
        if (reserve.code.length == 0 || IReserve(reserve).vault() != address(this) || !_refills(reserve)) {
            revert IVaultEvents.Vault_NotAReserve(reserve);
        }
        // Effect
        reserves.push(reserve);
        emit IVaultEvents.ReserveAdded(reserve);
    }

    function remove(address reserve) internal {
        address[] storage reserves = VaultLayout.slots().reserves;
        uint256 index = _indexOf(reserve);
        // Check
        if (index == reserves.length) revert IVaultEvents.Vault_NotAReserve(reserve);
        // Effect: the others keep their order.
        for (; index + 1 < reserves.length; ++index) {
            reserves[index] = reserves[index + 1];
        }
        reserves.pop();
        emit IVaultEvents.ReserveRemoved(reserve);
    }

    /// @notice Raw units that a sweep leaves: enough for every open exit, whenever it matures, and for what instant exits
    /// have lately asked for, within governed bounds.
    function hotCeiling(AssetId asset, uint256 a) internal view returns (uint256) {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        (, uint256 outflow) = $.windows[WindowKeys.asset(asset)].word.roll(Quotes.EXIT_WINDOW, block.timestamp);
        // Below 2^39 ticks and 2^64: no product here reaches 2^128.
        uint256 ticks = outflow * $.params.inForce(ParamKeys.ofAsset(ParamKeys.HOT_COVER, asset)) / _BPS;
        uint256 least = $.params.inForce(ParamKeys.ofAsset(ParamKeys.HOT_MIN, asset));
        uint256 most = $.params.inForce(ParamKeys.ofAsset(ParamKeys.HOT_MAX, asset));
        if (ticks > most) ticks = most;
        if (ticks < least) ticks = least;
        return a.queued() + ticks * Units.tick(a.tickExponent());
    }

    function sweep(AssetId asset) internal returns (uint256 amount) {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        uint256 a = $.assets[asset].load();
        TokenClass class = a.class();
        bytes32 most = ParamKeys.ofAsset(ParamKeys.HOT_MAX, asset);
        // Check: a token that takes a fee would shrink on each way.
        bool exact = class == TokenClass.NATIVE || class == TokenClass.EXACT;
        if (!exact || a.impaired() || a.windingDown()) revert IVaultEvents.Vault_NotSweepable(asset);
        if ($.reserves.length == 0) revert IVaultEvents.Vault_NoReserve();
        if ($.params.rows[most].version == 0) revert IVaultEvents.Vault_ParameterMissing(most);
        uint256 held = Tokens.held(asset, address(this));
        uint256 ceiling = hotCeiling(asset, a);
        if (held <= ceiling) revert IVaultEvents.Vault_NothingToSweep(asset, held, ceiling);
        amount = held - ceiling;
        // Effect
        address reserve = $.reserves[0];
        emit IVaultEvents.Swept(asset, reserve, amount);
        // Interaction
        uint256 there = Tokens.held(asset, reserve);
        Tokens.pay(asset, reserve, amount, held);
        // Check: anyone sweeps, so a fee that the token has begun to take since it was listed is paid by no sweep.
        uint256 then = Tokens.held(asset, reserve);
        uint256 arrived = then > there ? then - there : 0;
        if (arrived != amount) revert IVaultEvents.Vault_ReceivedDiffers(asset, amount, arrived);
    }

    /// @dev Under the lock: what comes while another verb counts tokens would be counted as its own.
    function refill(AssetId asset) internal {
        // Check
        if (_indexOf(msg.sender) == VaultLayout.slots().reserves.length) {
            revert IVaultEvents.Vault_NotAReserve(msg.sender);
        }
        if (msg.value != 0 && !asset.eq(AssetIds.native())) revert IVaultEvents.Vault_WrongValue(msg.value, 0);
        emit IVaultEvents.Refilled(asset, msg.sender, Tokens.held(asset, address(this)));
    }

    /// @dev Half of the suite has a `vault()`, a deposit address too: what is swept there would be lost, or its owner's.
    function _refills(address reserve) private view returns (bool) {
        try IReserve(reserve).refillDelay() returns (uint256 delay) {
            return delay != 0;
        } catch {
            return false;
        }
    }

    function _indexOf(address reserve) private view returns (uint256 index) {
        address[] storage reserves = VaultLayout.slots().reserves;
        while (index < reserves.length && reserves[index] != reserve) ++index;
    }
}
