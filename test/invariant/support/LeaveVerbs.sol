// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Asset, Exit, Intent, Open, Phase, Verb} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {AskVerbs} from "./AskVerbs.sol";

/// @notice What becomes of open exits: endorsed, released early and late, cancelled.
abstract contract LeaveVerbs is AskVerbs {
    struct Seen {
        Before b;
        Open open;
        uint256 liabilities;
        bool stopped;
        bool turns;
        address caller;
        uint256 slot;
    }

    /// @notice Releases an open exit when it is due, or tries before.
    function release(uint256 seed) external act("release", seed) {
        if (openTickets.length == 0) {
            (uint256 who, uint256 k) = _rich();
            _enqueue(who, k, 1 + _below(_balance(people[who], k)));
            if (openTickets.length == 0) return;
        }
        uint256 place = _soonest();
        Ticket storage t = tickets[openTickets[place]];
        uint256 due = _dueAt(t);
        if (due > clock && !_once(8)) _warp(due + _upTo(1 hours));
        if (_release(place, _once(3) ? stranger : t.exit.owner)) _done();
    }

    /// @notice Releases whatever is open, mature or not.
    function releaseAny(uint256 seed) external act("releaseAny", seed) {
        if (openTickets.length == 0) return;
        uint256 place = _below(openTickets.length);
        bool early = clock < _dueAt(tickets[openTickets[place]]);
        bool paid = _release(place, stranger);
        if (early) _law("INV-CUS-3", !paid, "paid before it was due");
        if (paid || early) _done();
    }

    function cancel(uint256 seed) external act("cancel", seed) {
        if (openTickets.length == 0) return;
        uint256 place = _below(openTickets.length);
        Ticket storage t = tickets[openTickets[place]];
        Exit memory e = t.exit;
        Intent memory intent;
        bytes memory data = abi.encode(e);
        (intent.owner, intent.verb, intent.ref) = (e.owner, Verb.CANCEL, keccak256(data));
        bool ok = _say(_indexOf(e.owner), _once(3), intent, data, abi.encodeCall(vault.cancel, (e)));
        _law("INV-CUS-5", ok, "an owner can't take its exit back");
        if (!ok) return;
        _untake(t.asset, t.large, t.turn);
        _creditModel(e.owner, t.asset, e.amount, _period());
        _closeTicket(place, Fate.CANCELLED);
        _gone(e);
        _done();
    }

    function endorse(uint256 seed) external act("endorse", seed) {
        if (openTickets.length == 0) return;
        Ticket storage t = tickets[openTickets[_below(openTickets.length)]];
        (bool ok,) = _knock(reviewer, address(vault), abi.encodeCall(vault.endorse, (keccak256(abi.encode(t.exit)))));
        _law("INV-CUS-3", ok == (t.fate == Fate.OPEN), "endorsed twice, or not at all");
        if (!ok) return;
        t.fate = Fate.ENDORSED;
        _done();
    }

    function _release(uint256 place, address caller) internal returns (bool paid) {
        Ticket storage t = tickets[openTickets[place]];
        Seen memory s = _see(t, caller);
        (s.stopped, s.turns) = _stopped(t, s);
        _armReentrancy(t.asset);
        (bool ok, bytes memory answer) = _knock(caller, address(vault), abi.encodeCall(vault.release, (t.exit)));
        _noReentry(t.asset);
        _law("INV-CUS-5", ok != s.stopped, ok ? "released though it must wait" : "not released for no reason");
        if (!ok) return false;
        _screened(t.exit);
        paid = abi.decode(answer, (bool));
        _law("INV-CUS-5", !paid || !s.turns, "paid to or by an address that has just been listed");
        if (s.turns) return false;
        if (s.open.slot == 0) _tookSlot(t, s, paid);
        if (paid) _onPaid(place, t, s);
    }

    /// @dev What there is before an exit is settled.
    function _see(Ticket storage t, address caller) internal view returns (Seen memory s) {
        s.b = _look(t.asset, t.exit.to);
        s.open = vault.openOf(keccak256(abi.encode(t.exit)));
        s.liabilities = owed[t.asset];
        s.caller = caller;
        s.slot = s.open.slot == 0 ? _slotNow(t, s) : 0;
    }

    /// @dev A release has screened both ends.
    function _screened(Exit memory e) internal {
        if (listSilent) return;
        recorded[e.owner] = list.listed(e.owner);
        recorded[e.to] = list.listed(e.to);
    }

    /// @dev Whether anything named in the design makes this release wait, and whether screening turns it away now.
    function _stopped(Ticket storage t, Seen memory s) internal view returns (bool stopped, bool turns) {
        Exit memory e = t.exit;
        if (clock < (t.fate == Fate.ENDORSED ? e.soon : e.late)) return (true, false);
        if (listSilent) {
            if (clock < uint256(e.late) + 72 hours) return (true, false);
        } else {
            turns = (list.listed(e.owner) && !recorded[e.owner]) || (list.listed(e.to) && !recorded[e.to]);
            if (turns) return (false, true);
        }
        if (_listedAfterScreening(e.owner) || _listedAfterScreening(e.to)) return (true, false);
        if (_isHeld(e.owner) || clock < everyoneHeldUntil) return (true, false);
        if (s.b.impaired && s.caller != e.owner) return (true, false);
        if (s.open.slot != 0) {
            if (clock * UNIT < s.open.slot) return (true, false);
            if (!_payable(t, s)) return (true, false);
        } else if (!_payable(t, s)) {
            // Whether the push is tried depends on the slot that it takes.
            stopped = s.slot <= clock * UNIT;
        }
    }

    function _payable(Ticket storage t, Seen memory s) private view returns (bool) {
        return s.b.canPay && s.b.inVault >= _dueOf(t, s);
    }

    /// @dev Its amount, or its share of what is there.
    function _dueOf(Ticket storage t, Seen memory s) internal view returns (uint256) {
        bool less = s.b.impaired && s.b.holdings < s.liabilities;
        return less ? uint256(t.exit.amount) * s.b.holdings / s.liabilities : t.exit.amount;
    }

    /// @dev Screening by this release forgets a record that the list has dropped.
    function _listedAfterScreening(address who) private view returns (bool) {
        if (listSilent || !recorded[who] || list.listed(who)) return _isListed(who);
        address s = _subject(who);
        for (uint256 i; i < PEOPLE; ++i) {
            address p = people[i];
            if (p != who && _subject(p) == s && recorded[p]) return true;
        }
        return s != who && recorded[s];
    }

    function _slotNow(Ticket storage t, Seen memory s) private view returns (uint256) {
        bool large = t.exit.amount * 1_000 > s.liabilities;
        Asset memory a = vault.assetOf(t.exit.asset);
        uint256 tat = large ? a.largeLane : a.smallLane;
        uint256 earliest = (clock - 1 days) * UNIT;
        return (tat > earliest ? tat : earliest) + _laneCost(t, large, s.liabilities);
    }

    function _laneCost(Ticket storage t, bool large, uint256 liabilities) private view returns (uint256) {
        uint8 kind = large ? ParamKeys.LARGE_LANE_RATE : ParamKeys.SMALL_LANE_RATE;
        return _cost(t.exit.amount, liabilities, _inForce(address(vault), ParamKeys.ofAsset(kind, t.exit.asset)));
    }

    function _tookSlot(Ticket storage t, Seen memory s, bool paid) internal {
        t.large = t.exit.amount * 1_000 > s.liabilities;
        Asset memory a = vault.assetOf(t.exit.asset);
        uint256 slot = t.large ? a.largeLane : a.smallLane;
        _law("INV-POL-4", slot == s.slot, "another slot than the lane's next one");
        bool kept;
        (kept, t.turn) = _turn(t.asset, t.large, slot, _laneCost(t, t.large, s.liabilities));
        _law("INV-POL-4", kept, "a lane pays faster than its rate and burst allow");
        _law("INV-POL-4", paid == (clock * UNIT >= slot), "paid before its slot, or not at it");
    }

    function _onPaid(uint256 place, Ticket storage t, Seen memory s) internal {
        Exit memory e = t.exit;
        uint256 left = s.b.holdings - _holdings(t.asset);
        _law("INV-CUS-2", left == _dueOf(t, s) && left <= e.amount, "an exit paid another amount");
        uint256 got = _held(t.asset, e.to) - s.b.atRecipient;
        _law("INV-CUS-2", got == (t.asset == 3 ? left - left / 100 : left), "not all went to the recipient");
        bool mature = clock >= (t.fate == Fate.ENDORSED ? e.soon : e.late);
        _law("INV-CUS-3", mature && clock * UNIT >= s.open.slot, "paid before it was due");
        _law("INV-POL-6", clock >= t.leavesFrom, "value was released within T of its credit");
        owed[t.asset] -= e.amount;
        _closeTicket(place, Fate.PAID);
        _gone(e);
    }

    /// @dev A second payment, a late cancel: neither.
    function _gone(Exit memory e) internal {
        (bool again,) = address(vault).call(abi.encodeCall(vault.release, (e)));
        vm.prank(e.owner);
        (bool back,) = address(vault).call(abi.encodeCall(vault.cancel, (e)));
        _law("INV-CUS-2", !again && !back, "an exit was settled twice");
        _law("INV-CUS-2", vault.openOf(keccak256(abi.encode(e))).phase == Phase.NONE, "a settled exit is open");
    }

    /// @dev When nothing but holds, lists and the token can stop it.
    function _dueAt(Ticket storage t) internal view returns (uint256) {
        uint256 from = t.fate == Fate.ENDORSED ? t.exit.soon : t.exit.late;
        uint256 slot = (uint256(vault.openOf(keccak256(abi.encode(t.exit))).slot) + UNIT - 1) / UNIT;
        return slot > from ? slot : from;
    }

    /// @dev The open exit that is due first, among a few.
    function _soonest() private returns (uint256 place) {
        uint256 least = type(uint256).max;
        uint256 from = _below(openTickets.length);
        for (uint256 i; i < 6 && i < openTickets.length; ++i) {
            uint256 candidate = (from + i) % openTickets.length;
            uint256 due = _dueAt(tickets[openTickets[candidate]]);
            if (due < least) (least, place) = (due, candidate);
        }
    }

    function _indexOf(address who) internal view returns (uint256 i) {
        while (people[i] != who) ++i;
    }
}
