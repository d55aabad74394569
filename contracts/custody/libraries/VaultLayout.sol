// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Params} from "../../shared/Params.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";
import {Account, Kind, Subject} from "../interfaces/IVaultTypes.sol";
import {VAULT_NAMESPACE, VaultNamespace} from "../VaultNamespace.sol";
import {Access, Act, Guard} from "./Guard.sol";

/// @title VaultLayout
/// @notice The Vault's storage, the few questions that all of its parts ask it, and its slots as words for events. One
/// namespace (ERC-7201), shared by both halves of the Vault's code.
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
    uint256 private constant _EXITS_SHIFT = 200;
    uint256 private constant _KIND_SHIFT = 232;
    uint256 private constant _ACCOUNT_LISTED_SHIFT = 240;
    uint256 private constant _MEMBERS_SHIFT = 248;
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

    /// @notice The customer that `account` belongs to, with both slots as words.
    function member(address account) internal view returns (address subject, uint256 a, uint256 s) {
        a = word(slots().accounts[account]);
        subject = uint160(a) == 0 ? account : address(uint160(a));
        s = word(slots().subjects[subject]);
    }

    /// @notice What the guard says of an account; reverts with the reason if that is NO.
    function allow(Act act, address account) internal view returns (Access) {
        uint256 a = word(slots().accounts[account]);
        address subject = account;
        uint256 s;
        // An app's customer is nobody: its slot isn't read.
        if (uint8(a >> _KIND_SHIFT) == uint8(Kind.USER)) {
            if (uint160(a) != 0) subject = address(uint160(a));
            s = word(slots().subjects[subject]);
            if (_free(s)) return Access.YES;
        }
        return allow(act, account, subject, a, s, 0, false);
    }

    /// @notice Likewise, for acts that a hold on everyone or impairment changes.
    /// @param a The account's slot.
    /// @param s Its customer's.
    function allow(
        Act act,
        address account,
        address subject,
        uint256 a,
        uint256 s,
        uint256 everyoneHeldUntil,
        bool impaired
    ) internal view returns (Access access) {
        uint40 heldUntil = uint40(s >> _HELD_UNTIL_SHIFT);
        bool app = uint8(a >> _KIND_SHIFT) != uint8(Kind.USER);
        bool listed = uint8(s >> _LISTED_SHIFT) != 0;
        access = Guard.access(
            act, app, block.timestamp < heldUntil, listed, block.timestamp < everyoneHeldUntil, impaired
        );
        if (access == Access.NO) {
            if (app) revert IVaultEvents.Vault_AppsCannot(account);
            if (listed) revert IVaultEvents.Vault_Listed(subject);
            if (block.timestamp < heldUntil) revert IVaultEvents.Vault_Held(subject, heldUntil);
            // Held until a time of 40 bits.
            revert IVaultEvents.Vault_EveryoneHeld(uint40(everyoneHeldUntil));
        }
    }

    /// @dev A user whose customer is neither listed nor held: the guard's first column, without asking for the row.
    function _free(uint256 s) private view returns (bool) {
        return uint8(s >> _LISTED_SHIFT) == 0 && block.timestamp >= uint40(s >> _HELD_UNTIL_SHIFT);
    }

    /// @notice How many exits the account has queued.
    function exitsIn(uint256 a) internal pure returns (uint32) {
        return uint32(a >> _EXITS_SHIFT);
    }

    /// @notice With one more.
    function withNextExit(uint256 a) internal pure returns (uint256) {
        // Four thousand million exits.
        assert(exitsIn(a) != type(uint32).max);
        unchecked {
            return a + (1 << _EXITS_SHIFT);
        }
    }

    /// @notice Whether the account itself is on record as listed.
    function listedIn(uint256 a) internal pure returns (bool) {
        return uint8(a >> _ACCOUNT_LISTED_SHIFT) != 0;
    }

    /// @notice Whether any account of `account`'s customer is on record as listed.
    function anyListed(address account) internal view returns (bool) {
        uint256 a = word(slots().accounts[account]);
        // Alone, it is its customer's only account: the second slot would say the same.
        if (uint160(a) == 0 && a >> _MEMBERS_SHIFT == 0) return listedIn(a);
        address subject = uint160(a) == 0 ? account : address(uint160(a));
        return slots().subjects[subject].listed != 0;
    }

    /// @notice Before when nothing of the account is instant, after a move between subjects.
    function instantFromIn(uint256 a) internal pure returns (uint256) {
        return uint40(a >> _INSTANT_FROM_SHIFT);
    }

    /// @notice The policy, until when everyone is held, and whether nothing is instant.
    function door() internal view returns (address policy, uint256 heldUntil, bool instantClosed) {
        uint256 w = word(slots().door);
        return (address(uint160(w)), uint40(w >> 160), w >> 200 != 0);
    }

    /// @notice The sanctions list, and until when everyone is held.
    function screen() internal view returns (address list, uint256 heldUntil) {
        uint256 w = word(slots().screen);
        return (address(uint160(w)), w >> 160);
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

    function store(Account storage x, uint256 w) internal {
        assembly ("memory-safe") {
            sstore(x.slot, w)
        }
    }

    function word(Subject storage x) internal view returns (uint256 w) {
        assembly ("memory-safe") {
            w := sload(x.slot)
        }
    }

    function word(VaultNamespace.Door storage x) internal view returns (uint256 w) {
        assembly ("memory-safe") {
            w := sload(x.slot)
        }
    }

    function word(VaultNamespace.Screen storage x) internal view returns (uint256 w) {
        assembly ("memory-safe") {
            w := sload(x.slot)
        }
    }
}
