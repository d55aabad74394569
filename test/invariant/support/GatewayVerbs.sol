// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exit} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IVaultEvents} from "../../../contracts/custody/interfaces/IVaultEvents.sol";
import {IGatewayEvents} from "../../../contracts/gateway/interfaces/IGatewayEvents.sol";
import {Deposit, DepositStatus, PayoutStatus} from "../../../contracts/gateway/interfaces/IGatewayTypes.sol";
import {Vm} from "../../support/Cheats.sol";
import {GatewayBooks} from "./GatewayBooks.sol";

/// @notice What accounts, relayers and committees do: honest ones, late ones, cheating ones. Each call's outcome is told
/// beforehand by the model.
abstract contract GatewayVerbs is GatewayBooks {
    bytes32 internal constant _TOKEN = keccak256("strongroom.token");
    bytes32 internal constant _OUTCOME = keccak256("strongroom.outcome");

    bytes32 private _verb;
    bool private _counted;

    /// @dev One verb that the fuzzer calls, which may take others' help.
    modifier verb(bytes32 name, uint256 seed) {
        _begin(name, seed);
        (_verb, _counted) = (name, false);
        _;
        _end();
    }

    /// @dev Counts once for the verb that was called, not for those that helped it.
    function _did(bytes32 name) internal {
        if (_verb != name || _counted) return;
        _counted = true;
        _done();
    }

    // ---- in

    /// @notice Something arrives, and an epoch states it.
    function arrive(uint256 seed) external verb("arrive", seed) {
        _arrive(_below(PEOPLE), _below(6) == 0 ? 1 + _upTo(60 * COIN) : 1 + _upTo(6 * COIN), _epoch());
    }

    function _arrive(uint256 who, uint256 units, uint256 epoch) private {
        uint112 amount = uint112(units);
        Deposit memory d = Deposit(CHAIN, keccak256(abi.encode("tx", arrivals.length)), 0, people[who], asset, amount);
        arrivals.push(Arrival(d, DepositStatus.NONE, 0, 0));
        attested += amount;
        _credit(arrivals.length - 1, d, epoch);
    }

    /// @notice It is stated again: as it was, or with more for somebody else.
    function again(uint256 seed) external verb("again", seed) {
        if (arrivals.length == 0) return;
        uint256 i = _below(arrivals.length);
        Deposit memory d = arrivals[i].deposit;
        if (_below(3) == 0) {
            (d.account, d.amount) = (people[_below(PEOPLE)], d.amount + 1);
        }
        // What it is for is to be refused.
        if (!_credit(i, d, _epoch())) _did("again");
    }

    function _credit(uint256 i, Deposit memory d, uint256 epoch) private returns (bool ok) {
        Arrival storage a = arrivals[i];
        (uint256 room, uint256 atOnce) = gateway.roomOf(asset);
        bool fits = d.amount <= _atOnce();
        bool expected = _isNew(a) && _counts(epoch) && _isOpen() && (!fits || d.amount <= room);
        ok = _state(d, epoch);
        _law("INV-GW-1", ok == expected, "a credit that the model doesn't expect, or none that it does");
        if (!ok) return false;
        _did("arrive");
        // What a revoked epoch has said of it counts no more.
        attested = attested + d.amount - a.deposit.amount;
        a.deposit = d;
        if (!fits) {
            (a.status, a.from, a.epoch) = (DepositStatus.DELAYED, clock + DELAY, epoch);
            return true;
        }
        _law("INV-GW-1", d.amount <= atOnce, "more at once than the gateway says");
        instants.push(Stamp(clock, d.amount));
        _law("INV-GW-1", _trailing(instants) <= uint256(INSTANT) * TICK, "more at once in a day than its limit");
        _credited(i);
    }

    function _isNew(Arrival storage a) private view returns (bool) {
        if (a.status == DepositStatus.DELAYED) return terms[a.epoch].revoked;
        return a.status == DepositStatus.NONE;
    }

    function _state(Deposit memory d, uint256 epoch) private returns (bool ok) {
        bytes memory proof = _say(epoch, epoch, _idOf(d), _contentOf(d));
        (ok,) = _call(stranger, address(gateway), abi.encodeCall(gateway.credit, (d, proof)));
    }

    /// @dev What of a day's immediate credits is left by the gateway's own window, which may forget later than a day.
    function _atOnce() private view returns (uint256 left) {
        uint256 sum;
        for (uint256 i = instants.length; i > 0; --i) {
            // Six sub-periods of a fifth of a day.
            if (instants[i - 1].time / 17_280 + 6 <= clock / 17_280) break;
            sum += (instants[i - 1].amount + TICK - 1) / TICK;
        }
        return (INSTANT - sum) * TICK;
    }

    function _credited(uint256 i) private {
        Arrival storage a = arrivals[i];
        a.status = DepositStatus.CREDITED;
        credited += a.deposit.amount;
        balances[_whoIs(a.deposit.account)] += a.deposit.amount;
    }

    function mature(uint256 seed) external verb("mature", seed) {
        uint256 i = _delayed();
        if (i == arrivals.length) return;
        Arrival storage a = arrivals[i];
        if (clock < a.from && _below(6) != 0) _warp(a.from);
        if (_below(6) != 0) _relieve();
        Deposit memory d = a.deposit;
        bool other = _below(8) == 0;
        if (other) d.amount += 1;
        (uint256 room,) = gateway.roomOf(asset);
        bool expected = !other && clock >= a.from && !terms[a.epoch].revoked && _isOpen() && d.amount <= room;
        (bool ok,) = _call(stranger, address(gateway), abi.encodeCall(gateway.mature, (d)));
        _law("INV-GW-1", ok == expected, "a deposit matures other than the model expects");
        if (!ok) return;
        _did("mature");
        _credited(i);
    }

    function refuse(uint256 seed) external verb("refuse", seed) {
        uint256 i = _delayed();
        if (i == arrivals.length) return;
        gateway.refuse(arrivals[i].deposit);
        _did("refuse");
        arrivals[i].status = DepositStatus.REFUSED;
    }

    /// @dev One that waits, one that is due if there is any.
    function _delayed() private returns (uint256 found) {
        if (_below(3) == 0) {
            _relieve();
            _arrive(_below(PEOPLE), 21 * COIN + _upTo(5 * COIN), epochs);
        }
        found = arrivals.length;
        uint256 from = _below(arrivals.length + 1);
        for (uint256 k; k < arrivals.length; ++k) {
            uint256 i = (from + k) % arrivals.length;
            if (arrivals[i].status != DepositStatus.DELAYED) continue;
            found = i;
            if (clock >= arrivals[i].from) break;
        }
    }

    // ---- out

    /// @notice Somebody exits to a handle, their own or another's; at once or by the queue.
    function depart(uint256 seed) external verb("depart", seed) {
        if (_below(3) != 0) _relieve();
        uint256 who = _below(PEOPLE);
        _depart(who, _below(4) == 0 ? _below(PEOPLE) : who);
    }

    function _depart(uint256 who, uint256 to) private {
        if (balances[who] < LEAST * TICK) return;
        uint256 most = balances[who] < 8 * COIN ? balances[who] : 8 * COIN;
        uint112 amount = uint112(LEAST * TICK + _upTo(most - LEAST * TICK));
        vm.recordLogs();
        (bool ok,) = _call(people[who], address(vault), abi.encodeCall(vault.withdraw, (asset, amount, handles[to])));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _law("INV-GW-2", ok == !_stopped(who), "an exit is refused");
        if (!ok) return;
        _did("depart");
        balances[who] -= amount;
        if (_requested(logs, amount)) return;
        queued += amount;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IVaultEvents.Queued.selector) continue;
            (Exit memory exit,,,,) = abi.decode(logs[i].data, (Exit, uint256, uint256, uint256, uint256));
            exits.push(exit);
        }
    }

    function release(uint256 seed) external verb("release", seed) {
        if (_below(3) != 0) _relieve();
        if (exits.length == 0) _depart(_richest(), _below(PEOPLE));
        if (exits.length != 0) _release(_below(exits.length));
    }

    function _release(uint256 i) private {
        if (clock < exits[i].late) _warp(exits[i].late + _upTo(2 hours));
        for (uint256 tries; tries < 3; ++tries) {
            vm.recordLogs();
            (bool ok, bytes memory answer) = _call(stranger, address(vault), abi.encodeCall(vault.release, (exits[i])));
            Vm.Log[] memory logs = vm.getRecordedLogs();
            if (ok && abi.decode(answer, (bool))) {
                _did("release");
                queued -= exits[i].amount;
                _law("INV-GW-2", _requested(logs, exits[i].amount), "an exit left the Vault for no payout");
                exits[i] = exits[exits.length - 1];
                exits.pop();
                return;
            }
            // Its slot in the lane lies ahead.
            _warp(clock + 6 hours);
        }
    }

    function _richest() private view returns (uint256 who) {
        for (uint256 i = 1; i < PEOPLE; ++i) if (balances[i] > balances[who]) who = i;
    }

    /// @dev Books the payout that a transaction requested.
    function _requested(Vm.Log[] memory logs, uint256 amount) private returns (bool) {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IGatewayEvents.PayoutRequested.selector) continue;
            uint256 who = _whoIs(address(uint160(uint256(logs[i].topics[2]))));
            leavings.push(Leaving(logs[i].topics[1], who, amount, PayoutStatus.REQUESTED, 1, 0, 0, 0));
            return true;
        }
        return false;
    }

    function cancel(uint256 seed) external verb("cancel", seed) {
        uint256 i = _leaving(PayoutStatus.REQUESTED);
        if (i == leavings.length) return;
        Leaving storage l = leavings[i];
        bool own = _below(6) != 0;
        bytes memory data = abi.encodeCall(gateway.cancel, (l.id));
        (bool ok,) = _call(own ? people[l.who] : stranger, address(gateway), data);
        _law("INV-GW-2", ok == (own && l.status == PayoutStatus.REQUESTED), "a payout is cancelled out of turn");
        if (ok) _back(l, PayoutStatus.CANCELLED);
    }

    function authorise(uint256 seed) external verb("authorise", seed) {
        uint256 i = _leaving(PayoutStatus.REQUESTED);
        if (i == leavings.length) return;
        if (_below(3) != 0) _relieve();
        _authorise(leavings[i], _epoch(), _below(8) == 0 ? leavings[i].attempt - 1 : leavings[i].attempt);
    }

    function _authorise(Leaving storage l, uint256 epoch, uint256 attempt) private {
        bytes32 word = keccak256(abi.encode("outpoint", acts, l.id));
        uint256 cents = (l.amount * WORTH + COIN - 1) / COIN;
        bool expected = l.status == PayoutStatus.REQUESTED && attempt == l.attempt && _counts(epoch) && _isOpen()
            && !_stopped(l.who) && clock >= everyoneHeldUntil && cents <= gateway.outRoomOf(CHAIN);
        bytes memory proof = _say(epoch, epoch, keccak256(abi.encode(_TOKEN, l.id, attempt)), word);
        (bool ok,) = _call(stranger, address(gateway), abi.encodeCall(gateway.authorise, (l.id, word, proof)));
        _law("INV-GW-2", ok == expected, "a payout is authorised other than the model expects");
        if (!ok) return;
        _did("authorise");
        (l.status, l.token) = (PayoutStatus.AUTHORISED, word);
        ++l.tokens;
        outs.push(Stamp(clock, cents));
        _law("INV-GW-2", _trailing(outs) <= OUT, "more was authorised in a day than its limit");
    }

    function settle(uint256 seed) external verb("settle", seed) {
        _ended(1);
    }

    function void(uint256 seed) external verb("void", seed) {
        _ended(2);
    }

    /// @dev An outcome of this attempt or, at times, of an earlier one, or the other outcome's proof.
    function _ended(uint8 outcome) private {
        uint256 i = _leaving(PayoutStatus.AUTHORISED);
        if (i == leavings.length) return;
        uint256 attempt = _below(8) == 0 ? leavings[i].attempt - 1 : leavings[i].attempt;
        _conclude(leavings[i], outcome, _below(8) == 0 ? 3 - outcome : outcome, _epoch(), attempt);
    }

    function _conclude(Leaving storage l, uint8 outcome, uint8 said, uint256 epoch, uint256 attempt) private {
        bool expected = l.status == PayoutStatus.AUTHORISED && attempt == l.attempt && said == outcome && _counts(epoch);
        bool ok = _tell(l.id, outcome, said, epoch, attempt);
        _law("INV-GW-2", ok == expected, "a payout ends other than the model expects");
        if (!ok) return;
        _did(outcome == 1 ? bytes32("settle") : bytes32("void"));
        l.status = outcome == 1 ? PayoutStatus.SETTLED : PayoutStatus.VOIDED;
        if (outcome != 1) return;
        settled += l.amount;
        ++l.ends;
    }

    function _tell(bytes32 id, uint8 outcome, uint8 said, uint256 epoch, uint256 attempt) private returns (bool ok) {
        bytes32 txId = keccak256(abi.encode("spent by", acts));
        bytes32 message = keccak256(abi.encode(_OUTCOME, id, attempt));
        bytes memory proof = _say(epoch, epoch, message, keccak256(abi.encode(said, txId)));
        bytes memory data = outcome == 1
            ? abi.encodeCall(gateway.settle, (id, txId, proof))
            : abi.encodeCall(gateway.voided, (id, txId, proof));
        (ok,) = _call(stranger, address(gateway), data);
    }

    function refund(uint256 seed) external verb("refund", seed) {
        uint256 i = _leaving(PayoutStatus.VOIDED);
        if (i == leavings.length) return;
        Leaving storage l = leavings[i];
        (bool ok,) = _call(stranger, address(gateway), abi.encodeCall(gateway.refund, (l.id)));
        // Credits leave the Vault room for all that may come back.
        _law("INV-GW-2", ok == (l.status == PayoutStatus.VOIDED), "refunded though not void, or not though void");
        if (ok) _back(l, PayoutStatus.REFUNDED);
    }

    function retry(uint256 seed) external verb("retry", seed) {
        uint256 i = _leaving(PayoutStatus.VOIDED);
        if (i == leavings.length) return;
        Leaving storage l = leavings[i];
        bool own = _below(6) != 0;
        bytes memory data = abi.encodeCall(gateway.retry, (l.id));
        (bool ok,) = _call(own ? people[l.who] : stranger, address(gateway), data);
        _law("INV-GW-2", ok == (own && l.status == PayoutStatus.VOIDED), "tried again out of turn");
        if (!ok) return;
        _did("retry");
        (l.status, l.attempt, l.token) = (PayoutStatus.REQUESTED, l.attempt + 1, 0);
    }

    function _back(Leaving storage l, PayoutStatus status) internal {
        _did(status == PayoutStatus.REFUNDED ? bytes32("refund") : bytes32("cancel"));
        l.status = status;
        ++l.ends;
        balances[l.who] += l.amount;
    }

    /// @dev Mostly one that stands there, brought there if none does; at times any. Their number if there is none.
    function _leaving(PayoutStatus status) private returns (uint256 i) {
        if (leavings.length != 0 && _below(8) == 0) return _below(leavings.length);
        i = _find(status);
        if (i == leavings.length) i = _bring(status);
    }

    function _find(PayoutStatus status) private returns (uint256) {
        uint256 from = _below(leavings.length + 1);
        for (uint256 k; k < leavings.length; ++k) {
            uint256 i = (from + k) % leavings.length;
            if (leavings[i].status == status) return i;
        }
        return leavings.length;
    }

    function _bring(PayoutStatus status) private returns (uint256 i) {
        _relieve();
        if (status == PayoutStatus.REQUESTED) {
            if (balances[_richest()] < COIN) _arrive(_below(PEOPLE), 5 * COIN, epochs);
            if (exits.length == 0) _depart(_richest(), _below(PEOPLE));
            if (exits.length != 0 && _find(status) == leavings.length) _release(0);
            return _find(status);
        }
        i = _find(status == PayoutStatus.VOIDED ? PayoutStatus.AUTHORISED : PayoutStatus.REQUESTED);
        if (i == leavings.length) i = _bring(status == PayoutStatus.VOIDED ? PayoutStatus.AUTHORISED : PayoutStatus.REQUESTED);
        if (i == leavings.length) return i;
        Leaving storage l = leavings[i];
        if (status == PayoutStatus.AUTHORISED) _authorise(l, epochs, l.attempt);
        else _conclude(l, 2, 2, epochs, l.attempt);
        if (l.status != status) return leavings.length;
    }

    /// @dev Peace: nobody is held or listed, and the chain is open.
    function _relieve() internal {
        if (clock < chainHeldUntil) vault.lift(gateway.chainAccount(CHAIN));
        if (clock < everyoneHeldUntil) vault.lift(address(0));
        (chainHeldUntil, everyoneHeldUntil) = (0, 0);
        for (uint256 i; i < PEOPLE; ++i) {
            if (clock < heldUntil[i]) vault.lift(people[i]);
            heldUntil[i] = 0;
            if (!listed[i]) continue;
            listed[i] = false;
            list.setListed(people[i], false);
            vault.screen(people[i]);
        }
        if (halted != 0) gateway.resume(CHAIN, halted);
        halted = 0;
    }

    /// @dev What stops a customer's own exits, and the authorising of its payouts.
    function _stopped(uint256 who) internal view returns (bool) {
        return listed[who] || clock < heldUntil[who];
    }

    function _whoIs(address account) internal view returns (uint256 who) {
        while (people[who] != account) ++who;
    }
}
