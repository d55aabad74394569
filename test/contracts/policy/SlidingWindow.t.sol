// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {SlidingWindow} from "../../../contracts/policy/libraries/SlidingWindow.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice The packed window against OpenZeppelin's exact one and against a list of all charges (INV-POL-1).
contract SlidingWindowTest is Cheats {
    using SlidingWindow for uint256;
    using RateLimiter for RateLimiter.SlidingWindow;

    uint256 private constant MAX = 2 ** 36 - 1;
    uint256 private constant START = 1_700_000_000;

    struct Use {
        uint256 time;
        uint256 amount;
    }

    uint256 private _period;
    uint256 private _sub;
    uint256 private _packed;
    Use[] private _uses;
    /// @dev Exact over the period, and exact over the period with one sub-period more.
    RateLimiter.SlidingWindow private _exact;
    RateLimiter.SlidingWindow private _wide;

    // ---- the naive model

    /// @dev What was used in (time - span, time].
    function _usedIn(uint256 span, uint256 time) private view returns (uint256 sum) {
        for (uint256 i; i < _uses.length; ++i) {
            if (_uses[i].time + span > time) sum += _uses[i].amount;
        }
    }

    /// @dev What was used in the sub-period `epoch`.
    function _usedInEpoch(uint256 epoch) private view returns (uint256 sum) {
        for (uint256 i; i < _uses.length; ++i) {
            if (_uses[i].time / _sub == epoch) sum += _uses[i].amount;
        }
    }

    // ---- any sequence of times, amounts, limits

    function testFuzz_agreesWithTheExactWindow(uint256 seed) external {
        _play(seed, _somePeriod(uint256(keccak256(abi.encode(seed, "period")))), 0);
    }

    function testFuzz_agreesWithTheExactWindowWhileLimitsChange(uint256 seed) external {
        _play(seed, _somePeriod(uint256(keccak256(abi.encode(seed, "period")))), 3);
    }

    function testFuzz_agreesOnTheShortestPeriods(uint256 seed) external {
        _play(seed, 1 + seed % 12, 4);
    }

    /// @param changes Of ten steps this many change the limit.
    function _play(uint256 seed, uint256 period, uint256 changes) private {
        (_period, _sub) = (period, SlidingWindow.subPeriod(period));
        uint256 limit = _limit(uint256(keccak256(abi.encode(seed, "limit"))));
        uint256 time = START + seed % (2 * period);
        for (uint256 i; i < 28; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, i)));
            if (r % 10 < changes) limit = _limit(r >> 200);
            time += _pause(r >> 8);
            _step(time, _amount(r >> 32, limit, _usedIn(period, time)), limit);
            _agree(time, limit);
        }
    }

    function _step(uint256 time, uint256 amount, uint256 limit) private {
        vm.warp(time);
        _exact.updateSettings(uint48(_period), uint208(limit));
        _wide.updateSettings(uint48(6 * _sub), uint208(limit));
        uint256 inPeriod = _usedIn(_period, time);
        uint256 inWide = _usedIn(6 * _sub, time);
        (bool fits, uint256 next) = _packed.charge(_period, time, amount, limit);
        if (!fits) {
            assertEq(next, _packed, "a refusal changes nothing");
            assertGt(inWide + amount, limit, "refuses what a sub-period does not explain");
            // OpenZeppelin admits an amount of zero in any state.
            if (amount != 0) assertFalse(_wide.tryConsume(0, amount), "refuses what OpenZeppelin's wider one admits");
            return;
        }
        assertLe(inPeriod + amount, limit, "admits what the list refuses");
        assertTrue(_exact.tryConsume(0, amount), "admits what OpenZeppelin refuses");
        // The wide one only keeps the books.
        _wide.updateSettings(uint48(6 * _sub), type(uint208).max);
        _wide.consume(0, amount);
        _uses.push(Use(time, amount));
        _packed = next;
        _neverSpills(time);
    }

    /// @dev `room` is the largest amount that fits; `fitsFrom` the first time at which one does.
    function _agree(uint256 time, uint256 limit) private view {
        (uint256 packed, uint256 period) = (_packed, _period);
        uint256 room = packed.room(period, time, limit);
        (bool fits,) = packed.charge(period, time, room, limit);
        if (room != 0) assertTrue(fits, "room does not fit");
        (fits,) = packed.charge(period, time, room + 1, limit);
        assertFalse(fits, "more than the room fits");

        uint256 amount = limit == 0 ? 0 : 1 + uint256(keccak256(abi.encode(packed, time))) % limit;
        uint256 from = packed.fitsFrom(period, time, amount, limit);
        assertGe(from, time);
        assertLe(from, time + 6 * _sub, "all is gone by then");
        (fits,) = packed.charge(period, from, amount, limit);
        assertTrue(fits, "does not fit from then");
        if (from > time) {
            (fits,) = packed.charge(period, from - 1, amount, limit);
            assertFalse(fits, "fits earlier");
        }
        assertEq(packed.fitsFrom(period, time, limit + 1, limit), type(uint256).max, "more than the limit");
    }

    /// @dev Each bucket is what was used in its own sub-period.
    function _neverSpills(uint256 time) private view {
        uint256 epoch = time / _sub;
        assertEq(_packed >> 216, epoch, "epoch");
        for (uint256 i; i < 6; ++i) {
            assertEq((_packed >> (36 * i)) & MAX, _usedInEpoch(epoch - i), "bucket");
        }
    }

    /// @dev Tiny ones, such as don't divide by five, and those in use.
    function _somePeriod(uint256 r) private pure returns (uint256) {
        uint256 kind = r % 5;
        if (kind == 0) return 1 + (r >> 8) % 30;
        if (kind == 1) return 1 days;
        if (kind == 2) return 90 days;
        if (kind == 3) return 5 * (1 + (r >> 8) % 1 days) + 1 + (r >> 80) % 4;
        return 1 + (r >> 8) % 100 days;
    }

    function _limit(uint256 r) private pure returns (uint256) {
        uint256 kind = r % 6;
        if (kind == 0) return MAX;
        if (kind == 1) return (r >> 8) % 10;
        return (r >> 8) % (MAX + 1);
    }

    function _pause(uint256 r) private view returns (uint256) {
        (uint256 period, uint256 sub) = (_period, _sub);
        uint256 kind = r % 9;
        if (kind == 0) return 0;
        if (kind == 1) return 1;
        if (kind == 2) return sub - 1 + (r >> 8) % 3;
        if (kind == 3) return period - 1 + (r >> 8) % 3;
        if (kind == 4) return 6 * sub - 1 + (r >> 8) % 3;
        if (kind == 5) return (7 + (r >> 8) % 40) * sub;
        return (r >> 8) % (period / 2 + 1);
    }

    function _amount(uint256 r, uint256 limit, uint256 used) private pure returns (uint256) {
        uint256 left = used < limit ? limit - used : 0;
        uint256 kind = r % 7;
        if (kind == 0) return left;
        if (kind == 1) return left + 1;
        if (kind == 2) return 0;
        if (kind == 3) return (r >> 8) % (limit + 1);
        if (kind == 4) return MAX + (r >> 8) % 3;
        return (r >> 8) % (left / 3 + 1);
    }

    // ---- by hand

    function test_subPeriodRoundsUp() external pure {
        assertEq(SlidingWindow.subPeriod(1), 1);
        assertEq(SlidingWindow.subPeriod(5), 1);
        assertEq(SlidingWindow.subPeriod(6), 2);
        assertEq(SlidingWindow.subPeriod(9), 2);
        assertEq(SlidingWindow.subPeriod(1 days), 17_280);
        assertEq(SlidingWindow.subPeriod(90 days), 18 days);
    }

    /// @notice Two full charges are never within one period, also where it begins at the very end of a sub-period.
    function test_boundaryAtExactlyThePeriod() external pure {
        // Sub-period 20; charged in the last second of the sub-period [1980, 2000).
        (, uint256 packed) = uint256(0).charge(100, 1_999, 50, 50);
        (bool fits,) = packed.charge(100, 2_099, 1, 50);
        assertFalse(fits, "exactly a period later it still counts");
        (fits,) = packed.charge(100, 2_100, 50, 50);
        assertTrue(fits, "a sub-period after its own end");
        assertEq(packed.fitsFrom(100, 1_999, 1, 50), 2_100);
    }

    function test_boundaryForAChargeAtTheStartOfASubPeriod() external pure {
        (, uint256 packed) = uint256(0).charge(100, 2_000, 50, 50);
        (bool fits,) = packed.charge(100, 2_100, 1, 50);
        assertFalse(fits, "exactly a period later");
        // One sub-period explains it: 120 s at most.
        (fits,) = packed.charge(100, 2_119, 1, 50);
        assertFalse(fits);
        (fits,) = packed.charge(100, 2_120, 50, 50);
        assertTrue(fits);
    }

    /// @notice With sub-periods of floor(7 / 5) = 1 s six buckets would cover 6 s only; ceil covers 12.
    function test_periodThatDoesNotDivideByFive() external pure {
        (, uint256 packed) = uint256(0).charge(7, 1_000, 9, 9);
        (bool fits,) = packed.charge(7, 1_006, 1, 9);
        assertFalse(fits, "within the period");
        (fits,) = packed.charge(7, 1_012, 9, 9);
        assertTrue(fits);
    }

    function testFuzz_anythingOlderThanSixSubPeriodsIsGone(uint256 gap, uint256 used) external pure {
        gap = bound(gap, 6, 2 ** 39);
        used = bound(used, 1, MAX);
        (, uint256 packed) = uint256(0).charge(5, 1_000, used, MAX);
        (uint256 rolled, uint256 sum) = packed.roll(5, 1_000 + gap);
        assertEq(sum, 0);
        assertEq(rolled, (1_000 + gap) << 216);
    }

    function test_allSixBucketsAreKept() external pure {
        uint256 packed;
        uint256 expected = 1_005 << 216;
        for (uint256 i; i < 6; ++i) {
            (, packed) = packed.charge(5, 1_000 + i, 1 + i, MAX);
            expected |= (1 + i) << (36 * (5 - i));
        }
        assertEq(packed, expected);
        assertEq(packed.room(5, 1_005, MAX), MAX - 21);
        // In the next sub-period the oldest (1) has left.
        assertEq(packed.room(5, 1_006, MAX), MAX - 20);
    }

    function testFuzz_amountsOf36BitsAndMoreNeverFit(uint256 amount, uint256 limit) external pure {
        amount = bound(amount, MAX + 1, type(uint256).max);
        (bool fits, uint256 next) = uint256(0).charge(1 days, START, amount, limit);
        assertFalse(fits);
        assertEq(next, 0);
        assertEq(uint256(0).fitsFrom(1 days, START, amount, limit), type(uint256).max);
    }

    function test_theLargestAmountFitsOnceAndFillsTheBucket() external pure {
        (bool fits, uint256 packed) = uint256(0).charge(1 days, START, MAX, type(uint256).max);
        assertTrue(fits);
        assertEq(packed, ((START / 17_280) << 216) | MAX);
        (fits,) = packed.charge(1 days, START, 1, type(uint256).max);
        assertFalse(fits, "a limit above 36 bits acts as 36 bits");
        assertEq(packed.room(1 days, START, type(uint256).max), 0);
    }

    function test_limitChangesKeepUsage() external pure {
        (, uint256 packed) = uint256(0).charge(1 days, START, 70, 100);
        assertEq(packed.room(1 days, START, 50), 0, "lowered below usage");
        (bool fits,) = packed.charge(1 days, START, 0, 50);
        assertFalse(fits);
        assertEq(packed.room(1 days, START, 100), 30);
        assertEq(packed.room(1 days, START, 1_000), 930, "raised");
    }

    function test_timeGoingBackReverts() external {
        (, uint256 packed) = uint256(0).charge(5, 1_000, 1, 10);
        bytes memory back = abi.encodeWithSelector(SlidingWindow.SlidingWindow_TimeWentBack.selector, 999, 1_000);
        vm.expectRevert(back);
        this.charge(packed, 5, 999, 1, 10);
        vm.expectRevert(back);
        this.room(packed, 5, 999, 10);
        vm.expectRevert(back);
        this.fitsFrom(packed, 5, 999, 1, 10);
    }

    function test_timeGoingBackInsideASubPeriodIsTheSameBucket() external pure {
        (, uint256 packed) = uint256(0).charge(100, 2_019, 1, 10);
        (bool fits, uint256 next) = packed.charge(100, 2_000, 2, 10);
        assertTrue(fits);
        assertEq(next, (100 << 216) | 3);
    }

    function charge(uint256 packed, uint256 period, uint256 time, uint256 amount, uint256 limit)
        external
        pure
        returns (bool, uint256)
    {
        return packed.charge(period, time, amount, limit);
    }

    function room(uint256 packed, uint256 period, uint256 time, uint256 limit) external pure returns (uint256) {
        return packed.room(period, time, limit);
    }

    function fitsFrom(uint256 packed, uint256 period, uint256 time, uint256 amount, uint256 limit)
        external
        pure
        returns (uint256)
    {
        return packed.fitsFrom(period, time, amount, limit);
    }
}
