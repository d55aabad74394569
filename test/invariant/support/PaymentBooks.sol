// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Question, Terms} from "../../../contracts/payments/interfaces/IPayments.sol";

/// @notice The model of payments: what became of every unit that was pushed. Knows nothing of slots and flags; what has vested
/// is a fraction, of which whole units are compared by multiplication.
abstract contract PaymentBooks {
    /// @param k The asset's place in the market.
    /// @param latchedAt 0 = it isn't.
    /// @param answered Whether the condition said yes, by the model, when it was latched.
    /// @param mine What was released or captured, as opposed to accepted or split.
    struct Position {
        Terms terms;
        Question question;
        bytes32 id;
        uint256 k;
        uint256 number;
        uint256 paid;
        uint256 fees;
        uint256 returned;
        uint256 refunded;
        uint256 latchedAt;
        uint256 mine;
        bool answered;
        bool closed;
    }

    Position[] internal positions;

    function _rest(Position storage p) internal view returns (uint256) {
        return p.terms.amount - p.paid - p.returned;
    }

    function _waits(Position storage p) internal view returns (bool) {
        return p.terms.condition != 0 && p.latchedAt == 0;
    }

    function _lapses(Position storage p) internal view returns (bool) {
        return p.terms.capture || _waits(p);
    }

    function _lapsed(Position storage p) internal view returns (bool) {
        return _lapses(p) && block.timestamp >= p.terms.expiry;
    }

    /// @dev What has vested, as a fraction.
    function _vested(Terms memory t) internal view returns (uint256 above, uint256 below) {
        uint256 start = t.schedule.start;
        if (block.timestamp < start) return (0, 1);
        uint256 length = t.schedule.duration;
        if (block.timestamp >= start + length) return (t.amount, 1);
        uint256 into = block.timestamp - start;
        into -= into % t.schedule.step;
        // cliff + into * (amount - cliff) / length, over length.
        return (t.schedule.cliff * length + into * t.amount - into * t.schedule.cliff, length);
    }

    /// @dev Whole units that have vested and weren't paid; nothing while it waits.
    function _due(Position storage p) internal view returns (uint256) {
        if (p.closed || _waits(p)) return 0;
        (uint256 above, uint256 below) = _vested(p.terms);
        return above / below > p.paid ? above / below - p.paid : 0;
    }

    /// @dev Whether `sum` is the whole part of what has vested.
    function _isVested(Terms memory t, uint256 sum) internal view returns (bool) {
        (uint256 above, uint256 below) = _vested(t);
        return sum * below <= above && above < (sum + 1) * below;
    }

    /// @dev The fee on one more amount, so that all fees together are the whole part of their share of all that was paid.
    function _feeOn(Position storage p, uint256 amount) internal view returns (uint256) {
        return (p.paid + amount) * p.terms.feeBps / 10_000 - p.fees;
    }

    /// @dev What isn't paid, given back or refunded more than once.
    function _adds(Position storage p) internal view returns (bool) {
        bool whole = p.closed ? p.paid + p.returned == p.terms.amount : p.returned == 0;
        bool fee = p.fees * 10_000 <= p.paid * p.terms.feeBps && p.paid * p.terms.feeBps < (p.fees + 1) * 10_000;
        return whole && fee && p.paid + p.returned <= p.terms.amount && p.refunded <= p.paid;
    }
}
