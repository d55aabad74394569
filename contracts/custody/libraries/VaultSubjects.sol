// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SlidingWindow} from "../../policy/libraries/SlidingWindow.sol";
import {WindowKeys} from "../../shared/WindowKeys.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";
import {Account, Kind, Subject} from "../interfaces/IVaultTypes.sol";
import {Act} from "./Guard.sol";
import {VaultLayout} from "./VaultLayout.sol";
import {VaultNamespace} from "../VaultNamespace.sol";

/// @title VaultSubjects
/// @notice What belongs to a customer rather than to one of its accounts: holds, destination book, own cap, links, tier;
/// and what kind an account is. Checks no caller: `VaultAdmin` does.
library VaultSubjects {
    using SlidingWindow for uint256;

    /// @dev Guardians together may hold a subject, or everyone, for 7 days in any 90.
    uint256 internal constant HOLD_BUDGET = 7 days;
    uint256 internal constant HOLD_WINDOW = 90 days;

    /// @dev One act of the timelock extends a hold by at most this.
    uint40 internal constant MAX_EXTENSION = 30 days;

    /// @dev A tier takes effect at most this far ahead.
    uint40 internal constant MAX_TIER_WAIT = 30 days;

    // ---- holds ----

    function hold(address subject, uint40 secs) internal {
        (uint40 current, uint40 start) = _heldFrom(subject);
        // Check
        if (secs == 0) revert IVaultEvents.Vault_ZeroAmount();
        if (secs > HOLD_BUDGET) revert IVaultEvents.Vault_HoldTooLong(secs, HOLD_BUDGET);
        uint40 until = uint40(block.timestamp) + secs;
        if (until <= current) revert IVaultEvents.Vault_Unchanged();
        bytes32 key = WindowKeys.hold(subject);
        uint256 window = VaultLayout.slots().windows[key].word;
        (bool fits, uint256 next) = window.charge(HOLD_WINDOW, block.timestamp, until - start, HOLD_BUDGET);
        if (!fits) {
            revert IVaultEvents.Vault_HoldBudgetSpent(
                subject, until - start, window.room(HOLD_WINDOW, block.timestamp, HOLD_BUDGET)
            );
        }
        // Effect
        VaultLayout.slots().windows[key].word = next;
        emit IVaultEvents.Held(subject, until, next, _setHeld(subject, until));
    }

    function lift(address subject) internal {
        (uint40 current,) = _heldFrom(subject);
        // Check
        if (current <= block.timestamp) revert IVaultEvents.Vault_NotHeld(subject);
        // Effect
        emit IVaultEvents.Lifted(subject, _setHeld(subject, 0));
    }

    function extend(address subject, uint40 secs) internal {
        (, uint40 start) = _heldFrom(subject);
        // Check
        if (secs == 0) revert IVaultEvents.Vault_ZeroAmount();
        if (secs > MAX_EXTENSION) revert IVaultEvents.Vault_HoldTooLong(secs, MAX_EXTENSION);
        // Effect
        uint40 until = start + secs;
        emit IVaultEvents.HoldExtended(subject, until, _setHeld(subject, until));
    }

    /// @dev The current end of a hold, and from when more would count.
    function _heldFrom(address subject) private view returns (uint40 current, uint40 start) {
        _checkPrimary(subject);
        current = subject == address(0) ? VaultLayout.slots().door.heldUntil : VaultLayout.slots().subjects[subject].heldUntil;
        uint40 time = uint40(block.timestamp);
        start = current > time ? current : time;
    }

    function _setHeld(address subject, uint40 until) private returns (uint256 word) {
        if (subject == address(0)) {
            VaultLayout.slots().screen.heldUntil = until;
            VaultLayout.slots().door.heldUntil = until;
            return VaultLayout.word(VaultLayout.slots().door);
        }
        Subject storage s = VaultLayout.slots().subjects[subject];
        s.heldUntil = until;
        return VaultLayout.word(s);
    }

    // ---- what a subject says of itself ----

    function setDestination(address account, address to, bool on) internal {
        address subject = VaultLayout.subjectOf(account);
        mapping(address => uint40) storage book = VaultLayout.slots().book[subject];
        // Check
        if (to == address(0) || to == address(this)) revert IVaultEvents.Vault_BadRecipient(to);
        if (on == (book[to] != 0)) revert IVaultEvents.Vault_Unchanged();
        // Effect
        uint40 usableFrom = on ? uint40(block.timestamp) + VaultLayout.freshPeriod() : 0;
        book[to] = usableFrom;
        emit IVaultEvents.DestinationSet(subject, to, usableFrom);
    }

    function setCap(address account, uint40 cents) internal {
        address subject = VaultLayout.subjectOf(account);
        Subject storage s = VaultLayout.slots().subjects[subject];
        uint40 current = VaultLayout.capOf(s);
        bool waiting = s.nextCapFrom > block.timestamp;
        // Check
        if (cents == current && !waiting) revert IVaultEvents.Vault_Unchanged();
        // Effect: stored plus one, so that zero means none.
        uint40 stored = cents == type(uint40).max ? 0 : cents + 1;
        uint40 from = uint40(block.timestamp);
        s.cap = current == type(uint40).max ? 0 : current + 1;
        if (cents <= current) {
            (s.cap, s.nextCap, s.nextCapFrom) = (stored, 0, 0);
        } else {
            from += 2 * VaultLayout.freshPeriod();
            (s.nextCap, s.nextCapFrom) = (stored, from);
        }
        emit IVaultEvents.CapSet(subject, cents, from, VaultLayout.word(s));
    }

    // ---- what the registry says of a subject ----

    function setSubject(address account, address subject) internal {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        Account storage a = $.accounts[account];
        bool linking = subject != account;
        // Check
        if (account == address(0) || subject == address(0)) revert IVaultEvents.Vault_ZeroAddress();
        if (linking) {
            if (a.subject != address(0)) revert IVaultEvents.Vault_NotPrimary(account);
            if (a.members != 0) revert IVaultEvents.Vault_HasMembers(account, a.members);
            _checkPrimary(subject);
            VaultLayout.allow(Act.MOVE, subject);
        } else if (a.subject == address(0)) {
            revert IVaultEvents.Vault_Unchanged();
        }
        // The side that it leaves: neither may be held or listed, so no record of either has to move.
        VaultLayout.allow(Act.MOVE, account);
        // Effect
        address primary = linking ? subject : a.subject;
        if (linking) ++$.accounts[primary].members;
        else --$.accounts[primary].members;
        a.subject = linking ? subject : address(0);
        a.instantFrom = uint40(block.timestamp) + 2 * VaultLayout.freshPeriod();
        emit IVaultEvents.SubjectSet(account, subject, VaultLayout.word(a), VaultLayout.word($.accounts[primary]));
    }

    function setTier(address subject, uint8 tier, uint40 from, uint40 until) internal {
        // Check
        if (subject == address(0)) revert IVaultEvents.Vault_ZeroAddress();
        _checkPrimary(subject);
        if (tier > 0x0f || from > block.timestamp + MAX_TIER_WAIT) revert IVaultEvents.Vault_BadTier(tier);
        // Effect: until `from` the tier in force stays.
        Subject storage s = VaultLayout.slots().subjects[subject];
        s.tiers = (VaultLayout.tierOf(s) << 4) | tier;
        (s.tierFrom, s.tierUntil) = (from, until);
        emit IVaultEvents.TierSet(subject, tier, from, until, VaultLayout.word(s));
    }

    function _checkPrimary(address subject) private view {
        if (VaultLayout.slots().accounts[subject].subject != address(0)) revert IVaultEvents.Vault_NotPrimary(subject);
    }

    /// @dev Registers an app, or retires it. Never back to a user: it holds other people's money.
    function setKind(address app, Kind kind) internal {
        Account storage a = VaultLayout.slots().accounts[app];
        // Check
        if (kind == a.kind) revert IVaultEvents.Vault_Unchanged();
        bool neverExited = a.exits == 0 && a.subject == address(0) && a.members == 0;
        if (kind == Kind.USER || app.code.length == 0 || !neverExited) revert IVaultEvents.Vault_BadApp(app);
        // Effect
        a.kind = kind;
        emit IVaultEvents.KindSet(app, kind, VaultLayout.word(a));
    }
}
