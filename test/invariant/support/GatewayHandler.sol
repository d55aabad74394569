// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exit} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IVaultEvents} from "../../../contracts/custody/interfaces/IVaultEvents.sol";
import {IGatewayEvents} from "../../../contracts/gateway/interfaces/IGatewayEvents.sol";
import {Deposit, DepositStatus, PayoutStatus} from "../../../contracts/gateway/interfaces/IGatewayTypes.sol";
import {Vm} from "../../support/Cheats.sol";
import {GatewayBooks} from "./GatewayBooks.sol";

/// @notice What accounts, relayers, committees (honest, late, cheating), guardians and governance do. Each call's outcome is
/// told beforehand by the model.
abstract contract GatewayHandler is GatewayBooks {
    uint256 private constant VERBS = 22;

    bytes32 private constant _TOKEN = keccak256("strongroom.token");
    bytes32 private constant _OUTCOME = keccak256("strongroom.outcome");

    constructor() {
        _open();
    }

    function verbs() external pure returns (bytes4[] memory list_) {
        list_ = new bytes4[](VERBS);
        bytes4[VERBS] memory all = [
            this.arrive.selector, this.arrive.selector, this.again.selector, this.mature.selector, this.refuse.selector,
            this.depart.selector, this.depart.selector, this.release.selector, this.cancel.selector,
            this.authorise.selector, this.authorise.selector, this.settle.selector, this.settle.selector,
            this.void.selector, this.refund.selector, this.retry.selector, this.holdChain.selector,
            this.holdSomebody.selector, this.contradict.selector, this.resume.selector, this.rotate.selector,
            this.pass.selector
        ];
        for (uint256 i; i < VERBS; ++i) list_[i] = all[i];
    }

    // ---- in

    /// @notice Something arrives, and an epoch states it.
    function arrive(uint256 seed) external act("arrive", seed) {
        uint256 who = _below(PEOPLE);
        uint112 amount = uint112(_below(6) == 0 ? 1 + _upTo(60 * COIN) : 1 + _upTo(6 * COIN));
        Deposit memory d = Deposit(CHAIN, keccak256(abi.encode("tx", arrivals.length)), 0, people[who], asset, amount);
        arrivals.push(Arrival(d, DepositStatus.NONE, 0, 0));
        attested += amount;
        _credit(arrivals.length - 1, d, _epoch());
    }

    /// @notice It is stated again: as it was, or with more for somebody else.
    function again(uint256 seed) external act("again", seed) {
        if (arrivals.length == 0) return;
        uint256 i = _below(arrivals.length);
        Deposit memory d = arrivals[i].deposit;
        if (_below(3) == 0) {
            (d.account, d.amount) = (people[_below(PEOPLE)], d.amount + 1);
        }
        _credit(i, d, _epoch());
    }

    function _credit(uint256 i, Deposit memory d, uint256 epoch) private {
        Arrival storage a = arrivals[i];
        bool fresh = a.status == DepositStatus.NONE
            || (a.status == DepositStatus.DELAYED && terms[a.epoch].revoked);
        (uint256 room, uint256 atOnce) = gateway.roomOf(asset);
        bool fits = d.amount <= _atOnce();
        bool expected = fresh && _counts(epoch) && _isOpen() && (!fits || d.amount <= room);
        (bool ok,) = _call(
            stranger,
            address(gateway),
            abi.encodeCall(gateway.credit, (d, _say(epoch, epoch, _idOf(d), _contentOf(d))))
        );
        _law("INV-GW-1", ok == expected, "a credit that the model doesn't expect, or none that it does");
        if (!ok) return;
        _done();
        if (a.deposit.amount != d.amount || a.deposit.account != d.account) {
            // What the revoked epoch said of it counts no more.
            attested = attested + d.amount - a.deposit.amount;
            a.deposit = d;
        }
        if (fits) {
            _law("INV-GW-1", d.amount <= atOnce, "more at once than the gateway says");
            instants.push(Stamp(clock, d.amount));
            _law("INV-GW-1", _trailing(instants) <= uint256(INSTANT) * TICK, "more at once in a day than its limit");
            _credited(i);
        } else {
            (a.status, a.from, a.epoch) = (DepositStatus.DELAYED, clock + DELAY, epoch);
        }
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

    function mature(uint256 seed) external act("mature", seed) {
        uint256 i = _delayed();
        if (i == arrivals.length) return;
        Arrival storage a = arrivals[i];
        Deposit memory d = a.deposit;
        bool other = _below(5) == 0;
        if (other) d.amount += 1;
        (uint256 room,) = gateway.roomOf(asset);
        bool expected = !other && clock >= a.from && !terms[a.epoch].revoked && _isOpen() && d.amount <= room;
        (bool ok,) = _call(stranger, address(gateway), abi.encodeCall(gateway.mature, (d)));
        _law("INV-GW-1", ok == expected, "a deposit matures other than the model expects");
        if (!ok) return;
        _done();
        _credited(i);
    }

    function refuse(uint256 seed) external act("refuse", seed) {
        uint256 i = _delayed();
        if (i == arrivals.length || _below(3) != 0) return;
        gateway.refuse(_idOf(arrivals[i].deposit));
        _done();
        arrivals[i].status = DepositStatus.REFUSED;
    }

    /// @dev One that waits, one that is due if there is any.
    function _delayed() private returns (uint256 found) {
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
    function depart(uint256 seed) external act("depart", seed) {
        uint256 who = _below(PEOPLE);
        uint256 to = _below(4) == 0 ? _below(PEOPLE) : who;
        if (balances[who] < LEAST * TICK) return;
        uint256 most = balances[who] < 8 * COIN ? balances[who] : 8 * COIN;
        uint112 amount = uint112(LEAST * TICK + _upTo(most - LEAST * TICK));
        vm.recordLogs();
        (bool ok,) = _call(people[who], address(vault), abi.encodeCall(vault.withdraw, (asset, amount, handles[to])));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _law("INV-GW-2", ok == !_stopped(who), "an exit is refused");
        if (!ok) return;
        _done();
        balances[who] -= amount;
        if (_requested(logs, amount)) return;
        queued += amount;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IVaultEvents.Queued.selector) continue;
            (Exit memory exit,,,,) = abi.decode(logs[i].data, (Exit, uint256, uint256, uint256, uint256));
            exits.push(exit);
        }
    }

    function release(uint256 seed) external act("release", seed) {
        if (exits.length == 0) return;
        uint256 i = _below(exits.length);
        if (clock < exits[i].late) _warp(exits[i].late + _upTo(2 hours));
        vm.recordLogs();
        (bool ok, bytes memory answer) = _call(stranger, address(vault), abi.encodeCall(vault.release, (exits[i])));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (!ok || !abi.decode(answer, (bool))) return;
        _done();
        queued -= exits[i].amount;
        _law("INV-GW-2", _requested(logs, exits[i].amount), "an exit left the Vault for no payout");
        exits[i] = exits[exits.length - 1];
        exits.pop();
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

    function cancel(uint256 seed) external act("cancel", seed) {
        if (leavings.length == 0 || _below(2) == 0) return;
        Leaving storage l = _leaving(PayoutStatus.REQUESTED);
        bool own = _below(4) != 0;
        bytes memory data = abi.encodeCall(gateway.cancel, (l.id));
        (bool ok,) = _call(own ? people[l.who] : stranger, address(gateway), data);
        _law("INV-GW-2", ok == (own && l.status == PayoutStatus.REQUESTED), "a payout is cancelled out of turn");
        if (ok) _back(l, PayoutStatus.CANCELLED);
    }

    function authorise(uint256 seed) external act("authorise", seed) {
        if (leavings.length == 0) return;
        Leaving storage l = _leaving(PayoutStatus.REQUESTED);
        uint256 epoch = _epoch();
        uint256 attempt = _below(6) == 0 ? l.attempt - 1 : l.attempt;
        bytes32 word = keccak256(abi.encode("outpoint", acts));
        uint256 cents = (l.amount * WORTH + COIN - 1) / COIN;
        bool expected = l.status == PayoutStatus.REQUESTED && attempt == l.attempt && _counts(epoch) && _isOpen()
            && !_stopped(l.who) && clock >= everyoneHeldUntil && cents <= gateway.outRoomOf(CHAIN);
        bytes memory proof = _say(epoch, epoch, keccak256(abi.encode(_TOKEN, l.id, attempt)), word);
        (bool ok,) = _call(stranger, address(gateway), abi.encodeCall(gateway.authorise, (l.id, word, proof)));
        _law("INV-GW-2", ok == expected, "a payout is authorised other than the model expects");
        if (!ok) return;
        _done();
        (l.status, l.token) = (PayoutStatus.AUTHORISED, word);
        ++l.tokens;
        outs.push(Stamp(clock, cents));
        _law("INV-GW-2", _trailing(outs) <= OUT, "more was authorised in a day than its limit");
    }

    function settle(uint256 seed) external act("settle", seed) {
        if (leavings.length == 0) return;
        (Leaving storage l, bool ok) = _end(1);
        if (!ok) return;
        _done();
        (l.status, settled) = (PayoutStatus.SETTLED, settled + l.amount);
        ++l.ends;
    }

    function void(uint256 seed) external act("void", seed) {
        if (leavings.length == 0) return;
        (Leaving storage l, bool ok) = _end(2);
        if (!ok) return;
        _done();
        l.status = PayoutStatus.VOIDED;
    }

    /// @dev An outcome of this attempt or, at times, of an earlier one, or the other outcome's proof.
    function _end(uint8 outcome) private returns (Leaving storage l, bool ok) {
        l = _leaving(PayoutStatus.AUTHORISED);
        uint256 epoch = _epoch();
        uint256 attempt = _below(6) == 0 ? l.attempt - 1 : l.attempt;
        uint8 said = _below(6) == 0 ? 3 - outcome : outcome;
        bytes32 txId = keccak256(abi.encode("spent by", acts));
        bytes memory proof =
            _say(epoch, epoch, keccak256(abi.encode(_OUTCOME, l.id, attempt)), keccak256(abi.encode(said, txId)));
        bytes memory data = outcome == 1
            ? abi.encodeCall(gateway.settle, (l.id, txId, proof))
            : abi.encodeCall(gateway.voided, (l.id, txId, proof));
        (ok,) = _call(stranger, address(gateway), data);
        bool expected = l.status == PayoutStatus.AUTHORISED && attempt == l.attempt && said == outcome && _counts(epoch);
        _law("INV-GW-2", ok == expected, "a payout ends other than the model expects");
    }

    function refund(uint256 seed) external act("refund", seed) {
        if (leavings.length == 0) return;
        Leaving storage l = _leaving(PayoutStatus.VOIDED);
        (bool ok,) = _call(stranger, address(gateway), abi.encodeCall(gateway.refund, (l.id)));
        // Credits leave the Vault room for all that may come back.
        _law("INV-GW-2", ok == (l.status == PayoutStatus.VOIDED), "refunded though not void, or not though void");
        if (ok) _back(l, PayoutStatus.REFUNDED);
    }

    function retry(uint256 seed) external act("retry", seed) {
        if (leavings.length == 0) return;
        Leaving storage l = _leaving(PayoutStatus.VOIDED);
        bool own = _below(4) != 0;
        bytes memory data = abi.encodeCall(gateway.retry, (l.id));
        (bool ok,) = _call(own ? people[l.who] : stranger, address(gateway), data);
        _law("INV-GW-2", ok == (own && l.status == PayoutStatus.VOIDED), "tried again out of turn");
        if (!ok) return;
        _done();
        (l.status, l.attempt, l.token) = (PayoutStatus.REQUESTED, l.attempt + 1, 0);
    }

    function _back(Leaving storage l, PayoutStatus status) private {
        _done();
        l.status = status;
        ++l.ends;
        balances[l.who] += l.amount;
    }

    /// @dev Mostly one that stands there.
    function _leaving(PayoutStatus status) private returns (Leaving storage l) {
        uint256 from = _below(leavings.length);
        if (_below(6) != 0) {
            for (uint256 k; k < leavings.length; ++k) {
                l = leavings[(from + k) % leavings.length];
                if (l.status == status) return l;
            }
        }
        return leavings[from];
    }

    // ---- offices

    function holdChain(uint256 seed) external act("holdChain", seed) {
        address account = gateway.chainAccount(CHAIN);
        if (clock < chainHeldUntil) {
            vault.lift(account);
            chainHeldUntil = 0;
        } else {
            if (_below(2) == 0) return;
            vault.extend(account, 2 hours);
            chainHeldUntil = clock + 2 hours;
        }
        _done();
    }

    function holdSomebody(uint256 seed) external act("holdSomebody", seed) {
        uint256 who = _below(PEOPLE + 1);
        uint256 how = _below(3);
        if (who == PEOPLE) {
            vault.extend(address(0), 1 hours);
            everyoneHeldUntil = (clock < everyoneHeldUntil ? everyoneHeldUntil : clock) + 1 hours;
        } else if (how == 0) {
            vault.extend(people[who], 2 hours);
            heldUntil[who] = (clock < heldUntil[who] ? heldUntil[who] : clock) + 2 hours;
        } else {
            listed[who] = how == 1 && !listed[who];
            list.setListed(people[who], listed[who]);
            vault.screen(people[who]);
        }
        _done();
    }

    /// @notice Two contents are shown for one message, by epochs that count or don't.
    function contradict(uint256 seed) external act("contradict", seed) {
        if (_below(4) != 0) return;
        (uint256 a, uint256 b) = (_epoch(), _epoch());
        bool seen = messages != 0 && _below(3) == 0;
        bool same = _below(4) == 0;
        bytes32 id = keccak256(abi.encode("message", seen ? messages : messages + 1));
        bytes32 second = same ? bytes32("A") : bytes32("B");
        bytes memory data = abi.encodeCall(
            gateway.proveEquivocation, (CHAIN, id, "A", _say(a, a, id, "A"), second, _say(b, b, id, second))
        );
        (bool ok,) = _call(stranger, address(gateway), data);
        _law("INV-GW-2", ok == (_counts(a) && _counts(b) && !seen && !same), "halted other than by a contradiction");
        if (!ok) return;
        _done();
        (halted, messages) = (id, messages + 1);
    }

    function resume(uint256 seed) external act("resume", seed) {
        if (halted == 0) return;
        gateway.resume(CHAIN, halted);
        halted = 0;
        _done();
    }

    /// @notice The next epoch; at times the former one is revoked.
    function rotate(uint256 seed) external act("rotate", seed) {
        if (epochs == 12 || _below(6) != 0) {
            if (epochs == 1 || _below(6) != 0) return;
            uint256 former = 1 + _below(epochs - 1);
            if (terms[former].revoked) return;
            committee.revoke(uint32(former));
            terms[former].revoked = true;
            return _done();
        }
        uint40 overlap = uint40(_upTo(2 days));
        committee.rotate(uint32(epochs), _verifier(epochs + 1), overlap, type(uint40).max);
        terms[epochs].until = clock + overlap;
        ++epochs;
        _done();
    }

    function pass(uint256 seed) external act("pass", seed) {
        _warp(clock + _upTo(16 hours));
        _done();
    }

    /// @notice The end of a run: whatever is open can be ended, in the worst state.
    function finish() external {
        _audit();
        if (clock >= chainHeldUntil) vault.extend(gateway.chainAccount(CHAIN), 1 days);
        for (uint256 i; i < leavings.length; ++i) {
            Leaving storage l = leavings[i];
            bytes memory data;
            if (l.status == PayoutStatus.REQUESTED) data = abi.encodeCall(gateway.cancel, (l.id));
            if (l.status == PayoutStatus.VOIDED) data = abi.encodeCall(gateway.refund, (l.id));
            if (l.status == PayoutStatus.AUTHORISED) {
                bytes32 message = keccak256(abi.encode(_OUTCOME, l.id, l.attempt));
                bytes memory proof = _say(epochs, epochs, message, keccak256(abi.encode(uint8(1), bytes32("tx"))));
                data = abi.encodeCall(gateway.settle, (l.id, "tx", proof));
            }
            if (data.length == 0) continue;
            (bool ok,) = _call(people[l.who], address(gateway), data);
            _law("INV-GW-2 at the worst", ok, "an open payout can't be ended");
            if (!ok) continue;
            if (l.status == PayoutStatus.AUTHORISED) {
                (l.status, settled, l.ends) = (PayoutStatus.SETTLED, settled + l.amount, l.ends + 1);
            } else {
                bool asked = l.status == PayoutStatus.REQUESTED;
                _back(l, asked ? PayoutStatus.CANCELLED : PayoutStatus.REFUNDED);
            }
        }
        _audit();
        _law("INV-GW-2 at the worst", token.balanceOf(address(gateway)) == 0, "something is left in the gateway");
    }

    /// @dev What stops a customer's own exits, and the authorising of its payouts.
    function _stopped(uint256 who) private view returns (bool) {
        return listed[who] || clock < heldUntil[who];
    }

    function _whoIs(address account) private view returns (uint256 who) {
        while (people[who] != account) ++who;
    }
}
