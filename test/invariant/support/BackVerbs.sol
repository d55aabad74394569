// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Purpose, Terms} from "../../../contracts/payments/interfaces/IPayments.sol";
import {AssetId} from "../../../contracts/shared/AssetId.sol";
import {PayVerbs} from "./PayVerbs.sol";

/// @notice Towards the payer: voided, rolled back, split, refunded.
abstract contract BackVerbs is PayVerbs {
    function void_(uint256 seed) external act("void", seed) {
        uint256 place = _findOrNew(State.UNPAID, ANY);
        if (place == positions.length) return;
        Position storage p = positions[place];
        bool ok = _try(p.terms.payee, address(payments), abi.encodeCall(payments.void, (p.terms)));
        bool expected = !p.closed && _rest(p) != 0;
        _law("INV-PAY-1", ok == expected, ok ? "gave back what wasn't there" : "a payee can't give back");
        if (!ok) return;
        _returns(p);
        _done();
    }

    function rollback(uint256 seed) external act("rollback", seed) {
        // What depends on nothing never lapses, nor what was latched.
        uint256 place = _find(_once(6) ? State.DUE : _once(6) ? State.KEPT : State.LAPSED);
        if (place == positions.length || _once(4)) {
            place = _findOrNew(State.WAITING, _once(2) ? CONDITIONAL : CAPTURED);
            if (place == positions.length) return;
            // The last second before, and the first.
            if (positions[place].terms.expiry > clock) _warp(positions[place].terms.expiry - _upTo(1));
        }
        if (_rollback(positions[place])) _done();
    }

    /// @return asExpected Whether it went back, or was refused, as the model says.
    function _rollback(Position storage p) internal returns (bool asExpected) {
        bool expected = !p.closed && _rest(p) != 0 && _lapsed(p);
        bool ok = _try(stranger, address(payments), abi.encodeCall(payments.rollback, (p.terms)));
        asExpected = ok == expected;
        _law("INV-PAY-3", ok || !expected, "what has lapsed can't be rolled back");
        _law("INV-PAY-1", !ok || expected, "rolled back though it hasn't lapsed");
        if (ok) _returns(p);
    }

    function rollbackBatch(uint256 seed) external act("rollbackBatch", seed) {
        if (_find(State.LAPSED) == positions.length) {
            uint256 place = _findOrNew(State.WAITING, CAPTURED);
            if (place == positions.length) return;
            if (positions[place].terms.expiry > clock) _warp(positions[place].terms.expiry);
        }
        (Terms[] memory terms, uint256[] memory places) = _batch(State.LAPSED);
        uint256 expected;
        for (uint256 i; i + 1 < places.length; ++i) {
            Position storage p = positions[places[i]];
            if (!p.closed && _rest(p) != 0 && _lapsed(p)) ++expected;
        }
        (bool ok, bytes memory answer) =
            _call(stranger, address(payments), abi.encodeCall(payments.rollbackBatch, (terms)));
        bool same = ok && abi.decode(answer, (uint256)) == expected;
        _law("INV-PAY-3", same, "a batch left out what has lapsed, or gave back twice");
        if (!ok) return;
        for (uint256 i; i + 1 < places.length; ++i) {
            Position storage p = positions[places[i]];
            if (!p.closed && _rest(p) != 0 && _lapsed(p)) _returns(p);
        }
        _done();
    }

    function split(uint256 seed) external act("split", seed) {
        uint256 place = _findOrNew(State.ARBITRATED, ARBITRATED | (_once(2) ? CONDITIONAL : 0) | (_once(3) ? CAPTURED : 0));
        if (place == positions.length) return;
        Position storage p = positions[place];
        if (_lapses(p) && _once(10) && p.terms.expiry > clock) _warp(p.terms.expiry - _upTo(1));
        uint256 rest = _rest(p);
        uint256 earned = p.terms.capture ? 0 : _due(p);
        uint256 toPayee = earned + _upTo(rest - earned);
        if (_once(8)) toPayee = _once(2) && earned != 0 ? earned - 1 : rest + 1;
        bool expected = !p.closed && rest != 0 && !_lapsed(p) && toPayee >= earned && toPayee <= rest;
        bool ok = _try(p.terms.arbiter, address(payments), abi.encodeCall(payments.split, (p.terms, uint112(toPayee))));
        _law("INV-PAY-1", ok == expected, ok ? "an arbiter split beyond its bounds" : "an arbiter can't split");
        if (ok) {
            if (toPayee != 0) _pays(p, toPayee);
            if (toPayee != rest) _returns(p);
        }
        if (ok == expected) _done();
    }

    /// @notice By the payee, of what it was paid; sometimes of one payment twice, sometimes of more than that.
    function refund(uint256 seed) external act("refund", seed) {
        uint256 place = _find(State.PAID);
        if (place == positions.length) return;
        Position storage p = positions[place];
        uint256 most = p.paid - p.refunded;
        uint256 first = 1 + _below(most);
        uint256 second = _once(6) ? most - first + 1 : _upTo(most - first);
        uint256 n = second == 0 ? 1 : 2;
        (AssetId[] memory ids, uint112[] memory amounts) = (new AssetId[](n), new uint112[](n));
        Terms[] memory terms = new Terms[](n);
        for (uint256 i; i < n; ++i) {
            (ids[i], amounts[i], terms[i]) = (p.terms.asset, uint112(i == 0 ? first : second), p.terms);
        }
        address payee = p.terms.payee;
        bool expected = !retired[address(payments)] && !_isHeld(payee) && !_isListed(payee)
            && first + second <= _balance(payee, p.k) && first + second <= most;
        (bool ok,) = _push(payee, ids, amounts, abi.encode(Purpose.REFUND, terms), _once(4));
        _law("INV-PAY-1", ok == expected, ok ? "refunded more than was paid" : "a payee can't refund");
        if (ok) {
            p.refunded += first + second;
            _debitModel(payee, p.k, first + second, T);
            _creditModel(p.terms.payer, p.k, first + second, T);
        }
        if (ok == expected) _done();
    }

    /// @dev In the model.
    function _returns(Position storage p) internal {
        uint256 rest = _rest(p);
        (p.returned, p.closed) = (rest, true);
        _debitModel(address(payments), p.k, rest, T);
        _creditModel(p.terms.payer, p.k, rest, T);
    }
}
