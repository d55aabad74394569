// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Question, Terms} from "../../../contracts/payments/interfaces/IPayments.sol";
import {CreateVerbs} from "./CreateVerbs.sol";

/// @notice Towards the payee: latched, released, captured, accepted. What the model expects of a call is what must happen.
abstract contract PayVerbs is CreateVerbs {
    enum State {
        ANY,
        WAITING,
        DUE,
        CAPTURABLE,
        UNPAID,
        LAPSED,
        KEPT,
        ARBITRATED,
        PAID
    }

    function showSecret(uint256 seed) external act("showSecret", seed) {
        uint256 place = _find(State.WAITING);
        uint256 number = place == positions.length ? 1 : positions[place].number;
        if (!_try(_party(), address(secrets), abi.encodeCall(secrets.register, (_secret(number))))) return;
        if (shownAt[number] == 0) shownAt[number] = clock;
        _law("INV-PAY-2", secrets.shownAt(sha256(abi.encode(_secret(number)))) == shownAt[number], "a secret's time moved");
        _done();
    }

    function latch(uint256 seed) external act("latch", seed) {
        uint256 place = _once(5) ? _find(_once(2) ? State.DUE : State.ANY) : _findOrNew(State.WAITING, CONDITIONAL);
        if (place == positions.length) return;
        Position storage p = positions[place];
        // The last second, and the first one after it.
        if (p.terms.latchBy >= clock && _once(4)) _warp(p.terms.latchBy + _upTo(1));
        if (_latch(p, !_once(4), _once(10))) _done();
    }

    /// @param other Asks another question than the one agreed on.
    function _latch(Position storage p, bool honest, bool other) internal returns (bool asExpected) {
        (bytes memory witness, bool met) = _evidence(p, honest);
        Question memory q = p.question;
        if (other) q.terms = bytes.concat(q.terms, "?");
        bool expected = !p.closed && _waits(p) && clock <= p.terms.latchBy && met && !other;
        address caller = _once(2) ? stranger : _party();
        bool ok = _try(caller, address(payments), abi.encodeCall(payments.latch, (p.terms, q, witness)));
        asExpected = ok == expected;
        _law("INV-PAY-2", !ok || expected, "latched though it must not be");
        _law("INV-PAY-2", ok || !expected, "not latched though the condition says yes in time");
        if (!ok) return asExpected;
        (p.latchedAt, p.answered) = (clock, met && !other);
        bool again = _try(caller, address(payments), abi.encodeCall(payments.latch, (p.terms, q, witness)));
        _law("INV-PAY-2", !again, "latched twice");
    }

    /// @notice With too little gas the condition isn't asked at all.
    function starve(uint256 seed) external act("starve", seed) {
        uint256 place = _findOrNew(State.WAITING, CONDITIONAL);
        if (place == positions.length) return;
        Position storage p = positions[place];
        (bytes memory witness,) = _evidence(p, true);
        bytes memory data = abi.encodeCall(payments.latch, (p.terms, p.question, witness));
        vm.prank(stranger);
        (bool ok, bytes memory answer) = address(payments).call{gas: 120_000 + _upTo(850_000)}(data);
        ++refusals[bytes4(answer)];
        _law("INV-PAY-2", !ok, "latched by a condition that was starved");
        _done();
    }

    function release(uint256 seed) external act("release", seed) {
        uint256 place = _once(5) ? _find(State.ANY) : _findOrNew(State.DUE, 0);
        if (place != positions.length && _release(positions[place])) _done();
    }

    /// @return asExpected Whether it was paid, or refused, as the model says.
    function _release(Position storage p) internal returns (bool asExpected) {
        uint256 due = p.terms.capture ? 0 : _due(p);
        (bool ok, bytes memory answer) = _call(stranger, address(payments), abi.encodeCall(payments.release, (p.terms)));
        asExpected = ok == (due != 0);
        _law("INV-PAY-1", !ok || due != 0, "released though nothing was due");
        _law("INV-PAY-3", ok || due == 0, "what is due can't be released");
        if (!ok) return asExpected;
        uint256 paid = abi.decode(answer, (uint256));
        _law("INV-PAY-1", _isVested(p.terms, p.paid + paid), "released another amount than has vested");
        _earned(p);
        _pays(p, paid);
        p.mine += paid;
    }

    /// @notice Several at once, the first of them twice, with whatever isn't due among them.
    function releaseBatch(uint256 seed) external act("releaseBatch", seed) {
        if (_findOrNew(State.DUE, 0) == positions.length) return;
        (Terms[] memory terms, uint256[] memory places) = _batch(State.DUE);
        uint256 expected;
        for (uint256 i; i + 1 < places.length; ++i) {
            if (!positions[places[i]].terms.capture && _due(positions[places[i]]) != 0) ++expected;
        }
        (bool ok, bytes memory answer) =
            _call(stranger, address(payments), abi.encodeCall(payments.releaseBatch, (terms)));
        _law("INV-PAY-3", ok && abi.decode(answer, (uint256)) == expected, "a batch left out what is due, or paid twice");
        if (!ok) return;
        for (uint256 i; i + 1 < places.length; ++i) {
            Position storage p = positions[places[i]];
            uint256 due = p.terms.capture ? 0 : _due(p);
            if (due == 0) continue;
            _earned(p);
            _pays(p, due);
            p.mine += due;
        }
        _done();
    }

    function capture(uint256 seed) external act("capture", seed) {
        uint256 place = _once(5) ? _find(_once(2) ? State.DUE : State.ANY) : _findOrNew(State.CAPTURABLE, CAPTURED);
        if (place == positions.length) return;
        Position storage p = positions[place];
        if (p.terms.latchBy >= clock && _once(10)) _warp(p.terms.latchBy + _upTo(1));
        uint256 due = _due(p);
        // All, a part, dust; one more than that, and nothing.
        uint256 amount = _once(3) ? due : _once(3) ? due + 1 : _once(2) ? 1 : _upTo(due);
        bool ok = _try(p.terms.payee, address(payments), abi.encodeCall(payments.capture, (p.terms, uint112(amount))));
        bool expected = p.terms.capture && clock <= p.terms.latchBy && amount != 0 && amount <= due;
        _law("INV-PAY-1", ok == expected, ok ? "captured what isn't due" : "can't capture what is due");
        if (ok) {
            _earned(p);
            _pays(p, amount);
            p.mine += amount;
        }
        if (ok == expected) _done();
    }

    function accept(uint256 seed) external act("accept", seed) {
        uint256 place = _findOrNew(State.UNPAID, ANY);
        if (place == positions.length) return;
        Position storage p = positions[place];
        uint256 rest = p.closed ? 0 : _rest(p);
        bool ok = _try(p.terms.payer, address(payments), abi.encodeCall(payments.accept, (p.terms)));
        _law("INV-PAY-3", ok == (rest != 0), "a payer can't pay what is left");
        if (!ok) return;
        _pays(p, rest);
        _done();
    }

    /// @dev INV-PAY-2, as something goes to the payee without anyone's leave.
    function _earned(Position storage p) private {
        if (p.terms.condition == 0) return;
        bool inTime = p.latchedAt != 0 && p.latchedAt <= p.terms.latchBy && p.answered;
        _law("INV-PAY-2", inTime, "paid though it was never latched in time");
    }

    /// @dev In the model.
    function _pays(Position storage p, uint256 amount) internal {
        uint256 fee = _feeOn(p, amount);
        p.paid += amount;
        p.fees += fee;
        _debitModel(address(payments), p.k, amount, T);
        _creditModel(p.terms.payee, p.k, amount - fee, T);
        if (fee != 0) _creditModel(p.terms.feeTo, p.k, fee, T);
    }

    // ---- which one

    function _findOrNew(State state, uint8 shape) internal returns (uint256 place) {
        place = _find(state);
        return place == positions.length ? _new(shape) : place;
    }

    /// @dev One in this state, if there is any; else one past the last.
    function _find(State state) internal returns (uint256 place) {
        uint256 all = positions.length;
        uint256 from = _below(all);
        for (uint256 i; i < all; ++i) {
            place = (from + i) % all;
            if (_is(positions[place], state)) return place;
        }
        return all;
    }

    function _is(Position storage p, State state) private view returns (bool) {
        if (state == State.ANY) return true;
        if (state == State.PAID) return p.paid > p.refunded && p.terms.payee != address(app);
        if (p.closed || _rest(p) == 0) return false;
        if (state == State.WAITING) return _waits(p) && clock <= p.terms.latchBy;
        if (state == State.DUE) return !p.terms.capture && _due(p) != 0;
        if (state == State.CAPTURABLE) return p.terms.capture && clock <= p.terms.latchBy && _due(p) != 0;
        if (state == State.LAPSED) return _lapsed(p);
        if (state == State.KEPT) return !_lapses(p) && p.latchedAt != 0 && clock >= p.terms.expiry;
        if (state == State.ARBITRATED) return p.terms.arbiter != address(0) && !_lapsed(p);
        return true;
    }

    /// @dev Different ones, mostly in this state, and then the first of them again.
    function _batch(State state) internal returns (Terms[] memory terms, uint256[] memory places) {
        uint256 n;
        places = new uint256[](7);
        for (uint256 i; i < 6; ++i) {
            uint256 place = _find(i == 0 ? state : _once(4) ? State.ANY : _once(3) ? State.LAPSED : state);
            if (place == positions.length) continue;
            bool known;
            for (uint256 j; j < n; ++j) known = known || places[j] == place;
            if (!known) places[n++] = place;
        }
        places[n] = places[0];
        assembly ("memory-safe") {
            mstore(places, add(n, 1))
        }
        terms = new Terms[](n + 1);
        for (uint256 i; i <= n; ++i) terms[i] = positions[places[i]].terms;
    }
}
