// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Units} from "../../shared/Units.sol";

/// @title Balances
/// @notice One account's balance of one asset in one slot: the total, and how much of it is fresh.
///
/// Every credit is fresh for at least T and at most 2T. Fresh value sits in two buckets, each with the hour at which it has
/// seasoned; with a constant T two are always enough, as those hours lie on a grid of T. Buckets count in steps (see
/// `Units.freshStep`), rounded up, so fresh is never understated; a change of T can only prolong what it finds. Debits
/// spend the oldest value first: what has seasoned, then the older bucket, then the newer.
///
/// Slot: [ newUntil:24 | oldUntil:24 | newSteps:48 | oldSteps:48 | total:112 ], hours since 1970.
library Balances {
    uint256 internal constant MAX_TOTAL = (1 << 112) - 1;
    uint256 private constant _MAX_STEPS = (1 << 48) - 1;
    uint256 private constant _OLD_SHIFT = 112;
    uint256 private constant _NEW_SHIFT = 160;
    uint256 private constant _OLD_UNTIL_SHIFT = 208;
    uint256 private constant _NEW_UNTIL_SHIFT = 232;
    uint256 private constant _HOUR_MASK = (1 << 24) - 1;

    error Balances_TooLarge(uint256 total, uint256 amount);

    function total(uint256 word) internal pure returns (uint256) {
        return word & MAX_TOTAL;
    }

    /// @notice Raw units that are no longer fresh.
    function seasoned(uint256 word, uint256 time, uint256 step) internal pure returns (uint256) {
        (uint256 old, uint256 recent,,) = _live(word, time);
        uint256 all = total(word);
        unchecked {
            // Two 48-bit counts of steps of at most 10^27 units.
            uint256 fresh = (old + recent) * step;
            return fresh < all ? all - fresh : 0;
        }
    }

    /// @notice The next time at which more of the balance will have seasoned; 0 if none is fresh.
    function seasonsAt(uint256 word, uint256 time) internal pure returns (uint256) {
        (uint256 old, uint256 recent, uint256 oldUntil, uint256 recentUntil) = _live(word, time);
        if (old != 0) return oldUntil * 1 hours;
        return recent != 0 ? recentUntil * 1 hours : 0;
    }

    /// @notice Adds `amount`, fresh for T to 2T. Nothing changes nothing: else a credit of zero would open an empty newer
    /// bucket, and season the older one.
    /// @param periodHours T in hours, at least 1.
    function credit(uint256 word, uint256 amount, uint256 time, uint256 periodHours, uint256 step)
        internal
        pure
        returns (uint256)
    {
        if (amount == 0) return word;
        unchecked {
            // Check
            if (amount > MAX_TOTAL - total(word)) revert Balances_TooLarge(total(word), amount);
            uint256 sum = total(word) + amount;
            (uint256 old, uint256 recent, uint256 oldUntil, uint256 recentUntil) = _live(word, time);
            // The end of the grid's next cell: more than T and at most 2T ahead. T is at most a week.
            uint256 until = ((time / 1 hours) / periodHours + 2) * periodHours;
            // Below 2^112, so no sum of steps overflows.
            uint256 steps = Units.stepsUp(amount, step);
            if (recentUntil < until) {
                // A new cell: what was newer is older now. If the older bucket is still live T has become longer since,
                // and both season together.
                old = _saturated(old + recent);
                oldUntil = recentUntil;
                recent = 0;
                recentUntil = until;
            }
            // The same cell, or a later one where T has become shorter since.
            recent = _saturated(recent + steps);
            return _pack(sum, old, recent, oldUntil, recentUntil);
        }
    }

    /// @notice Takes `amount`, oldest value first. The caller has checked that the total covers it.
    function debit(uint256 word, uint256 amount, uint256 time, uint256 step) internal pure returns (uint256) {
        (uint256 old, uint256 recent, uint256 oldUntil, uint256 recentUntil) = _live(word, time);
        unchecked {
            uint256 rest = total(word) - amount;
            if (rest == 0) return 0;
            if (old | recent != 0) {
                // Fresh value is what is left once seasoned value is gone: at most the rest, rounded up.
                uint256 most = Units.stepsUp(rest, step);
                if (recent > most) recent = most;
                if (old > most - recent) old = most - recent;
            }
            return _pack(rest, old, recent, oldUntil, recentUntil);
        }
    }

    /// @dev The buckets, zero where they have seasoned.
    function _live(uint256 word, uint256 time)
        private
        pure
        returns (uint256 old, uint256 recent, uint256 oldUntil, uint256 recentUntil)
    {
        uint256 hour = time / 1 hours;
        if (word >> _NEW_UNTIL_SHIFT > hour) {
            recentUntil = word >> _NEW_UNTIL_SHIFT;
            recent = (word >> _NEW_SHIFT) & _MAX_STEPS;
            oldUntil = (word >> _OLD_UNTIL_SHIFT) & _HOUR_MASK;
            old = oldUntil > hour ? (word >> _OLD_SHIFT) & _MAX_STEPS : 0;
        }
    }

    /// @dev Hours fit 24 bits until the year 3883; the others are bounded by the callers.
    function _pack(uint256 sum, uint256 old, uint256 recent, uint256 oldUntil, uint256 recentUntil)
        private
        pure
        returns (uint256)
    {
        return sum | (old << _OLD_SHIFT) | (recent << _NEW_SHIFT) | (oldUntil << _OLD_UNTIL_SHIFT)
            | (recentUntil << _NEW_UNTIL_SHIFT);
    }

    /// @dev The holdings cap keeps real balances below 2^47 steps, so a saturated bucket still covers the whole balance.
    function _saturated(uint256 steps) private pure returns (uint256) {
        return steps > _MAX_STEPS ? _MAX_STEPS : steps;
    }
}
