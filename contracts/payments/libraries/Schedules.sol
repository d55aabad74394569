// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice When an amount becomes the payee's. One formula is a lump, a cliff, instalments and a stream:
/// `cliff + floor((t - start) / step) * step * (amount - cliff) / duration`, rounded down, and at the end the whole amount.
///
/// A lump has no duration. A stream steps each second. Ten monthly instalments of equal size have a duration of ten months, a
/// step of one, and no cliff; with a first one at the start, a cliff of that size.
/// @param start From when on, Unix seconds; before it nothing is vested.
/// @param duration Seconds until all is vested; 0 = all at the start.
/// @param step Seconds; what is vested grows at whole multiples of it.
/// @param cliff Raw units that are vested at the start at once.
struct Schedule {
    uint40 start;
    uint40 duration;
    uint40 step;
    uint112 cliff;
}

/// @title Schedules
/// @notice The one formula by which payments vest.
library Schedules {
    error Schedules_CliffAboveAmount(uint112 cliff, uint112 amount);
    error Schedules_NoStep();
    error Schedules_StepBeyondDuration(uint40 step, uint40 duration);
    error Schedules_EndsTooLate(uint256 end);

    /// @notice Reverts with what is wrong with a schedule of `amount`.
    ///
    /// Requirements: the cliff is at most the amount; it ends before the year 36,812 (2^40); with a duration, a step that is
    /// neither zero nor longer than it; without one, no step.
    function check(Schedule memory self, uint112 amount) internal pure {
        if (self.cliff > amount) revert Schedules_CliffAboveAmount(self.cliff, amount);
        uint256 end = uint256(self.start) + self.duration;
        if (end > type(uint40).max) revert Schedules_EndsTooLate(end);
        if (self.duration != 0 && self.step == 0) revert Schedules_NoStep();
        if (self.step > self.duration) revert Schedules_StepBeyondDuration(self.step, self.duration);
    }

    /// @notice What of `amount` is vested at `time`, raw units, rounded down. Never falls as time goes on, and ends at
    /// `amount` exactly.
    /// @dev For a schedule that passed `check`.
    function vestedDown(Schedule memory self, uint112 amount, uint256 time) internal pure returns (uint256) {
        if (time < self.start) return 0;
        unchecked {
            uint256 elapsed = time - self.start;
            if (elapsed >= self.duration) return amount;
            // The step isn't zero where there is a duration. Below 2^40 * 2^112, and the quotient at most amount - cliff.
            uint256 stepped = (elapsed / self.step) * self.step;
            return self.cliff + (stepped * (amount - self.cliff)) / self.duration;
        }
    }
}
