// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Params} from "../../shared/Params.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";
import {Account, Asset, Kind, Open, Subject} from "../interfaces/IVaultTypes.sol";
import {VAULT_NAMESPACE, VaultNamespace} from "../VaultNamespace.sol";
import {Access, Act, Guard} from "./Guard.sol";

/// @title VaultLayout
/// @notice The Vault's storage, the few questions that all of its parts ask it, and its slots as words for events. One
/// namespace (ERC-7201), shared by the Vault and the linked library that holds its rarely used verbs.
library VaultLayout {
    using Params for Params.Table;

    function slots() internal pure returns (VaultNamespace.Layout storage $) {
        assembly ("memory-safe") {
            $.slot := VAULT_NAMESPACE
        }
    }

    /// @notice The customer that `account` belongs to.
    function subjectOf(address account) internal view returns (address) {
        address subject = slots().accounts[account].subject;
        return subject == address(0) ? account : subject;
    }

    /// @notice What the guard says of `account`; reverts with the reason if that is NO.
    /// @param everyoneHeldUntil Zero for acts that a hold on everyone doesn't change, likewise `impaired`.
    function allow(Act act, address account, uint40 everyoneHeldUntil, bool impaired)
        internal
        view
        returns (Access access)
    {
        Account storage a = slots().accounts[account];
        (address subject, bool app) = (a.subject, a.kind != Kind.USER);
        if (subject == address(0)) subject = account;
        Subject storage s = slots().subjects[subject];
        (uint40 heldUntil, bool listed) = (s.heldUntil, s.listed != 0);
        access = Guard.access(
            act, app, block.timestamp < heldUntil, listed, block.timestamp < everyoneHeldUntil, impaired
        );
        if (access == Access.NO) {
            if (app) revert IVaultEvents.Vault_AppsCannot(account);
            if (listed) revert IVaultEvents.Vault_Listed(subject);
            if (block.timestamp < heldUntil) revert IVaultEvents.Vault_Held(subject, heldUntil);
            revert IVaultEvents.Vault_EveryoneHeld(everyoneHeldUntil);
        }
    }

    /// @notice T in hours.
    function freshHours() internal view returns (uint256) {
        return slots().params.inForce(ParamKeys.global(ParamKeys.FRESH_PERIOD));
    }

    /// @notice T in seconds; at most a week.
    function freshPeriod() internal view returns (uint40) {
        return uint40(freshHours() * 1 hours);
    }

    /// @notice The subject's tier in force.
    function tierOf(Subject storage s) internal view returns (uint8) {
        if (block.timestamp < s.tierFrom) return s.tiers >> 4;
        return block.timestamp < s.tierUntil ? s.tiers & 0x0f : 0;
    }

    /// @notice The subject's own limit in force, in cents; max uint40 if it has none.
    function capOf(Subject storage s) internal view returns (uint40) {
        uint40 from = s.nextCapFrom;
        uint40 cap = from != 0 && block.timestamp >= from ? s.nextCap : s.cap;
        return cap == 0 ? type(uint40).max : cap - 1;
    }

    // ---- slots as words ----

    function word(Account storage x) internal view returns (uint256 w) {
        assembly ("memory-safe") {
            w := sload(x.slot)
        }
    }

    function word(Subject storage x) internal view returns (uint256 w) {
        assembly ("memory-safe") {
            w := sload(x.slot)
        }
    }

    function word(Asset storage x) internal view returns (uint256 w) {
        assembly ("memory-safe") {
            w := sload(x.slot)
        }
    }

    function word(Open storage x) internal view returns (uint256 w) {
        assembly ("memory-safe") {
            w := sload(x.slot)
        }
    }

    function word(VaultNamespace.Door storage x) internal view returns (uint256 w) {
        assembly ("memory-safe") {
            w := sload(x.slot)
        }
    }
}
