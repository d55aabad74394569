// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlidingWindow} from "../../contracts/policy/libraries/SlidingWindow.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-POL-1 for the window itself: no trailing period ever holds more than the limit in force at each charge.
/// `keepsEachBucket` and `countsEachBucket` are the step of an induction over any number of charges: bucket k is what was charged in sub-period
/// (epoch - k). `subPeriodsCover` says that a trailing period reaches into no more sub-periods than there are buckets.
contract SlidingWindowSpec is Spec {
    using SlidingWindow for uint256;

    uint256 private constant _PERIOD = 1 days;
    uint256 private constant _SUB = _PERIOD / 5;
    /// @dev A sub-period of 2024. The window looks at differences of epochs only.
    uint256 private constant _EPOCH = 100_000;

    /// @notice Whatever the slot holds, written 0 to 6 sub-periods ago: a charge that fits is added to its own sub-period and to
    /// nothing else, every other bucket keeps its place in time or has left; one that doesn't fit changes nothing.
    function check_INV_POL_1_keepsEachBucket(uint8 age, bool last, uint216 used, uint256 amount, uint256 limit)
        external
        pure
    {
        for (uint256 i; i < 7; ++i) {
            if (age == i) return _keeps(i, last, used, amount, limit);
        }
    }

    function _keeps(uint256 age, bool last, uint256 used, uint256 amount, uint256 limit) private pure {
        (uint256 word, uint256 kept) = _slot(age, used);
        (bool fits, uint256 next) = word.charge(_PERIOD, _EPOCH * _SUB + (last ? _SUB - 1 : 0), amount, limit);
        unchecked {
            assert(next == (fits ? ((_EPOCH << 216) | kept) + amount : word));
        }
    }

    /// @notice Likewise: a charge fits exactly if what the six buckets of the trailing period hold, and it, is at most the limit.
    /// Any amount and any limit; of each bucket the highest and the lowest bit.
    function check_INV_POL_1_countsEachBucket(uint8 age, uint216 used, uint256 amount, uint256 limit) external pure {
        uint256 each = 0x800000001;
        used &= uint216(each * (1 | (1 << 36) | (1 << 72) | (1 << 108) | (1 << 144) | (1 << 180)));
        for (uint256 i; i < 7; ++i) {
            if (age == i) return _counts(i, used, amount, limit);
        }
    }

    function _counts(uint256 age, uint256 used, uint256 amount, uint256 limit) private pure {
        (uint256 word, uint256 kept) = _slot(age, used);
        (bool fits,) = word.charge(_PERIOD, _EPOCH * _SUB, amount, limit);
        unchecked {
            // In the code's own order: that two orders of an addition agree is dear to show.
            uint256 sum = _bucket(kept, 4) + _bucket(kept, 5) + (_bucket(kept, 2) + _bucket(kept, 3))
                + (_bucket(kept, 0) + _bucket(kept, 1));
            uint256 most = _min(limit, SlidingWindow.MAX);
            assert(fits == _and(_le(amount, most), _le(sum + amount, most)));
        }
    }

    /// @dev A slot written `age` sub-periods ago, and what of it still counts, where it then stands.
    function _slot(uint256 age, uint256 used) private pure returns (uint256 word, uint256 kept) {
        word = ((_EPOCH - age) << 216) | used;
        kept = age > 5 ? 0 : (used << (36 * age)) & type(uint216).max;
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
    /// are at most the limit of the last. Numbers below 2^4; `which` names the sub-periods between the charges.
    function check_INV_POL_1_threeCharges(uint8 which, uint216 used, uint256 amounts, uint256 limits) external pure {
        used &= uint216(15 * (1 | (1 << 36) | (1 << 72) | (1 << 108) | (1 << 144) | (1 << 180)));
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
            (fits, word) = word.charge(_PERIOD, _EPOCH * _SUB, amounts & 15, limits & 15);
            if (!fits) return;
            (fits, word) = word.charge(_PERIOD, (_EPOCH + gap) * _SUB, (amounts >> 8) & 15, (limits >> 8) & 15);
            if (!fits) return;
            (fits, word) = word.charge(_PERIOD, (_EPOCH + gap + then) * _SUB, (amounts >> 16) & 15, (limits >> 16) & 15);
            if (!fits) return;
            uint256 sum = (amounts & 15) + ((amounts >> 8) & 15) + ((amounts >> 16) & 15);
            for (uint256 i; i + gap + then < 6; ++i) {
                sum += _bucket(used, i);
            }
            assert(sum <= (limits >> 16) & 15);
        }
    }

    function _bucket(uint256 word, uint256 i) private pure returns (uint256) {
        unchecked {
            return (word >> (36 * i)) & SlidingWindow.MAX;
        }
    }
}
