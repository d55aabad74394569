// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title SlidingWindow
/// @notice Counts what was used in the trailing period, strictly and in one storage slot: no trailing `period` ever
/// holds more than the limit that was in force at each charge.
///
/// The slot holds six buckets and an epoch. A sub-period lasts ceil(period / 5), so the six buckets always cover the
/// whole trailing period (with floor they would not, and nearly twice the limit could pass). Sums are exact; a refusal
/// is explained by at most one sub-period of usage that has already left the trailing period.
///
/// Slot: [ epoch:40 | bucket5:36 | ... | bucket0:36 ], bucket0 being the sub-period `epoch`. All zero is an unused window.
/// The same primitive counts money (cents, asset ticks), hold seconds and attestors' lifts.
library SlidingWindow {
    /// @notice Amounts and limits are below 2^36; a larger limit acts as this one, a larger amount never fits.
    uint256 internal constant MAX = (1 << 36) - 1;

    uint256 private constant _BUCKETS = 6;
    uint256 private constant _EPOCH_SHIFT = 216;
    uint256 private constant _BUCKETS_MASK = (1 << 216) - 1;
    uint256 private constant _PAIR_MASK = (1 << 72) - 1;
    uint256 private constant _ALL_PAIRS = 1 | (1 << 72) | (1 << 144);
    // The first, third and fifth bucket.
    uint256 private constant _EVEN_BUCKETS = MAX | (MAX << 72) | (MAX << 144);

    error SlidingWindow_TimeWentBack(uint256 epoch, uint256 lastEpoch);

    /// @notice Seconds in one bucket.
    function subPeriod(uint256 period) internal pure returns (uint256) {
        unchecked {
            return (period + 4) / 5;
        }
    }

    /// @notice The window moved to `time`, with the buckets that have left it dropped, and the sum of what remains.
    function roll(uint256 packed, uint256 period, uint256 time) internal pure returns (uint256 rolled, uint256 sum) {
        unchecked {
            // Periods are constants below 2^40 and not zero.
            uint256 epoch = time / subPeriod(period);
            uint256 last = packed >> _EPOCH_SHIFT;
            // Check: time never runs backwards; a chain that does so must not be given its limits back.
            if (epoch < last) revert SlidingWindow_TimeWentBack(epoch, last);
            // A shift by 256 or more yields 0, and 36 * (epoch - last) < 2^46 can't overflow.
            uint256 buckets = (packed << (36 * (epoch - last))) & _BUCKETS_MASK;
            // Pairs first: three sums below 2^37, 72 bits apart. Times 1 + 2^72 + 2^144 their sum stands above 2^144.
            sum = (buckets & _EVEN_BUCKETS) + ((buckets >> 36) & _EVEN_BUCKETS);
            sum = ((sum * _ALL_PAIRS) >> 144) & _PAIR_MASK;
            rolled = (epoch << _EPOCH_SHIFT) | buckets;
        }
    }

    /// @notice Charges `amount` if the trailing period then holds at most `limit`.
    /// @return fits Whether it did; if not, `next` is the window unchanged.
    /// @return next The slot to store.
    function charge(uint256 packed, uint256 period, uint256 time, uint256 amount, uint256 limit)
        internal
        pure
        returns (bool fits, uint256 next)
    {
        (uint256 rolled, uint256 sum) = roll(packed, period, time);
        if (limit > MAX) limit = MAX;
        unchecked {
            // Check: `amount` alone is compared first, so that the sum of two numbers below 2^39 can't overflow.
            if (amount > limit || sum + amount > limit) return (false, packed);
            // The first bucket is at most the sum, which is at most 2^36 - 1: it can't spill into its neighbour.
            return (true, rolled + amount);
        }
    }

    /// @notice How much would fit at `time`.
    function room(uint256 packed, uint256 period, uint256 time, uint256 limit) internal pure returns (uint256) {
        (, uint256 sum) = roll(packed, period, time);
        if (limit > MAX) limit = MAX;
        return sum < limit ? limit - sum : 0;
    }

    /// @notice The first time from `time` on at which `amount` fits if nothing else is charged; max uint256 if it never does.
    function fitsFrom(uint256 packed, uint256 period, uint256 time, uint256 amount, uint256 limit)
        internal
        pure
        returns (uint256 from)
    {
        if (limit > MAX) limit = MAX;
        if (amount > limit) return type(uint256).max;
        uint256 sub = subPeriod(period);
        from = time;
        for (uint256 i; i < _BUCKETS; ++i) {
            (, uint256 sum) = roll(packed, period, from);
            if (sum + amount <= limit) return from;
            from = (from / sub + 1) * sub;
        }
        // All six buckets have left by now.
    }
}
