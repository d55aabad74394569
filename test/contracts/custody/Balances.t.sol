// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Balances} from "../../../contracts/custody/libraries/Balances.sol";
import {Units} from "../../../contracts/shared/Units.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice Balances against an exact book that remembers every credit with its time and spends the oldest first (INV-POL-6).
contract BalancesTest is Cheats {
    using Balances for uint256;

    uint256 private constant START = 1_700_000_000;
    uint256 private constant MAX_TOTAL = 2 ** 112 - 1;
    uint256 private constant STEPS = 24;

    /// @dev One credit that has not been spent yet.
    struct Lot {
        uint256 amount;
        uint256 time;
        uint256 period;
    }

    Lot[] private _lots;
    uint256 private _spent;
    /// @dev The longest period of a run, and for how long anything may be fresh in it, seconds.
    uint256 private _longest;
    uint256 private _span;

    // ---- the exact book

    function _bookCredit(uint256 amount, uint256 time, uint256 period) private {
        _lots.push(Lot(amount, time, period));
    }

    function _bookDebit(uint256 amount) private {
        for (uint256 i = _spent; amount != 0; ++i) {
            uint256 taken = _lots[i].amount < amount ? _lots[i].amount : amount;
            _lots[i].amount -= taken;
            amount -= taken;
            if (_lots[i].amount == 0) _spent = i + 1;
        }
    }

    function _bookTotal() private view returns (uint256 sum) {
        for (uint256 i; i < _lots.length; ++i) {
            sum += _lots[i].amount;
        }
    }

    /// @dev What is younger than its own T: no answer may call it seasoned.
    function _mustBeFresh(uint256 time) private view returns (uint256 sum) {
        for (uint256 i; i < _lots.length; ++i) {
            if (time < _lots[i].time + _lots[i].period) sum += _lots[i].amount;
        }
    }

    /// @dev What is younger than `span`: no answer may call more fresh, rounding aside.
    function _mayBeFresh(uint256 time, uint256 span) private view returns (uint256 sum, uint256 count) {
        for (uint256 i; i < _lots.length; ++i) {
            if (time < _lots[i].time + span) {
                sum += _lots[i].amount;
                ++count;
            }
        }
    }

    function _compare(uint256 word, uint256 time, uint256 span, uint256 step) private view {
        uint256 all = _bookTotal();
        assertEq(word.total(), all, "total");
        uint256 fresh = all - word.seasoned(time, step);
        assertGe(fresh, _mustBeFresh(time), "fresh understated");
        (uint256 most, uint256 count) = _mayBeFresh(time, span);
        // Each credit is rounded up to a step once.
        assertLe(fresh, most + count * step, "fresh overstated");
        if (_lots.length != 0) {
            uint256 end = _lots[_lots.length - 1].time + 2 * _longest;
            assertEq(word.seasoned(time > end ? time : end, step), all, "fresh for more than 2T after the last credit");
        }
    }

    // ---- any sequence

    /// @notice T to 2T.
    function testFuzz_constantPeriod(uint256 seed) external {
        uint256 period = 1 + uint256(keccak256(abi.encode(seed, "period"))) % 168;
        (_longest, _span) = (period * 1 hours, 2 * period * 1 hours);
        _play(seed, period, period, type(uint256).max);
    }

    /// @notice One change, up or down: what was credited before it waits for at most two buckets more.
    function testFuzz_periodChangesOnce(uint256 seed) external {
        uint256 first = 1 + uint256(keccak256(abi.encode(seed, "first"))) % 168;
        uint256 second = 1 + uint256(keccak256(abi.encode(seed, "second"))) % 168;
        _longest = (first > second ? first : second) * 1 hours;
        _span = 4 * _longest;
        _play(seed, first, second, seed % STEPS);
    }

    /// @notice Any changes: never understated, and all has seasoned 2T after the last credit.
    function testFuzz_periodChangesBetweenCredits(uint256 seed) external {
        (_longest, _span) = (168 hours, type(uint128).max);
        _play(seed, 0, 168, 0);
    }

    function testFuzz_shortPeriodsChange(uint256 seed) external {
        (_longest, _span) = (4 hours, type(uint128).max);
        _play(seed, 0, 4, 0);
    }

    /// @param first The period until step `change`; 0 = anything up to `second` at each step.
    function _play(uint256 seed, uint256 first, uint256 second, uint256 change) private {
        uint256 step = Units.freshStep(uint256(keccak256(abi.encode(seed, "step"))) % 31);
        uint256 time = START + seed % 1 weeks;
        uint256 word;
        for (uint256 i; i < STEPS; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, i)));
            uint256 period = i < change ? first : second;
            if (first == 0) period = 1 + (r >> 8) % second;
            time += _pause(r >> 16, period);
            if (r % 5 < 3) {
                uint256 amount = _amount(r >> 32, step);
                word = word.credit(amount, time, period, step);
                _bookCredit(amount, time, period * 1 hours);
            } else {
                uint256 amount = (r >> 64) % 4 == 0 ? word.total() : (r >> 128) % (word.total() + 1);
                word = word.debit(amount, time, step);
                _bookDebit(amount);
            }
            _compare(word, time, _span, step);
            _compare(word, time + (r >> 96) % (3 * period * 1 hours), _span, step);
        }
    }

    /// @dev Nothing, a second, to the end of the cell, about T, about 2T, anything.
    function _pause(uint256 r, uint256 period) private pure returns (uint256) {
        uint256 t = period * 1 hours;
        uint256 kind = r % 7;
        if (kind == 0) return 0;
        if (kind == 1) return 1;
        if (kind == 2) return t - 1 + (r >> 8) % 3;
        if (kind == 3) return 2 * t - 1 + (r >> 8) % 3;
        if (kind == 4) return (r >> 8) % 1 hours;
        return (r >> 8) % (2 * t);
    }

    /// @dev Nothing, dust, a step and its neighbours, plenty.
    function _amount(uint256 r, uint256 step) private pure returns (uint256) {
        uint256 kind = r % 6;
        if (kind == 0) return 0;
        if (kind == 1) return 1;
        if (kind == 2) return step - 1 + (r >> 8) % 3;
        // 24 credits of 2^36 steps stay below 2^48 steps, and of 10^27 raw units each below 2^112 only if few.
        uint256 most = 2 ** 107 / step < 2 ** 36 ? 2 ** 107 / step : 2 ** 36;
        return ((r >> 8) % (most + 1)) * step;
    }

    // ---- by hand

    function test_creditIsFreshUntilTheNextCellsEnd() external pure {
        // Hours since 1970; T = 24 h. Credited 1 s before the end of cell 1000: until the end of cell 1001.
        uint256 time = 1_001 * 24 hours - 1;
        uint256 word = uint256(0).credit(500, time, 24, 1);
        uint256 until = 1_002 * 24 hours;
        assertEq(word.seasonsAt(time), until);
        assertEq(word.seasoned(until - 1, 1), 0, "a second early");
        assertEq(word.seasoned(until, 1), 500, "on time");
        assertEq(word.seasonsAt(until), 0);
        assertGe(until - time, 24 hours);
    }

    function test_creditAtTheStartOfACellIsFreshFor2T() external pure {
        uint256 time = 1_000 * 24 hours;
        uint256 word = uint256(0).credit(500, time, 24, 1);
        assertEq(word.seasonsAt(time), time + 48 hours);
    }

    /// @notice Regression: a credit of nothing in the next cell must not season what is fresh.
    function test_creditOfNothingKeepsFreshValueFresh() external pure {
        uint256 time = 1_001 * 24 hours - 1;
        uint256 word = uint256(0).credit(500, time, 24, 1);
        uint256 next = word.credit(0, time + 1, 24, 1);
        assertEq(next.seasoned(time + 1, 1), 0, "seasoned by nothing");
        assertEq(next, word);
    }

    function test_creditOfNothingToAnEmptyBalanceIsNothing() external pure {
        assertEq(uint256(0).credit(0, START, 24, 1), 0);
    }

    function test_debitSpendsOldestFirst() external pure {
        uint256 cell = 1_000 * 24 hours;
        uint256 word = uint256(0).credit(100, cell, 24, 1); // seasons at cell + 48 h
        word = word.credit(10, cell + 24 hours, 24, 1); // at + 72 h
        word = word.credit(1, cell + 48 hours, 24, 1); // at + 96 h; the 100 have seasoned
        uint256 now_ = cell + 48 hours;
        assertEq(word.seasoned(now_, 1), 100);
        word = word.debit(99, now_, 1);
        assertEq(word.seasoned(now_, 1), 1, "seasoned value first");
        word = word.debit(2, now_, 1);
        assertEq(word.seasoned(now_, 1), 0);
        assertEq(word.total(), 10);
        // One of the 10 is gone: at + 72 h nine season, the newest one does not.
        assertEq(word.seasoned(cell + 72 hours, 1), 9, "then the older bucket");
        word = word.debit(9, now_, 1);
        assertEq(word.seasoned(cell + 72 hours, 1), 0, "the newer last");
        assertEq(word.seasoned(cell + 96 hours, 1), 1);
    }

    function test_dustIsRoundedUpToAStep() external pure {
        uint256 word = uint256(0).credit(2_500, START, 24, 1_000);
        uint256 later = word.credit(10_000, word.seasonsAt(START), 24, 1_000);
        // 2,500 have seasoned, 10,000 are fresh: ten steps exactly.
        assertEq(later.seasoned(word.seasonsAt(START), 1_000), 2_500);
        // 2,500 of 12,500 fresh again, rounded up to three steps.
        uint256 most = later.credit(2_500, word.seasonsAt(START), 24, 1_000);
        assertEq(most.seasoned(word.seasonsAt(START), 1_000), 15_000 - 13_000);
    }

    function test_dustNeverTakesMoreThanTheBalance() external pure {
        uint256 word = uint256(0).credit(1, START, 24, 1_000).credit(1, START, 24, 1_000);
        assertEq(word.seasoned(START, 1_000), 0);
        assertEq(word.total(), 2);
    }

    function test_shorterPeriodJoinsTheLongerFreshness() external pure {
        uint256 cell = 1_000 * 168 hours;
        uint256 word = uint256(0).credit(100, cell, 168, 1); // until + 336 h
        word = word.credit(10, cell + 1, 1, 1);
        assertEq(word.seasoned(cell + 336 hours - 1, 1), 0, "what came later does not season earlier");
        assertEq(word.seasoned(cell + 336 hours, 1), 110);
    }

    function test_longerPeriodMergesTheOlderTwo() external pure {
        uint256 cell = 1_000 * 168 hours; // a whole number of both periods
        uint256 word = uint256(0).credit(100, cell, 2, 1); // until + 4 h
        word = word.credit(10, cell + 2 hours, 2, 1); // until + 6 h
        word = word.credit(1, cell + 3 hours, 168, 1); // until + 336 h
        assertEq(word.seasoned(cell + 5 hours, 1), 0, "both older ones season together");
        assertEq(word.seasoned(cell + 6 hours, 1), 110);
        assertEq(word.seasoned(cell + 336 hours, 1), 111);
    }

    function test_aSpentBucketSeasonsNothing() external pure {
        uint256 cell = 1_000 * 24 hours;
        uint256 later = cell + 24 hours;
        for (uint256 each = 1; each < 12; ++each) {
            uint256 word = uint256(0).credit(each, cell, 24, 1).credit(each, later, 24, 1);
            assertEq(word.seasonsAt(later), cell + 48 hours, "the older bucket");
            assertEq(word.debit(each, later, 1).seasonsAt(later), later + 48 hours, "nothing is left of it");
        }
    }

    function test_totalOf112BitsFits() external pure {
        uint256 word = uint256(0).credit(MAX_TOTAL, START, 24, Units.freshStep(30));
        assertEq(word.total(), MAX_TOTAL);
        assertEq(word.seasoned(START, Units.freshStep(30)), 0);
    }

    function test_totalBeyond112BitsReverts() external {
        uint256 word = uint256(0).credit(MAX_TOTAL, START, 24, Units.freshStep(30));
        vm.expectRevert(abi.encodeWithSelector(Balances.Balances_TooLarge.selector, MAX_TOTAL, 1));
        this.credit(word, 1, START, 24, 1e27);
    }

    function credit(uint256 word, uint256 amount, uint256 time, uint256 period, uint256 step)
        external
        pure
        returns (uint256)
    {
        return word.credit(amount, time, period, step);
    }

    /// @notice The most that a holdings cap allows (2^36 - 1 ticks, 112 bits) is fresh to the last unit, in one credit and
    /// in two, in the same cell and in the next.
    function testFuzz_holdingsCapNeverSaturates(uint256 exponent, uint256 part) external pure {
        exponent = bound(exponent, 0, 30);
        uint256 step = Units.freshStep(exponent);
        uint256 cap = (2 ** 36 - 1) * 10 ** exponent;
        if (cap > MAX_TOTAL) cap = MAX_TOTAL;
        part = bound(part, 0, cap);
        uint256 time = 1_001 * 24 hours - 1;
        uint256 word = uint256(0).credit(part, time, 24, step);
        assertEq(word.credit(cap - part, time, 24, step).seasoned(time, step), 0, "same cell");
        assertEq(word.credit(cap - part, time + 1, 24, step).seasoned(time + 1, step), 0, "next cell");
    }

    /// @notice Beyond what the ledger allows the buckets saturate, without touching each other or the total.
    function testFuzz_saturationStaysInItsField(uint256 first, uint256 second) external pure {
        first = bound(first, 2 ** 48, MAX_TOTAL / 2);
        second = bound(second, 2 ** 48, MAX_TOTAL / 2);
        uint256 time = 1_001 * 24 hours - 1;
        uint256 word = uint256(0).credit(first, time, 24, 1).credit(second, time + 1, 24, 1);
        assertEq(word.total(), first + second, "total");
        assertEq((word >> 112) & (2 ** 48 - 1), 2 ** 48 - 1, "old steps");
        assertEq((word >> 160) & (2 ** 48 - 1), 2 ** 48 - 1, "new steps");
        assertEq((word >> 208) & (2 ** 24 - 1), 1_002 * 24, "old hour");
        assertEq(word >> 232, 1_003 * 24, "new hour");
    }
}
