// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Schedule, Schedules} from "../../../contracts/payments/libraries/Schedules.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice The formula by hand, and against exact fractions: what is vested is the largest whole number that doesn't exceed
/// them.
contract SchedulesTest is Cheats {
    using Schedules for Schedule;

    uint40 private constant START = 1_700_000_000;

    // ---- by hand

    function test_aLumpIsAllAtItsStart() external pure {
        Schedule memory lump = Schedule(START, 0, 0, 0);
        lump.check(100);
        assertEq(lump.vestedDown(100, START - 1), 0);
        assertEq(lump.vestedDown(100, START), 100);
    }

    function test_aStreamGrowsEachSecond() external pure {
        Schedule memory stream = Schedule(START, 1_000, 1, 0);
        stream.check(3_000);
        assertEq(stream.vestedDown(3_000, START), 0);
        assertEq(stream.vestedDown(3_000, START + 1), 3);
        assertEq(stream.vestedDown(3_000, START + 999), 2_997);
        assertEq(stream.vestedDown(3_000, START + 1_000), 3_000);
        assertEq(stream.vestedDown(3_000, type(uint256).max), 3_000);
    }

    function test_instalmentsGrowByWholeSteps() external pure {
        // Three months of thirty days, one third each.
        Schedule memory monthly = Schedule(START, 90 days, 30 days, 0);
        monthly.check(100);
        assertEq(monthly.vestedDown(100, START + 30 days - 1), 0);
        assertEq(monthly.vestedDown(100, START + 30 days), 33);
        assertEq(monthly.vestedDown(100, START + 60 days), 66);
        // The end pays what rounding kept back.
        assertEq(monthly.vestedDown(100, START + 90 days), 100);
    }

    function test_aCliffIsPaidAtTheStartAndTheRestVests() external pure {
        Schedule memory cliff = Schedule(START, 100, 10, 40);
        cliff.check(100);
        assertEq(cliff.vestedDown(100, START - 1), 0);
        assertEq(cliff.vestedDown(100, START), 40);
        assertEq(cliff.vestedDown(100, START + 19), 46);
        assertEq(cliff.vestedDown(100, START + 100), 100);
    }

    function test_aStepThatDoesNotDivideTheDurationEndsWithIt() external pure {
        Schedule memory odd = Schedule(START, 100, 30, 0);
        odd.check(1_000);
        assertEq(odd.vestedDown(1_000, START + 99), 900);
        assertEq(odd.vestedDown(1_000, START + 100), 1_000);
    }

    // ---- what is refused

    function checked(Schedule calldata schedule, uint112 amount) external pure {
        Schedule memory copy = schedule;
        copy.check(amount);
    }

    function test_refusesACliffAboveTheAmount() external {
        vm.expectRevert(abi.encodeWithSelector(Schedules.Schedules_CliffAboveAmount.selector, 101, 100));
        this.checked(Schedule(START, 0, 0, 101), 100);
    }

    function test_refusesADurationWithoutAStep() external {
        vm.expectRevert(Schedules.Schedules_NoStep.selector);
        this.checked(Schedule(START, 10, 0, 0), 100);
    }

    function test_refusesAStepBeyondTheDuration() external {
        vm.expectRevert(abi.encodeWithSelector(Schedules.Schedules_StepBeyondDuration.selector, 11, 10));
        this.checked(Schedule(START, 10, 11, 0), 100);
        vm.expectRevert(abi.encodeWithSelector(Schedules.Schedules_StepBeyondDuration.selector, 1, 0));
        this.checked(Schedule(START, 0, 1, 0), 100);
    }

    function test_refusesAnEndThatTimeDoesNotReach() external {
        uint40 last = type(uint40).max;
        vm.expectRevert(abi.encodeWithSelector(Schedules.Schedules_EndsTooLate.selector, uint256(last) + 1));
        this.checked(Schedule(last, 1, 1, 0), 100);
        this.checked(Schedule(last - 1, 1, 1, 0), 100);
    }

    // ---- against exact fractions

    function testFuzz_isTheWholePartOfTheExactFraction(
        uint112 amount,
        uint40 start,
        uint40 duration,
        uint40 step,
        uint112 cliff,
        uint40 after_
    ) external pure {
        Schedule memory schedule = _valid(amount, start, duration, step, cliff);
        schedule.check(amount);
        uint256 time = uint256(schedule.start) + after_;
        uint256 vested = schedule.vestedDown(amount, time);
        if (after_ >= schedule.duration) {
            assertEq(vested, amount);
            return;
        }
        // (vested - cliff) / 1 <= steps * step * (amount - cliff) / duration < (vested - cliff + 1) / 1
        uint256 steps = (after_ - after_ % schedule.step);
        uint256 exact = steps * (amount - schedule.cliff);
        uint256 part = vested - schedule.cliff;
        assertLe(part * schedule.duration, exact);
        assertLt(exact, (part + 1) * schedule.duration);
    }

    function testFuzz_neverFallsAndNeverExceedsTheAmount(
        uint112 amount,
        uint40 start,
        uint40 duration,
        uint40 step,
        uint112 cliff,
        uint256 early,
        uint256 late
    ) external pure {
        Schedule memory schedule = _valid(amount, start, duration, step, cliff);
        (early, late) = early < late ? (early, late) : (late, early);
        uint256 before = schedule.vestedDown(amount, early);
        uint256 afterwards = schedule.vestedDown(amount, late);
        assertLe(before, afterwards);
        assertLe(afterwards, amount);
    }

    function _valid(uint112 amount, uint40 start, uint40 duration, uint40 step, uint112 cliff)
        private
        pure
        returns (Schedule memory)
    {
        duration = uint40(bound(duration, 0, type(uint40).max - start));
        step = duration == 0 ? 0 : uint40(bound(step, 1, duration));
        return Schedule(start, duration, step, uint112(bound(cliff, 0, amount)));
    }
}
