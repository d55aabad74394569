// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlidingWindow} from "../../contracts/policy/libraries/SlidingWindow.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-POL-1 for the window itself: no trailing period ever holds more than the limit in force at each charge.
/// `countsEachBucket` is the step of an induction over any number of charges: bucket k is what was charged in sub-period
/// (epoch - k). `subPeriodsCover` says that a trailing period reaches into no more sub-periods than there are buckets.
contract SlidingWindowSpec is Spec {
    using SlidingWindow for uint256;

    uint256 private constant _PERIOD = 1 days;
    uint256 private constant _SUB = _PERIOD / 5;
    /// @dev A sub-period of 2024. The window looks at differences of epochs only.
    uint256 private constant _EPOCH = 100_000;

    /// @notice Whatever the slot holds, written 0 to 6 sub-periods ago: a charge fits exactly if what the buckets of the
    /// trailing period hold, and it, is at most the limit; it is added to its own sub-period and can't spill into another;
    /// every other bucket keeps its place in time or has left.
    function check_INV_POL_1_countsEachBucket(uint8 age, bool last, uint216 used, uint256 amount, uint256 limit)
        external
        pure
    {
        for (uint256 i; i < 7; ++i) {
            if (age == i) return _counts(i, last, used, amount, limit);
        }
    }

    function _counts(uint256 age, bool last, uint256 used, uint256 amount, uint256 limit) private pure {
        uint256 word = ((_EPOCH - age) << 216) | used;
        uint256 time = _EPOCH * _SUB + (last ? _SUB - 1 : 0);
        (bool fits, uint256 next) = word.charge(_PERIOD, time, amount, limit);
        unchecked {
            uint256 kept = age > 5 ? 0 : (used << (36 * age)) & type(uint216).max;
            // In the code's own order: that two orders of an addition agree is dear to show.
            uint256 sum = _bucket(kept, 4) + _bucket(kept, 5) + (_bucket(kept, 2) + _bucket(kept, 3))
                + (_bucket(kept, 0) + _bucket(kept, 1));
            uint256 most = _min(limit, SlidingWindow.MAX);
            bool should = _and(_le(amount, most), _le(sum + amount, most));
            if (!fits) {
                assert(_and(!should, next == word));
                return;
            }
            assert(should);
            assert(_bucket(kept, 0) + amount <= SlidingWindow.MAX);
            assert(next == ((_EPOCH << 216) | kept) + amount);
        }
    }

    /// @notice Two moments less than a period apart lie at most five sub-periods apart, so all charges between them stand in
    /// the six buckets: for a day, and for the 90 days of holds.
    function check_INV_POL_1_subPeriodsCover(uint24 within, uint24 gap) external pure {
        _covers(1 days, within, gap);
        _covers(90 days, within, gap);
    }

    function _covers(uint256 period, uint256 within, uint256 gap) private pure {
        uint256 sub = SlidingWindow.subPeriod(period);
        if (within >= sub || gap >= period) return;
        unchecked {
            uint256 early = 100 * sub + within;
            assert(_div(early + gap, sub) - 100 <= 5);
        }
    }

    /// @notice Three charges within one trailing period, over a slot in use: together, and with what stood there before, they
    /// are at most the limit of the last. Numbers below 2^6; `which` names the sub-periods between the charges.
    function check_INV_POL_1_threeCharges(uint8 which, uint216 used, uint256 amounts, uint256 limits) external pure {
        used &= uint216(63 * (1 | (1 << 36) | (1 << 72) | (1 << 108) | (1 << 144) | (1 << 180)));
        for (uint256 gap; gap < 6; ++gap) {
            for (uint256 then; gap + then < 6; ++then) {
                if (which == 6 * gap + then) return _three(used, gap, then, amounts, limits);
            }
        }
    }

    function _three(uint256 used, uint256 gap, uint256 then, uint256 amounts, uint256 limits) private pure {
        uint256 word = (_EPOCH << 216) | used;
        bool fits;
        unchecked {
            (fits, word) = word.charge(_PERIOD, _EPOCH * _SUB, amounts & 63, limits & 63);
            if (!fits) return;
            (fits, word) = word.charge(_PERIOD, (_EPOCH + gap) * _SUB, (amounts >> 8) & 63, (limits >> 8) & 63);
            if (!fits) return;
            (fits, word) = word.charge(_PERIOD, (_EPOCH + gap + then) * _SUB, (amounts >> 16) & 63, (limits >> 16) & 63);
            if (!fits) return;
            uint256 sum = (amounts & 63) + ((amounts >> 8) & 63) + ((amounts >> 16) & 63);
            for (uint256 i; i + gap + then < 6; ++i) {
                sum += _bucket(used, i);
            }
            assert(sum <= (limits >> 16) & 63);
        }
    }

    function _bucket(uint256 word, uint256 i) private pure returns (uint256) {
        unchecked {
            return (word >> (36 * i)) & SlidingWindow.MAX;
        }
    }
}
