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
        // Values and spreads are below 2^64 and n <= 5: no sum or product here reaches 2^80, nothing is subtracted from
        // what may be smaller, and every index is below n.
        unchecked {
            _sort(readings, n);
            uint256 half = n >> 1;
            mid = _get(readings, half) >> 64;
            if (n & 1 == 0) mid = ((_get(readings, half - 1) >> 64) + mid) >> 1;

            bid = mid;
            ask = mid;
            uint256 survivors;
            uint256 tolerance = mid * deltaBps;
            for (uint256 i; i < n; ++i) {
                (uint256 low, uint256 high) = _interval(readings, i);
                // Check: both ends within delta.
                if (low < mid && (mid - low) * _BPS > tolerance) continue;
                if (high > mid && (high - mid) * _BPS > tolerance) continue;
                ++survivors;
                if (low < bid) bid = low;
                if (high > ask) ask = high;
            }

            // More than half: of two both, of three two, of four three, of five three.
            if (survivors > half && n != 1) return (bid, mid, ask > _MAX64 ? _MAX64 : ask, Mode.NORMAL);
            for (uint256 i; i < n; ++i) {
                (uint256 low, uint256 high) = _interval(readings, i);
                if (low < bid) bid = low;
                if (high > ask) ask = high;
            }
            // A saturated ask is the highest price that can be written, not a corrected reading.
            return (bid, mid, ask > _MAX64 ? _MAX64 : ask, n == 1 ? Mode.DEGRADED : Mode.DISPUTED);
        }
    }

    /// @dev Insertion sort, ascending: the cheapest for five words. `n` <= 5.
    function _sort(uint256[MAX_SOURCES] memory words, uint256 n) private pure {
        assembly ("memory-safe") {
            let end := add(words, shl(5, n))
            for { let next := add(words, 0x20) } lt(next, end) { next := add(next, 0x20) } {
                let word := mload(next)
                let hole := next
                for {} gt(hole, words) {} {
                    let before := mload(sub(hole, 0x20))
                    if iszero(gt(before, word)) { break }
                    mstore(hole, before)
                    hole := sub(hole, 0x20)
                }
                mstore(hole, word)
            }
        }
    }

    function _interval(uint256[MAX_SOURCES] memory readings, uint256 i) private pure returns (uint256 low, uint256 high) {
        uint256 word = _get(readings, i);
        unchecked {
            (low, high) = ((word >> 64) - (word & _MAX64), (word >> 64) + (word & _MAX64));
        }
    }

    /// @dev Without the bounds check: `i` < n <= 5.
    function _get(uint256[MAX_SOURCES] memory words, uint256 i) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(words, shl(5, i)))
        }
    }
}
