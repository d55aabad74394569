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

    // Fields of the structs Account and Subject within their slots, for the verbs that everyone pays for: a slot is read
    // once. A test compares them with the structs.
    uint256 private constant _INSTANT_FROM_SHIFT = 160;
    uint256 private constant _KIND_SHIFT = 232;
    uint256 private constant _TIER_FROM_SHIFT = 8;
    uint256 private constant _TIER_UNTIL_SHIFT = 48;
    uint256 private constant _HELD_UNTIL_SHIFT = 88;
    uint256 private constant _LISTED_SHIFT = 128;
    uint256 private constant _CAP_SHIFT = 136;
    uint256 private constant _NEXT_CAP_SHIFT = 176;
    uint256 private constant _NEXT_CAP_FROM_SHIFT = 216;

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
        uint256 a = word(slots().accounts[account]);
        (address subject, bool app) = (address(uint160(a)), uint8(a >> _KIND_SHIFT) != uint8(Kind.USER));
        if (subject == address(0)) subject = account;
        uint256 s = word(slots().subjects[subject]);
        (uint40 heldUntil, bool listed) = (uint40(s >> _HELD_UNTIL_SHIFT), uint8(s >> _LISTED_SHIFT) != 0);
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

    /// @notice The customer of an account, and when it may exit instantly after a move, by its slot.
    function memberIn(uint256 a, address account) internal pure returns (address subject, uint40 instantFrom) {
        subject = address(uint160(a));
        if (subject == address(0)) subject = account;
        instantFrom = uint40(a >> _INSTANT_FROM_SHIFT);
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
        return tierIn(word(s));
    }

    /// @notice The tier in force by a subject's slot.
    function tierIn(uint256 s) internal view returns (uint8) {
        if (block.timestamp < uint40(s >> _TIER_FROM_SHIFT)) return uint8(s) >> 4;
        return block.timestamp < uint40(s >> _TIER_UNTIL_SHIFT) ? uint8(s) & 0x0f : 0;
    }

    /// @notice The subject's own limit in force, in cents; max uint40 if it has none.
    function capOf(Subject storage s) internal view returns (uint40) {
        return capIn(word(s));
    }

    /// @notice The own limit in force by a subject's slot.
    function capIn(uint256 s) internal view returns (uint40) {
        uint256 from = s >> _NEXT_CAP_FROM_SHIFT;
        uint40 cap = uint40(s >> (from != 0 && block.timestamp >= from ? _NEXT_CAP_SHIFT : _CAP_SHIFT));
        unchecked {
            // Stored plus one; none is zero, which becomes the maximum.
            return cap - 1;
        }
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
