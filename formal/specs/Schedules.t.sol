// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Schedule, Schedules} from "../../contracts/payments/libraries/Schedules.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-PAY-1, as far as the formula is concerned: what vests is never more than the amount, never falls, and is all of
/// it at the end.
contract SchedulesSpec is Spec {
    using Schedules for Schedule;

    uint256 private constant LONGEST = 3;

    /// @notice At its ends: nothing before the start, the cliff at the start (all, without a duration), all from the end on.
    function check_INV_PAY_1_scheduleEnds(uint112 amount, Schedule calldata schedule, uint40 before, uint40 later)
        external
        pure
    {
        Schedule memory s = schedule;
        s.check(amount);
        vm.assume(before < s.start);
        assert(s.vestedDown(amount, before) == 0);
        assert(s.vestedDown(amount, s.start) == (s.duration == 0 ? amount : s.cliff));
        assert(s.vestedDown(amount, uint256(s.start) + s.duration + later) == amount);
    }

    /// @notice At each second it is between the cliff and the amount, and a second later it is no less. Any amount and cliff;
    /// durations of up to three seconds, all their steps.
    function check_INV_PAY_1_scheduleGrowsWithinTheAmount(uint112 amount, uint112 cliff, uint8 case_) external pure {
        vm.assume(_le(cliff, amount));
        uint256 n;
        for (uint40 duration = 1; duration <= LONGEST; ++duration) {
            for (uint40 step = 1; step <= duration; ++step) {
                for (uint40 into; into < duration; ++into) {
                    if (case_ == n++) _grows(Schedule(0, duration, step, cliff), amount, into);
                }
            }
        }
    }

    function _grows(Schedule memory s, uint112 amount, uint256 into) private pure {
        unchecked {
            uint256 rest = uint256(amount) - s.cliff;
            // What defines the two quotients.
            _div((into / s.step) * s.step * rest, s.duration);
            if (into + 1 < s.duration) _div(((into + 1) / s.step) * s.step * rest, s.duration);
        }
        uint256 vested = s.vestedDown(amount, into);
        uint256 next = s.vestedDown(amount, into + 1);
        assert(_and(_le(s.cliff, vested), _and(_le(vested, next), _le(next, amount))));
    }
}
