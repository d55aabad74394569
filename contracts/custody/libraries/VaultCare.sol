// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Params} from "../../shared/Params.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";
import {Exit, TokenClass} from "../interfaces/IVaultTypes.sol";
import {VaultNamespace} from "../VaultNamespace.sol";
import {Assets} from "./Assets.sol";
import {Balances} from "./Balances.sol";
import {Act} from "./Guard.sol";
import {Ledger} from "./Ledger.sol";
import {Queue} from "./Queue.sol";
import {VaultLayout} from "./VaultLayout.sol";

/// @title VaultCare
/// @notice What is done when something is lost: an account's key, an upgrade, governance itself. Checks no caller:
/// `VaultAdmin` does.
library VaultCare {
    using Assets for VaultNamespace.Packed;
    using Assets for uint256;
    using Balances for uint256;
    using Params for Params.Table;

    // ---- an account's key ----

    function recover(address from, address to, AssetId[] calldata assets, Exit[] calldata exits) internal {
        // Check
        if (to == address(0) || to == address(this) || to == from) revert IVaultEvents.Vault_BadRecipient(to);
        VaultLayout.allow(Act.RECOVER, from);
        VaultLayout.allow(Act.RECOVER, to);
        // Effect
        for (uint256 i; i < exits.length; ++i) {
            Queue.cancel(from, exits[i]);
        }
        emit IVaultEvents.AccountRecovered(from, to);
        for (uint256 i; i < assets.length; ++i) {
            Ledger.move(from, to, assets[i], VaultLayout.slots().balances[from][assets[i]].word.total());
        }
    }

    // ---- an upgrade ----

    function openInstant(uint40 validUntil) internal {
        if (block.timestamp > validUntil) revert IVaultEvents.Vault_Expired(validUntil);
        setInstantClosed(false);
    }

    function setInstantClosed(bool closed) internal {
        VaultNamespace.Door storage door = VaultLayout.slots().door;
        // Check
        if (door.instantClosed == closed) revert IVaultEvents.Vault_Unchanged();
        // Effect
        door.instantClosed = closed;
        uint256 word = VaultLayout.word(door);
        if (closed) emit IVaultEvents.InstantClosed(word);
        else emit IVaultEvents.InstantOpened(word);
    }

    // ---- governance ----

    /// @notice Governance has acted now.
    function governed() internal {
        // Effect
        VaultLayout.slots().governedAt = uint40(block.timestamp);
        emit IVaultEvents.Governed(uint40(block.timestamp));
    }

    function windDown(AssetId asset) internal {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        VaultNamespace.Packed storage row = $.assets[asset];
        uint256 a = row.load();
        bytes32 key = ParamKeys.global(ParamKeys.WIND_DOWN_AFTER);
        // Check
        if (a.class() == TokenClass.UNLISTED) revert IVaultEvents.Vault_NotListed(asset);
        if (a.windingDown()) revert IVaultEvents.Vault_Unchanged();
        if ($.params.rows[key].version == 0) revert IVaultEvents.Vault_ParameterMissing(key);
        // Two years at most.
        uint40 silentFrom = $.governedAt + uint40($.params.inForce(key) * 1 days);
        if (block.timestamp < silentFrom) revert IVaultEvents.Vault_GovernanceAlive(silentFrom);
        // Effect
        a = a.withWindingDown(true);
        row.store(a);
        emit IVaultEvents.WindDownBegun(asset, a);
    }

    function revive(AssetId asset) internal {
        VaultNamespace.Packed storage row = VaultLayout.slots().assets[asset];
        uint256 a = row.load();
        // Check
        if (!a.windingDown()) revert IVaultEvents.Vault_Unchanged();
        // Effect
        a = a.withWindingDown(false);
        row.store(a);
        emit IVaultEvents.Revived(asset, a);
    }
}
