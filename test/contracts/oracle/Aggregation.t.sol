// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Mode} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {Aggregation} from "../../../contracts/oracle/libraries/Aggregation.sol";
import {Cheats} from "../../support/Cheats.sol";

contract AggregationTest is Cheats {
    uint256 private constant MAX64 = type(uint64).max;
    uint256 private constant DOLLAR = 1e12;

    struct Answer {
        uint256 bid;
        uint256 mid;
        uint256 ask;
        Mode mode;
    }

    // ---- The table, by hand

    function test_noReadingHalts() external pure {
        _expect(_run(_list(0), 200), 0, 0, 0, Mode.HALT);
    }

    function test_oneReadingIsDegradedAndKeepsItsInterval() external pure {
        _expect(_run(_with(_list(1), 0, 100, 7), 200), 93, 100, 107, Mode.DEGRADED);
    }

    function test_twoWithinDeltaAreNormalAtTheirMean() external pure {
        // Mean 101, 2 % of it 2.02: both within.
        _expect(_run(_three(100, 102, 0, 2), 200), 100, 101, 102, Mode.NORMAL);
    }

    function test_twoApartAreDisputedAndSpanBoth() external pure {
        _expect(_run(_three(100, 110, 0, 2), 200), 100, 105, 110, Mode.DISPUTED);
    }

    function test_meanOfAnEvenNumberRoundsDown() external pure {
        assertEq(_run(_three(100, 101, 0, 2), 200).mid, 100);
    }

    function test_threeOnExactlyTheTolerance() external pure {
        _expect(_run(_three(9_800, 10_000, 10_200, 3), 200), 9_800, 10_000, 10_200, Mode.NORMAL);
    }

    function test_oneBeyondTheToleranceIsLeftOutOfTheSpread() external pure {
        _expect(_run(_three(9_800, 10_000, 10_201, 3), 200), 9_800, 10_000, 10_000, Mode.NORMAL);
    }

    function test_threeApartAreDisputed() external pure {
        _expect(_run(_three(80, 100, 120, 3), 200), 80, 100, 120, Mode.DISPUTED);
    }

    function test_halfOfFourIsNoMajority() external pure {
        uint256[2][] memory four = _with(_three(50, 99, 101, 4), 3, 200, 0);
        _expect(_run(four, 200), 50, 100, 200, Mode.DISPUTED);
    }

    function test_threeOfFourAreAMajority() external pure {
        uint256[2][] memory four = _with(_three(100, 99, 101, 4), 3, 200, 0);
        // The middle two are 100 and 101.
        _expect(_run(four, 200), 99, 100, 101, Mode.NORMAL);
    }

    function test_threeOfFiveAreAMajority() external pure {
        uint256[2][] memory five = _with(_with(_three(100, 99, 101, 5), 3, 1, 0), 4, 900, 0);
        _expect(_run(five, 200), 99, 100, 101, Mode.NORMAL);
    }

    /// @notice Sorting keeps to its five words: what lies behind them in memory neither changes nor counts.
    function test_sortsWithinItsWords() external pure {
        uint256[5] memory readings;
        uint256[2] memory behind = [type(uint256).max, type(uint256).max];
        uint256[5] memory values = [uint256(500), 400, 300, 200, 100];
        for (uint256 i; i < 5; ++i) {
            readings[i] = Aggregation.reading(values[i], i);
        }
        (uint256 bid, uint256 mid, uint256 ask, Mode mode) = Aggregation.aggregate(readings, 5, 1);
        assertEq(mid, 300);
        assertEq(bid, 96);
        assertEq(ask, 500);
        assertEq(uint256(mode), uint256(Mode.DISPUTED));
        for (uint256 i; i < 5; ++i) {
            assertEq(readings[i], Aggregation.reading(values[4 - i], 4 - i), "ascending, each with its spread");
        }
        assertEq(behind[0], type(uint256).max);
        assertEq(behind[1], type(uint256).max);
    }

    function test_confidenceWidensTheSpread() external pure {
        uint256[2][] memory three = _three(10_000, 10_010, 10_020, 3);
        three[0][1] = 50;
        three[2][1] = 60;
        _expect(_run(three, 200), 9_950, 10_010, 10_080, Mode.NORMAL);
    }

    function test_oneTooUnsureOfItselfAgreesWithNobody() external pure {
        uint256[2][] memory two = _three(10_000, 10_000, 0, 2);
        two[1][1] = 201;
        _expect(_run(two, 200), 9_799, 10_000, 10_201, Mode.DISPUTED);
        two[1][1] = 200;
        _expect(_run(two, 200), 9_800, 10_000, 10_200, Mode.NORMAL);
    }

    function test_askSaturatesAndBidReachesZero() external pure {
        _expect(_run(_with(_list(1), 0, MAX64, MAX64), 200), 0, MAX64, MAX64, Mode.DEGRADED);
    }

    /// REVIEW: honest 100 and 103, liar 104, delta 2 %. Dropping the outlier first would answer 103.5.
    function test_INV_ORA_1_theLiarBesideTheHonestPair() external pure {
        Answer memory a = _run(_three(100 * DOLLAR, 103 * DOLLAR, 104 * DOLLAR, 3), 200);
        _expect(a, 103 * DOLLAR, 103 * DOLLAR, 104 * DOLLAR, Mode.NORMAL);
    }

    // ---- Properties

    /// INV-ORA-1: with one faulty of three valid ones, mid lies within the honest range.
    function testFuzz_INV_ORA_1(uint64 honestA, uint64 honestB, uint64 liar, uint64[3] memory spreads, uint8 order)
        external
        pure
    {
        uint256[2][] memory list = _three(_value(honestA), _value(honestB), _value(liar), 3);
        for (uint256 i; i < 3; ++i) {
            list[i][1] = bound(spreads[i], 0, list[i][0]);
        }
        (uint256 low, uint256 high) = list[0][0] < list[1][0] ? (list[0][0], list[1][0]) : (list[1][0], list[0][0]);
        Answer memory a = _run(_rotate(list, order), 200);
        assertGe(a.mid, low);
        assertLe(a.mid, high);
    }

    /// The same with two of five.
    function testFuzz_twoFaultyOfFive(uint64[3] memory honest, uint64[2] memory liars, uint8 order) external pure {
        uint256[2][] memory list = _list(5);
        uint256 low = MAX64;
        uint256 high;
        for (uint256 i; i < 3; ++i) {
            list[i][0] = _value(honest[i]);
            if (list[i][0] < low) low = list[i][0];
            if (list[i][0] > high) high = list[i][0];
        }
        list[3][0] = _value(liars[0]);
        list[4][0] = _value(liars[1]);
        Answer memory a = _run(_rotate(list, order), 200);
        assertGe(a.mid, low);
        assertLe(a.mid, high);
    }

    function testFuzz_ordered(uint64[5] memory values, uint64[5] memory spreads, uint8 n, uint16 delta) external pure {
        Answer memory a = _run(_fuzzed(values, spreads, n), bound(delta, 1, 1_000));
        assertLe(a.bid, a.mid);
        assertLe(a.mid, a.ask);
        assertLe(a.ask, MAX64);
    }

    /// A NORMAL price is never wider than delta to either side.
    function testFuzz_normalIsNarrow(uint64 base, uint16[5] memory offsets, uint16[5] memory spreads, uint8 n, uint16 delta)
        external
        pure
    {
        uint256 d = bound(delta, 1, 1_000);
        Answer memory a = _run(_near(base, offsets, spreads, n), d);
        if (a.mode != Mode.NORMAL) return;
        assertLe((a.mid - a.bid) * 10_000, a.mid * d);
        assertLe((a.ask - a.mid) * 10_000, a.mid * d);
    }

    function testFuzz_permutationInvariant(uint64[5] memory values, uint64[5] memory spreads, uint8 n, uint256 seed)
        external
        pure
    {
        uint256[2][] memory list = _fuzzed(values, spreads, n);
        Answer memory before = _run(list, 200);
        for (uint256 i = list.length; i > 1; --i) {
            uint256 j = uint256(keccak256(abi.encode(seed, i))) % i;
            (list[i - 1], list[j]) = (list[j], list[i - 1]);
        }
        _expect(_run(list, 200), before.bid, before.mid, before.ask, before.mode);
    }

    // ---- Against a second implementation, written from the rule and not from the library

    function testFuzz_reference(uint64[5] memory values, uint64[5] memory spreads, uint8 n, uint16 delta) external pure {
        _compare(_fuzzed(values, spreads, n), bound(delta, 1, 1_000));
    }

    /// Readings close together, where modes differ.
    function testFuzz_referenceNear(
        uint64 base,
        uint16[5] memory offsets,
        uint16[5] memory spreads,
        uint8 n,
        uint16 delta
    ) external pure {
        _compare(_near(base, offsets, spreads, n), bound(delta, 1, 1_000));
    }

    function _compare(uint256[2][] memory list, uint256 delta) private pure {
        Answer memory want = _reference(list, delta);
        _expect(_run(list, delta), want.bid, want.mid, want.ask, want.mode);
    }

    /// Median by counting ranks, no sorting, exact fractions.
    function _reference(uint256[2][] memory list, uint256 delta) private pure returns (Answer memory a) {
        uint256 n = list.length;
        if (n == 0) return a;
        a.mid = (_ranked(list, (n - 1) / 2) + _ranked(list, n / 2)) / 2;
        uint256 agree;
        for (uint256 i; i < n; ++i) {
            if (_agrees(list[i], a.mid, delta)) ++agree;
        }
        if (n == 1) a.mode = Mode.DEGRADED;
        else if (n == 2) a.mode = agree == 2 ? Mode.NORMAL : Mode.DISPUTED;
        else a.mode = agree >= 2 && 2 * agree > n ? Mode.NORMAL : Mode.DISPUTED;
        (a.bid, a.ask) = (a.mid, a.mid);
        for (uint256 i; i < n; ++i) {
            if (a.mode == Mode.NORMAL && !_agrees(list[i], a.mid, delta)) continue;
            uint256 low = list[i][0] - list[i][1];
            uint256 high = list[i][0] + list[i][1];
            a.bid = low < a.bid ? low : a.bid;
            a.ask = high > a.ask ? high : a.ask;
        }
        if (a.ask > MAX64) a.ask = MAX64;
    }

    /// Both ends of the interval lie in [mid (1 - delta), mid (1 + delta)].
    function _agrees(uint256[2] memory r, uint256 mid, uint256 delta) private pure returns (bool) {
        bool lowIn = (r[0] - r[1]) * 10_000 >= mid * (10_000 - delta);
        bool highIn = (r[0] + r[1]) * 10_000 <= mid * (10_000 + delta);
        return lowIn && highIn;
    }

    /// The value with exactly `rank` before it in a stable order.
    function _ranked(uint256[2][] memory list, uint256 rank) private pure returns (uint256) {
        for (uint256 i; i < list.length; ++i) {
            uint256 before;
            for (uint256 j; j < list.length; ++j) {
                if (list[j][0] < list[i][0] || (list[j][0] == list[i][0] && j < i)) ++before;
            }
            if (before == rank) return list[i][0];
        }
        revert("no such rank");
    }

    // ---- Making inputs

    function _list(uint256 n) private pure returns (uint256[2][] memory) {
        return new uint256[2][](n);
    }

    function _with(uint256[2][] memory list, uint256 i, uint256 value, uint256 spread)
        private
        pure
        returns (uint256[2][] memory)
    {
        list[i] = [value, spread];
        return list;
    }

    /// A list of `n` with its first two or three values given.
    function _three(uint256 a, uint256 b, uint256 c, uint256 n) private pure returns (uint256[2][] memory list) {
        list = _list(n);
        list[0][0] = a;
        list[1][0] = b;
        if (n > 2) list[2][0] = c;
    }

    function _rotate(uint256[2][] memory list, uint256 by) private pure returns (uint256[2][] memory out) {
        out = _list(list.length);
        for (uint256 i; i < list.length; ++i) {
            out[i] = list[(i + by) % list.length];
        }
    }

    function _value(uint64 x) private pure returns (uint256) {
        return bound(x, 1, MAX64);
    }

    function _fuzzed(uint64[5] memory values, uint64[5] memory spreads, uint8 n)
        private
        pure
        returns (uint256[2][] memory list)
    {
        list = _list(n % 6);
        for (uint256 i; i < list.length; ++i) {
            uint256 value = _value(values[i]);
            list[i] = [value, bound(spreads[i], 0, value)];
        }
    }

    /// Within about 6 % of a base, spreads up to about 0.6 %.
    function _near(uint64 base, uint16[5] memory offsets, uint16[5] memory spreads, uint8 n)
        private
        pure
        returns (uint256[2][] memory list)
    {
        uint256 from = bound(base, 1_000, MAX64 / 2);
        list = _list(n % 6);
        for (uint256 i; i < list.length; ++i) {
            list[i] = [from + (from * offsets[i]) / 1_000_000, (from * spreads[i]) / 10_000_000];
        }
    }

    function _run(uint256[2][] memory list, uint256 delta) private pure returns (Answer memory a) {
        uint256[5] memory readings;
        for (uint256 i; i < list.length; ++i) {
            readings[i] = Aggregation.reading(list[i][0], list[i][1]);
        }
        (a.bid, a.mid, a.ask, a.mode) = Aggregation.aggregate(readings, list.length, delta);
    }

    function _expect(Answer memory a, uint256 bid, uint256 mid, uint256 ask, Mode mode) private pure {
        assertEq(a.mid, mid, "mid");
        assertEq(a.bid, bid, "bid");
        assertEq(a.ask, ask, "ask");
        assertEq(uint256(a.mode), uint256(mode), "mode");
    }
}
