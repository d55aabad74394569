// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Mode} from "../interfaces/IPriceRouter.sol";
import {MAX_SOURCES} from "./OracleGas.sol";

/// @title Aggregation
/// @notice Makes one price out of up to five readings. Pure, never clamps, never reverts.
///
/// mid is the median of *all* valid readings (an even number: the mean of the middle two, rounded down). A reading
/// survives if its whole interval [value - spread, value + spread] lies within delta of mid: one too unsure of itself
/// agrees with nobody. Survivors decide the mode and, if it is NORMAL, the width of [bid, ask], but never mid.
///
/// Why not drop the outliers first: honest readings 100 and 103, a liar's 104, delta 2 %. Against the median 103 the
/// 100 is the outlier; dropping it leaves 103 and 104, and their mean 103.5 lies outside the honest range, put there by
/// one liar. The median of all three, 103, lies between honest values whatever one of them says (INV-ORA-1).
///
/// | valid | mode |
/// | --- | --- |
/// | 0 | HALT |
/// | 1 | DEGRADED |
/// | 2 | NORMAL if both survive, else DISPUTED |
/// | 3 to 5 | NORMAL if more than half survive, else DISPUTED |
///
/// bid and ask span mid and the intervals of the survivors, so a NORMAL price is never wider than delta to either side.
/// In any other mode they span every valid reading: wide, as the knowledge is.
library Aggregation {
    uint256 private constant _BPS = 10_000;
    uint256 private constant _MAX64 = type(uint64).max;

    /// @notice One array word: value above spread, so that sorting words sorts values.
    /// @param value From 1 to 2^64 - 1, 12 decimals.
    /// @param spread At most `value`.
    function reading(uint256 value, uint256 spread) internal pure returns (uint256) {
        return (value << 64) | spread;
    }

    /// @param readings The first `n` are set, in any order; sorted in place.
    /// @param n From 0 to 5.
    /// @param deltaBps Distance from mid within which readings agree, in 1/10,000 of mid; at most 10,000.
    function aggregate(uint256[MAX_SOURCES] memory readings, uint256 n, uint256 deltaBps)
        internal
        pure
        returns (uint256 bid, uint256 mid, uint256 ask, Mode mode)
    {
        if (n == 0) return (0, 0, 0, Mode.HALT);
        // Values and spreads are below 2^64 and n <= 5: no sum or product here reaches 2^80, and nothing is subtracted
        // from what may be smaller.
        unchecked {
            _sort(readings, n);
            uint256 half = n >> 1;
            mid = readings[half] >> 64;
            if (n & 1 == 0) mid = ((readings[half - 1] >> 64) + mid) >> 1;

            uint256 tolerance = mid * deltaBps;
            uint256 survivors;
            uint256 allLow = mid;
            uint256 allHigh = mid;
            bid = mid;
            ask = mid;
            for (uint256 i; i < n; ++i) {
                uint256 value = readings[i] >> 64;
                uint256 spread = readings[i] & _MAX64;
                uint256 low = value - spread;
                uint256 high = value + spread;
                uint256 distance = (value > mid ? value - mid : mid - value) + spread;
                if (distance * _BPS <= tolerance) {
                    ++survivors;
                    if (low < bid) bid = low;
                    if (high > ask) ask = high;
                }
                if (low < allLow) allLow = low;
                if (high > allHigh) allHigh = high;
            }

            // More than half of one is one: for two it asks both, for four three.
            if (n == 1) mode = Mode.DEGRADED;
            else mode = survivors > half ? Mode.NORMAL : Mode.DISPUTED;
            if (mode != Mode.NORMAL) (bid, ask) = (allLow, allHigh);
            // A saturated ask is still the highest price that can be written, not a corrected reading.
            if (ask > _MAX64) ask = _MAX64;
        }
    }

    /// @dev Insertion sort, ascending: the cheapest for five words.
    function _sort(uint256[MAX_SOURCES] memory words, uint256 n) private pure {
        unchecked {
            for (uint256 i = 1; i < n; ++i) {
                uint256 word = words[i];
                uint256 j = i;
                for (; j != 0 && words[j - 1] > word; --j) {
                    words[j] = words[j - 1];
                }
                words[j] = word;
            }
        }
    }
}
