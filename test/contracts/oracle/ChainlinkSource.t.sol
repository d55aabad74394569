// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BaseSource} from "../../../contracts/oracle/BaseSource.sol";
import {ChainlinkSource} from "../../../contracts/oracle/ChainlinkSource.sol";
import {Feeds} from "../../../contracts/oracle/libraries/Feeds.sol";
import {FEED_GAS, FEED_GAS_NEEDED, SOURCE_GAS} from "../../../contracts/oracle/libraries/OracleGas.sol";
import {MockAggregator} from "../../../contracts/mocks/oracle/MockAggregator.sol";
import {Cheats} from "../../support/Cheats.sol";

contract ChainlinkSourceTest is Cheats {
    uint256 private constant NOW = 1_760_000_000;
    bytes32 private constant UPSTREAM = keccak256("chainlink");
    uint32 private constant MAX_AGE = 3_900;
    uint64 private constant MIN = 100e12;
    uint64 private constant MAX = 20_000e12;
    uint32 private constant GRACE = 1 hours;
    address private constant NONE = address(0);

    MockAggregator private feed;
    MockAggregator private sequencer;
    ChainlinkSource private source;
    ChainlinkSource private onL2;

    function setUp() external {
        vm.warp(NOW);
        feed = new MockAggregator(8);
        sequencer = new MockAggregator(0);
        source = _source(address(feed), NONE, 0);
        onL2 = _source(address(feed), address(sequencer), GRACE);
        _push(2_345.678e8);
        sequencer.push(1, 0, NOW - 2 hours, NOW - 2 hours);
    }

    // ---- Construction

    function test_keepsWhatItWasGiven() external view {
        assertEq(onL2.FEED(), address(feed));
        assertEq(onL2.upstream(), UPSTREAM);
        assertEq(onL2.MAX_AGE(), MAX_AGE);
        assertEq(onL2.MIN_PRICE(), MIN);
        assertEq(onL2.MAX_PRICE(), MAX);
        assertEq(onL2.SEQUENCER_FEED(), address(sequencer));
        assertEq(onL2.GRACE(), GRACE);
        assertEq(onL2.FEED_DECIMALS(), 8);
    }

    function test_refusesAFeedWithoutCode() external {
        vm.expectRevert(abi.encodeWithSelector(BaseSource.Source_NoCode.selector, address(1234)));
        new ChainlinkSource(address(1234), UPSTREAM, MAX_AGE, MIN, MAX, NONE, 0);
    }

    function test_refusesASequencerFeedWithoutCode() external {
        vm.expectRevert(abi.encodeWithSelector(BaseSource.Source_NoCode.selector, address(1234)));
        new ChainlinkSource(address(feed), UPSTREAM, MAX_AGE, MIN, MAX, address(1234), GRACE);
    }

    function test_refusesNoUpstream() external {
        vm.expectRevert(abi.encodeWithSelector(BaseSource.Source_NoUpstream.selector));
        new ChainlinkSource(address(feed), 0, MAX_AGE, MIN, MAX, NONE, 0);
    }

    function test_refusesMaxAgesOutOfBounds() external {
        bytes4 selector = BaseSource.Source_MaxAgeOutOfBounds.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, 0, 3 days));
        new ChainlinkSource(address(feed), UPSTREAM, 0, MIN, MAX, NONE, 0);
        vm.expectRevert(abi.encodeWithSelector(selector, 3 days + 1, 3 days));
        new ChainlinkSource(address(feed), UPSTREAM, 3 days + 1, MIN, MAX, NONE, 0);
        assertEq(new ChainlinkSource(address(feed), UPSTREAM, 3 days, MIN, MAX, NONE, 0).MAX_AGE(), 3 days);
    }

    function test_refusesEmptyPriceBounds() external {
        bytes4 selector = BaseSource.Source_PriceBounds.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, 0, MAX));
        new ChainlinkSource(address(feed), UPSTREAM, MAX_AGE, 0, MAX, NONE, 0);
        vm.expectRevert(abi.encodeWithSelector(selector, MAX, MAX));
        new ChainlinkSource(address(feed), UPSTREAM, MAX_AGE, MAX, MAX, NONE, 0);
    }

    function test_refusesGraceWithoutSequencerAndTheReverse() external {
        bytes4 selector = BaseSource.Source_GraceOutOfBounds.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, NONE, 1, 1 days));
        new ChainlinkSource(address(feed), UPSTREAM, MAX_AGE, MIN, MAX, NONE, 1);
        vm.expectRevert(abi.encodeWithSelector(selector, address(sequencer), 0, 1 days));
        new ChainlinkSource(address(feed), UPSTREAM, MAX_AGE, MIN, MAX, address(sequencer), 0);
        vm.expectRevert(abi.encodeWithSelector(selector, address(sequencer), 1 days + 1, 1 days));
        new ChainlinkSource(address(feed), UPSTREAM, MAX_AGE, MIN, MAX, address(sequencer), 1 days + 1);
    }

    function test_refusesAbsurdDecimals() external {
        address odd = address(new MockAggregator(25));
        vm.expectRevert(
            abi.encodeWithSelector(BaseSource.Source_DecimalsOutOfBounds.selector, 25, 24)
        );
        new ChainlinkSource(odd, UPSTREAM, MAX_AGE, MIN, MAX, NONE, 0);
    }

    // ---- Reading

    function test_scalesToTwelveDecimals() external {
        _expectPrice(source, 2_345.678e12);
        uint8[5] memory decimals = [0, 8, 12, 18, 24];
        for (uint256 i; i < decimals.length; ++i) {
            MockAggregator other = new MockAggregator(decimals[i]);
            ChainlinkSource s = _source(address(other), NONE, 0);
            other.setRaw(abi.encode(uint80(1), 2_345 * 10 ** uint256(decimals[i]), NOW, NOW, uint80(1)));
            _expectPrice(s, 2_345e12);
        }
    }

    function test_scalingDownRoundsDown() external {
        MockAggregator fine = new MockAggregator(18);
        ChainlinkSource s = _source(address(fine), NONE, 0);
        fine.setRaw(abi.encode(uint80(1), uint256(2_345e18 + 999_999), NOW, NOW, uint80(1)));
        _expectPrice(s, 2_345e12);
    }

    function test_ignoresAnsweredInRound() external {
        feed.setRaw(abi.encode(uint80(7), int256(2_345e8), NOW, NOW, uint80(1)));
        _expectPrice(source, 2_345e12);
        feed.setRaw(abi.encode(uint80(7), int256(2_345e8), NOW, NOW, type(uint256).max));
        _expectPrice(source, 2_345e12);
    }

    function test_refusesAnswersThatAreNotPositive() external {
        _push(0);
        _expectInvalid(source);
        _push(-1);
        _expectInvalid(source);
        feed.setRaw(abi.encode(uint80(1), type(int256).min, NOW, NOW, uint80(1)));
        _expectInvalid(source);
    }

    function test_refusesAnswersThatOverflow() external {
        feed.setRaw(abi.encode(uint80(1), type(int256).max, NOW, NOW, uint80(1)));
        _expectInvalid(source);
        // 2^128 * 10^4 cut to 64 bits would be 0; this one would come out inside the bounds.
        feed.setRaw(abi.encode(uint80(1), (uint256(1) << 128) + 2_345e8, NOW, NOW, uint80(1)));
        _expectInvalid(source);
        feed.setRaw(abi.encode(uint80(1), (uint256(1) << 252) + 2_345e8, NOW, NOW, uint80(1)));
        _expectInvalid(source);
    }

    function test_refusesTheFuture() external {
        feed.push(1, 2_345e8, NOW, NOW + 1);
        _expectInvalid(source);
        feed.setRaw(abi.encode(uint80(1), int256(2_345e8), NOW, type(uint256).max, uint80(1)));
        _expectInvalid(source);
        feed.push(1, 2_345e8, NOW, NOW);
        _expectPrice(source, 2_345e12);
    }

    function test_refusesTheStale() external {
        feed.push(1, 2_345e8, NOW, NOW - MAX_AGE);
        _expectPrice(source, 2_345e12);
        feed.push(1, 2_345e8, NOW, NOW - MAX_AGE - 1);
        _expectInvalid(source);
    }

    function test_refusesIncompleteRounds() external {
        feed.setRaw(abi.encode(uint80(1), int256(2_345e8), NOW, 0, uint80(1)));
        _expectInvalid(source);
        vm.warp(1_000); // where 0 would not be stale
        _expectInvalid(source);
        vm.warp(NOW);
        feed.setRaw(abi.encode(uint80(0), int256(2_345e8), NOW, NOW, uint80(1)));
        _expectInvalid(source);
    }

    function test_refusesPricesOutsideItsOwnBounds() external {
        _push(100e8);
        _expectPrice(source, MIN);
        _push(100e8 - 1);
        _expectInvalid(source);
        _push(20_000e8);
        _expectPrice(source, MAX);
        _push(20_000e8 + 1);
        _expectInvalid(source);
    }

    function test_refusesRoundIdsThatDontFit() external {
        feed.setRaw(abi.encode(uint256(1) << 80, int256(2_345e8), NOW, NOW, uint80(1)));
        _expectInvalid(source);
    }

    // ---- The sequencer

    function test_readsWhileTheSequencerIsUp() external view {
        _expectPrice(onL2, 2_345.678e12);
    }

    function test_invalidWhileTheSequencerIsDown() external {
        sequencer.push(2, 1, NOW - 2 hours, NOW);
        _expectInvalid(onL2);
    }

    function test_invalidUntilTheGraceHasPassed() external {
        sequencer.push(2, 0, NOW - GRACE, NOW - GRACE);
        _expectInvalid(onL2);
        sequencer.push(2, 0, NOW - GRACE - 1, NOW - GRACE - 1);
        _expectPrice(onL2, 2_345.678e12);
    }

    function test_invalidIfTheStatusNeverStartedOrStartsLater() external {
        sequencer.push(2, 0, 0, NOW - GRACE - 1);
        _expectInvalid(onL2);
        sequencer.push(2, 0, NOW + 1, NOW);
        _expectInvalid(onL2);
        sequencer.push(0, 0, NOW - 2 hours, NOW);
        _expectInvalid(onL2);
        sequencer.setRaw(abi.encode(uint80(1), int256(-1), NOW - 2 hours, NOW, uint80(1)));
        _expectInvalid(onL2);
    }

    function test_invalidIfTheSequencerFeedIsSick() external {
        for (uint8 i = 1; i <= uint8(type(MockAggregator.Illness).max) - 1; ++i) {
            sequencer.fallIll(MockAggregator.Illness(i));
            _expectInvalid(onL2);
        }
    }

    // ---- Feeds that misbehave

    function test_neverRevertsWithItsFeed() external {
        for (uint8 i = 1; i <= uint8(type(MockAggregator.Illness).max) - 1; ++i) {
            feed.fallIll(MockAggregator.Illness(i));
            _expectInvalidWith(source, SOURCE_GAS);
            _expectInvalidWith(onL2, SOURCE_GAS);
        }
    }

    function test_refusesReturnDataOfAnotherSize() external {
        bytes memory good = abi.encode(uint80(1), int256(2_345e8), NOW, NOW, uint80(1));
        feed.setRaw(good);
        _expectPrice(source, 2_345e12);
        feed.setRaw(bytes.concat(good, hex"00"));
        _expectInvalid(source);
        feed.setRaw(bytes.concat(good, new bytes(32)));
        _expectInvalid(source);
        bytes memory short = new bytes(159);
        for (uint256 i; i < 159; ++i) {
            short[i] = good[i];
        }
        feed.setRaw(short);
        _expectInvalid(source);
        feed.setRaw("");
        _expectInvalid(source);
    }

    function test_aFeedThatDiesIsInvalid() external {
        vm.etch(address(feed), "");
        _expectInvalid(source);
    }

    /// INV-ORA-2, innermost: whatever bytes come back.
    function testFuzz_INV_ORA_2_arbitraryBytes(bytes calldata raw) external {
        feed.setRaw(raw);
        (bool ok,) = address(source).staticcall{gas: SOURCE_GAS}(abi.encodeCall(source.read, ()));
        assertTrue(ok);
        if (raw.length != 160) _expectInvalid(source);
    }

    /// Five arbitrary words: valid exactly if the checks of ANCHORS, written again in signed arithmetic, pass.
    function testFuzz_checks(uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint8 shape) external {
        if (shape & 1 == 0) answer = int256(bound(uint256(answer), 90e8, 21_000e8));
        if (shape & 2 == 0) updatedAt = bound(updatedAt, NOW - MAX_AGE - 5, NOW + 5);
        feed.setRaw(abi.encode(roundId, answer, startedAt, updatedAt, uint80(0)));
        bool want = roundId > 0 && answer >= 100e8 && answer <= 20_000e8 && updatedAt > 0 && updatedAt <= NOW
            && updatedAt + MAX_AGE >= NOW;
        (bool valid, uint64 mid, uint64 spread, uint40 at_) = source.read();
        assertEq(valid, want);
        if (!want) return;
        assertEq(mid, uint256(answer) * 10_000);
        assertEq(spread, 0);
        assertEq(at_, updatedAt);
    }

    // ---- Gas

    function test_starvedItReverts() external view {
        (bool ok, bytes memory why) = address(source).staticcall{gas: FEED_GAS}(abi.encodeCall(source.read, ()));
        assertFalse(ok);
        assertEq(bytes32(bytes4(why)), bytes32(Feeds.Feeds_NotEnoughGas.selector));
    }

    /// No amount of gas turns a healthy feed into an invalid one.
    function testFuzz_starvationNeverLooksLikeAFault(uint256 gas_) external view {
        gas_ = bound(gas_, 0, 2 * SOURCE_GAS);
        (bool ok, bytes memory out) = address(onL2).staticcall{gas: gas_}(abi.encodeCall(onL2.read, ()));
        if (!ok) return;
        (bool valid,,,) = abi.decode(out, (bool, uint64, uint64, uint40));
        assertTrue(valid);
    }

    /// The cap of a source covers a sequencer feed and a price feed that both take all they may.
    function test_theCapCoversTwoSlowFeeds() external {
        sequencer.setSlow(FEED_GAS - 9_000); // what its storage and its way out take is on top
        feed.setSlow(FEED_GAS - 9_000);
        uint256 before = gasleft();
        (bool ok, bytes memory out) = address(onL2).staticcall{gas: SOURCE_GAS}(abi.encodeCall(onL2.read, ()));
        uint256 used = before - gasleft();
        assertTrue(ok);
        (bool valid,,,) = abi.decode(out, (bool, uint64, uint64, uint40));
        assertTrue(valid);
        assertGt(used, 2 * (FEED_GAS - 9_000));
    }

    /// Nor is a source ever starved at its cap: with everything cold and the uptime feed at its limit.
    function test_theCapLeavesEnoughForTheSecondFeed() external pure {
        uint256 first = FEED_GAS + 2_600 + 1_000;
        assertGe(SOURCE_GAS, first + FEED_GAS_NEEDED + 1_000);
    }

    // ----

    function _source(address feed_, address sequencer_, uint32 grace) private returns (ChainlinkSource) {
        return ChainlinkSource(
            ship("ChainlinkSource", abi.encode(feed_, UPSTREAM, MAX_AGE, MIN, MAX, sequencer_, grace))
        );
    }

    function _push(int256 answer) private {
        feed.push(1, answer, block.timestamp, block.timestamp);
    }

    function _expectPrice(ChainlinkSource s, uint256 price) private view {
        (bool valid, uint64 mid, uint64 spread, uint40 updatedAt) = s.read();
        assertTrue(valid, "valid");
        assertEq(mid, price);
        assertEq(spread, 0);
        assertLe(updatedAt, block.timestamp);
        assertGe(updatedAt, block.timestamp - MAX_AGE);
    }

    function _expectInvalid(ChainlinkSource s) private view {
        (bool valid, uint64 mid, uint64 spread, uint40 updatedAt) = s.read();
        assertFalse(valid);
        assertEq(uint256(mid) + spread + updatedAt, 0);
    }

    function _expectInvalidWith(ChainlinkSource s, uint256 gas_) private view {
        (bool ok, bytes memory out) = address(s).staticcall{gas: gas_}(abi.encodeCall(s.read, ()));
        assertTrue(ok, "reverted");
        (bool valid,,,) = abi.decode(out, (bool, uint64, uint64, uint40));
        assertFalse(valid);
    }
}
