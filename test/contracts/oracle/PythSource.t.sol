// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPyth} from "@pythnetwork/pyth-sdk-solidity/IPyth.sol";
import {MockPyth} from "@pythnetwork/pyth-sdk-solidity/MockPyth.sol";
import {PythStructs} from "@pythnetwork/pyth-sdk-solidity/PythStructs.sol";
import {BaseSource, SourceTerms} from "../../../contracts/oracle/BaseSource.sol";
import {PythSource, PythTerms} from "../../../contracts/oracle/PythSource.sol";
import {IPythPrices} from "../../../contracts/oracle/interfaces/IPythPrices.sol";
import {Feeds} from "../../../contracts/oracle/libraries/Feeds.sol";
import {FEED_GAS, SOURCE_GAS} from "../../../contracts/oracle/libraries/OracleGas.sol";
import {MockPull} from "../../../contracts/mocks/oracle/MockPull.sol";
import {Cheats} from "../../support/Cheats.sol";

contract PythSourceTest is Cheats {
    uint256 private constant NOW = 1_760_000_000;
    bytes32 private constant ID = keccak256("Crypto.ETH/USD");
    bytes32 private constant UPSTREAM = keccak256("pyth");
    uint32 private constant MAX_AGE = 60;
    uint64 private constant MIN = 100e12;
    uint64 private constant MAX = 20_000e12;
    uint16 private constant MAX_CONF = 100;
    uint8 private constant SIGMAS = 3;

    /// Answers anything; `mock` is Pyth's own.
    MockPull private pyth;
    MockPyth private mock;
    PythSource private source;
    PythSource private onMock;

    function setUp() external {
        vm.warp(NOW);
        pyth = new MockPull();
        mock = new MockPyth(60, 1);
        source = _source(address(pyth), PythTerms(MAX_CONF, SIGMAS, -10, -5));
        onMock = _source(address(mock), PythTerms(MAX_CONF, SIGMAS, -10, -5));
    }

    // ---- Construction

    function test_keepsWhatItWasGiven() external view {
        assertEq(source.PYTH(), address(pyth));
        assertEq(source.PRICE_ID(), ID);
        assertEq(source.upstream(), UPSTREAM);
        assertEq(source.MAX_AGE(), MAX_AGE);
        assertEq(source.MIN_PRICE(), MIN);
        assertEq(source.MAX_PRICE(), MAX);
        assertEq(source.SEQUENCER_FEED(), address(0));
        assertEq(source.GRACE(), 0);
        assertEq(source.MAX_CONF_BPS(), MAX_CONF);
        assertEq(source.SIGMAS(), SIGMAS);
        assertEq(source.MIN_EXPO(), -10);
        assertEq(source.MAX_EXPO(), -5);
    }

    /// What we use of Pyth's interface is Pyth's interface.
    function test_speaksPythsInterface() external pure {
        assertEq(bytes32(IPythPrices.getPriceUnsafe.selector), bytes32(IPyth.getPriceUnsafe.selector));
        assertEq(bytes32(IPythPrices.updatePriceFeeds.selector), bytes32(IPyth.updatePriceFeeds.selector));
        assertEq(
            bytes32(IPythPrices.getUpdateFee.selector), bytes32(bytes4(keccak256("getUpdateFee(bytes[])")))
        );
        assertEq(
            abi.encode(PythStructs.Price(-1, 2, -3, 4)), abi.encode(IPythPrices.PythPrice(-1, 2, -3, 4))
        );
    }

    function test_refusesNoCodeNoIdNoUpstream() external {
        PythTerms memory own = PythTerms(MAX_CONF, SIGMAS, -10, -5);
        vm.expectRevert(abi.encodeWithSelector(BaseSource.Source_NoCode.selector, address(1234)));
        new PythSource(address(1234), ID, _terms(), own);
        vm.expectRevert(abi.encodeWithSelector(PythSource.PythSource_NoPriceId.selector));
        new PythSource(address(pyth), 0, _terms(), own);
        SourceTerms memory terms = _terms();
        terms.upstream = 0;
        vm.expectRevert(abi.encodeWithSelector(BaseSource.Source_NoUpstream.selector));
        new PythSource(address(pyth), ID, terms, own);
    }

    /// ANCHORS 4: users choose prices inside the window, so it can't be set longer than an hour.
    function test_ANCHORS_4_refusesLongWindows() external {
        SourceTerms memory terms = _terms();
        terms.maxAge = 1 hours + 1;
        vm.expectRevert(
            abi.encodeWithSelector(BaseSource.Source_MaxAgeOutOfBounds.selector, 1 hours + 1, 1 hours)
        );
        new PythSource(address(pyth), ID, terms, PythTerms(MAX_CONF, SIGMAS, -10, -5));
        terms.maxAge = 1 hours;
        assertEq(new PythSource(address(pyth), ID, terms, PythTerms(MAX_CONF, SIGMAS, -10, -5)).MAX_AGE(), 1 hours);
    }

    function test_refusesConfidencesOutOfBounds() external {
        bytes4 selector = PythSource.PythSource_ConfOutOfBounds.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, 0, 1_000));
        new PythSource(address(pyth), ID, _terms(), PythTerms(0, SIGMAS, -10, -5));
        vm.expectRevert(abi.encodeWithSelector(selector, 1_001, 1_000));
        new PythSource(address(pyth), ID, _terms(), PythTerms(1_001, SIGMAS, -10, -5));
    }

    function test_refusesSigmasOutOfBounds() external {
        bytes4 selector = PythSource.PythSource_SigmasOutOfBounds.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, 0, 10));
        new PythSource(address(pyth), ID, _terms(), PythTerms(MAX_CONF, 0, -10, -5));
        vm.expectRevert(abi.encodeWithSelector(selector, 11, 10));
        new PythSource(address(pyth), ID, _terms(), PythTerms(MAX_CONF, 11, -10, -5));
    }

    function test_refusesExponentsOutOfBounds() external {
        bytes4 selector = PythSource.PythSource_ExpoBounds.selector;
        int32[2][3] memory expos = [[int32(-25), -5], [int32(-5), -6], [int32(-5), 1]];
        for (uint256 i; i < expos.length; ++i) {
            (int32 low, int32 high) = (expos[i][0], expos[i][1]);
            vm.expectRevert(abi.encodeWithSelector(selector, low, high));
            new PythSource(address(pyth), ID, _terms(), PythTerms(MAX_CONF, SIGMAS, low, high));
        }
    }

    // ---- Reading Pyth's own mock

    function test_readsWhatPythStores() external {
        _store(2_345.678e8, 1e8, NOW - 7);
        _expectPrice(onMock, 2_345.678e12, 3e12, NOW - 7);
    }

    function test_invalidWhilePythHasNothing() external view {
        _expectInvalid(onMock);
    }

    /// Pyth itself keeps the newest, so that a replayed update changes nothing.
    function test_ANCHORS_4_olderUpdatesChangeNothing() external {
        _store(2_345e8, 0, NOW - 5);
        _store(9_999e8, 0, NOW - 6);
        _expectPrice(onMock, 2_345e12, 0, NOW - 5);
    }

    // ---- Every check of ANCHORS 4

    function test_ANCHORS_4_staleness() external {
        _answer(2_345e8, 0, -8, NOW - MAX_AGE);
        _expectPrice(source, 2_345e12, 0, NOW - MAX_AGE);
        _answer(2_345e8, 0, -8, NOW - MAX_AGE - 1);
        _expectInvalid(source);
        _answer(2_345e8, 0, -8, 0);
        vm.warp(30); // where 0 would not be stale
        _expectInvalid(source);
    }

    function test_ANCHORS_4_notAheadOfNow() external {
        _answer(2_345e8, 0, -8, NOW + 1);
        _expectInvalid(source);
        _answer(2_345e8, 0, -8, type(uint256).max);
        _expectInvalid(source);
    }

    function test_ANCHORS_4_priceAboveZero() external {
        _answer(0, 0, -8, NOW);
        _expectInvalid(source);
        _answer(-1, 0, -8, NOW);
        _expectInvalid(source);
        _answer(type(int64).min, 0, -8, NOW);
        _expectInvalid(source);
    }

    function test_ANCHORS_4_confidenceOverPriceIsCapped() external {
        _answer(2_000e8, 20e8, -8, NOW); // exactly 1 %
        _expectPrice(source, 2_000e12, 60e12, NOW);
        _answer(2_000e8, 20e8 + 1, -8, NOW);
        _expectInvalid(source);
        _answer(2_000e8, type(uint64).max, -8, NOW);
        _expectInvalid(source);
    }

    function test_ANCHORS_4_exponentRange() external {
        _answer(2_345e5, 1, -5, NOW);
        _expectPrice(source, 2_345e12, 3e7, NOW);
        _answer(2_345e10, 1, -10, NOW);
        _expectPrice(source, 2_345e12, 300, NOW);
        _answer(2_345e4, 1, -4, NOW);
        _expectInvalid(source);
        _answer(2_345e11, 1, -11, NOW);
        _expectInvalid(source);
        _answer(2_345e8, 1, type(int32).min, NOW);
        _expectInvalid(source);
        _answer(2_345e8, 1, type(int32).max, NOW);
        _expectInvalid(source);
    }

    function test_refusesPricesOutsideItsOwnBounds() external {
        _answer(100e8, 0, -8, NOW);
        _expectPrice(source, MIN, 0, NOW);
        _answer(100e8 - 1, 0, -8, NOW);
        _expectInvalid(source);
        _answer(20_000e8, 0, -8, NOW);
        _expectPrice(source, MAX, 0, NOW);
        _answer(20_000e8 + 1, 0, -8, NOW);
        _expectInvalid(source);
    }

    /// Below 12 decimals of exponent the price is rounded down and the spread up: never surer than Pyth is.
    function test_fineExponentsRoundAgainstTheCaller() external {
        SourceTerms memory terms = _terms();
        (terms.minPrice, terms.maxPrice) = (1, 1_000);
        PythSource fine = PythSource(
            ship("PythSource", abi.encode(pyth, ID, terms, PythTerms(1_000, 10, -24, 0)))
        );
        _answer(2_999_999, 1, -18, NOW);
        _expectPrice(fine, 2, 1, NOW);
        // A spread above the price, by rounding alone, is not valid.
        _answer(1_000_001, 100_000, -18, NOW);
        _expectPrice(fine, 1, 1, NOW);
        _answer(1_999_999, 199_999, -18, NOW); // ten of them are 1.99999 units, and the price is one
        _expectInvalid(fine);
        // Below one unit of ours nothing is left of it.
        _answer(999_999_999_999, 0, -24, NOW);
        _expectInvalid(fine);
        _answer(1_000_000_000_000, 0, -24, NOW);
        _expectPrice(fine, 1, 0, NOW);
    }

    // ---- Contracts that misbehave

    function test_INV_ORA_2_neverRevertsWithItsPyth() external {
        _answer(2_345e8, 0, -8, NOW);
        for (uint8 i = 1; i <= uint8(MockPull.Illness.BOMBS_REVERTING); ++i) {
            pyth.fallIll(0, MockPull.Illness(i));
            _expectInvalid(source);
        }
        vm.etch(address(pyth), "");
        _expectInvalid(source);
    }

    function test_refusesReturnDataOfAnotherSize() external {
        bytes memory good = abi.encode(IPythPrices.PythPrice(2_345e8, 0, -8, NOW));
        pyth.setRaw(0, bytes.concat(good, hex"00"));
        _expectInvalid(source);
        pyth.setRaw(0, bytes.concat(good, new bytes(32)));
        _expectInvalid(source);
        bytes memory short = new bytes(127);
        for (uint256 i; i < 127; ++i) {
            short[i] = good[i];
        }
        pyth.setRaw(0, short);
        _expectInvalid(source);
        pyth.setRaw(0, "");
        _expectInvalid(source);
    }

    /// INV-ORA-2, innermost: whatever bytes come back.
    function testFuzz_INV_ORA_2_arbitraryBytes(bytes calldata raw) external {
        pyth.setRaw(0, raw);
        (bool ok,) = address(source).staticcall{gas: SOURCE_GAS}(abi.encodeCall(source.read, ()));
        assertTrue(ok);
        if (raw.length != 128) _expectInvalid(source);
    }

    /// Four arbitrary words: valid exactly if the checks of ANCHORS, written again in signed arithmetic, pass; and what a
    /// feed set demands of a source holds.
    function testFuzz_INV_ORA_2_checks(int256 price, uint256 conf, int256 expo, uint256 time, uint8 shape) external {
        if (shape & 1 == 0) price = int256(bound(uint256(price), 90e8, 21_000e8));
        if (shape & 2 == 0) conf = bound(conf, 0, 300e8);
        if (shape & 4 == 0) expo = int256(bound(uint256(expo), 0, 7)) - 11;
        if (shape & 8 == 0) time = bound(time, NOW - MAX_AGE - 5, NOW + 5);
        pyth.setRaw(0, abi.encode(price, conf, expo, time));
        bool want = price > 0 && price <= type(int64).max && conf <= type(uint64).max && expo >= -10 && expo <= -5
            && time > 0 && time <= NOW && time + MAX_AGE >= NOW;
        want = want && conf * 10_000 <= uint256(price) * MAX_CONF;
        uint256 scaled = want ? uint256(price) * 10 ** uint256(12 + expo) : 0;
        want = want && scaled >= MIN && scaled <= MAX;
        (bool valid, uint64 mid, uint64 spread, uint40 at_) = source.read();
        assertEq(valid, want, "valid");
        if (!want) return;
        assertEq(mid, scaled);
        assertEq(spread, conf * SIGMAS * 10 ** uint256(12 + expo));
        assertLe(spread, mid);
        assertEq(at_, time);
    }

    // ---- Gas

    function test_starvedItReverts() external {
        _answer(2_345e8, 0, -8, NOW);
        (bool ok, bytes memory why) = address(source).staticcall{gas: FEED_GAS}(abi.encodeCall(source.read, ()));
        assertFalse(ok);
        assertEq(bytes32(bytes4(why)), bytes32(Feeds.Feeds_NotEnoughGas.selector));
    }

    /// No amount of gas turns a healthy Pyth into an invalid one.
    function testFuzz_starvationNeverLooksLikeAFault(uint256 gas_) external {
        _store(2_345e8, 1e8, NOW);
        gas_ = bound(gas_, 0, 2 * SOURCE_GAS);
        (bool ok, bytes memory out) = address(onMock).staticcall{gas: gas_}(abi.encodeCall(onMock.read, ()));
        if (!ok) return;
        assertTrue(abi.decode(out, (bool)));
    }

    // ----

    function _terms() private pure returns (SourceTerms memory) {
        return SourceTerms(UPSTREAM, MAX_AGE, MIN, MAX, address(0), 0);
    }

    function _source(address pyth_, PythTerms memory own) private returns (PythSource) {
        return PythSource(ship("PythSource", abi.encode(pyth_, ID, _terms(), own)));
    }

    function _answer(int64 price, uint64 conf, int32 expo, uint256 time) private {
        pyth.setRaw(0, abi.encode(IPythPrices.PythPrice(price, conf, expo, time)));
    }

    function _store(int64 price, uint64 conf, uint256 time) private {
        bytes[] memory updates = new bytes[](1);
        updates[0] = mock.createPriceFeedUpdateData(ID, price, conf, -8, price, conf, uint64(time), 0);
        mock.updatePriceFeeds{value: 1}(updates);
    }

    function _expectPrice(PythSource s, uint256 price, uint256 width, uint256 at_) private view {
        (bool valid, uint64 mid, uint64 spread, uint40 updatedAt) = s.read();
        assertTrue(valid, "valid");
        assertEq(mid, price, "mid");
        assertEq(spread, width, "spread");
        assertEq(updatedAt, at_, "time");
    }

    function _expectInvalid(PythSource s) private view {
        (bool ok, bytes memory out) = address(s).staticcall{gas: SOURCE_GAS}(abi.encodeCall(s.read, ()));
        assertTrue(ok, "reverted");
        (bool valid, uint64 mid, uint64 spread, uint40 updatedAt) = abi.decode(out, (bool, uint64, uint64, uint40));
        assertFalse(valid, "valid");
        assertEq(uint256(mid) + spread + updatedAt, 0);
    }
}
