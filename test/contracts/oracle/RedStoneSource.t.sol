// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BaseSource, SourceTerms} from "../../../contracts/oracle/BaseSource.sol";
import {RedStoneSource} from "../../../contracts/oracle/RedStoneSource.sol";
import {IRedStoneSource} from "../../../contracts/oracle/interfaces/IRedStoneSource.sol";
import {RedStonePayload} from "../../../contracts/oracle/libraries/RedStonePayload.sol";
import {SOURCE_GAS} from "../../../contracts/oracle/libraries/OracleGas.sol";
import {Cheats} from "../../support/Cheats.sol";
import {Payloads} from "../../support/Payloads.sol";

/// The format, byte by byte. That it is RedStone's is shown in RedStoneSource.test.ts, with their own packages.
contract RedStoneSourceTest is Cheats {
    uint256 private constant NOW = 1_760_000_000;
    uint256 private constant MS = NOW * 1_000;
    bytes32 private constant ETH = "ETH";
    uint32 private constant MAX_AGE = 60;
    uint64 private constant MIN = 100e12;
    uint64 private constant MAX = 20_000e12;
    /// secp256k1's order.
    uint256 private constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    RedStoneSource private source;

    function setUp() external {
        vm.warp(NOW);
        source = _source(5, 3, 8);
    }

    // ---- Construction

    function test_keepsWhatItWasGiven() external view {
        assertEq(source.FEED_ID(), ETH);
        assertEq(source.THRESHOLD(), 3);
        assertEq(source.upstream(), keccak256("redstone"));
        assertEq(source.MAX_AGE(), MAX_AGE);
        address[] memory signers = source.signers();
        assertEq(signers.length, 5);
        for (uint256 i; i < 5; ++i) {
            assertEq(signers[i], vm.addr(i + 1));
        }
    }

    function test_refusesBadSignerSets() external {
        bytes4 selector = IRedStoneSource.RedStoneSource_SignerCount.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, 1, 8));
        new RedStoneSource(ETH, 8, _signers(1), 1, _terms());
        vm.expectRevert(abi.encodeWithSelector(selector, 9, 8));
        new RedStoneSource(ETH, 8, _signers(9), 5, _terms());
        address[] memory signers = _signers(3);
        signers[2] = address(0);
        vm.expectRevert(abi.encodeWithSelector(IRedStoneSource.RedStoneSource_ZeroSigner.selector, 2));
        new RedStoneSource(ETH, 8, signers, 2, _terms());
        signers[2] = signers[0];
        vm.expectRevert(abi.encodeWithSelector(IRedStoneSource.RedStoneSource_SignerTwice.selector, signers[0]));
        new RedStoneSource(ETH, 8, signers, 2, _terms());
    }

    /// INV-ORA-1 within a source: a quorum is more than half of the signers, and more than one of them.
    function test_refusesThresholdsThatAreNoQuorum() external {
        bytes4 selector = IRedStoneSource.RedStoneSource_ThresholdOutOfBounds.selector;
        uint8[2][5] memory bad = [[5, 2], [5, 6], [4, 2], [2, 1], [8, 4]];
        for (uint256 i; i < bad.length; ++i) {
            (uint8 count, uint8 threshold) = (bad[i][0], bad[i][1]);
            vm.expectRevert(abi.encodeWithSelector(selector, threshold, count / 2 + 1, count));
            new RedStoneSource(ETH, 8, _signers(count), threshold, _terms());
        }
        assertEq(new RedStoneSource(ETH, 8, _signers(8), 5, _terms()).THRESHOLD(), 5);
    }

    function test_refusesNoFeedAbsurdDecimalsAndLongWindows() external {
        vm.expectRevert(abi.encodeWithSelector(IRedStoneSource.RedStoneSource_NoFeedId.selector));
        new RedStoneSource(0, 8, _signers(3), 2, _terms());
        vm.expectRevert(abi.encodeWithSelector(BaseSource.Source_DecimalsOutOfBounds.selector, 25, 24));
        new RedStoneSource(ETH, 25, _signers(3), 2, _terms());
        SourceTerms memory terms = _terms();
        terms.maxAge = 1 hours + 1;
        vm.expectRevert(
            abi.encodeWithSelector(BaseSource.Source_MaxAgeOutOfBounds.selector, 1 hours + 1, 1 hours)
        );
        new RedStoneSource(ETH, 8, _signers(3), 2, terms);
    }

    // ---- Caching

    function test_invalidUntilThereIsAnUpdate() external view {
        _expectInvalid();
        (uint64 price, uint64 observedAt) = source.cached();
        assertEq(uint256(price) + observedAt, 0);
    }

    function test_cachesAndTellsTheWholeSlot() external {
        vm.expectEmit(address(source));
        emit IRedStoneSource.PriceCached((MS - 2_500) << 64 | 2_345.678e12);
        assertTrue(source.update(Payloads.agreed(ETH, 2_345.678e8, MS - 2_500, 3)));
        // Half a second is cut off: it is never made younger.
        _expectPrice(2_345.678e12, NOW - 3);
        (uint64 price, uint64 observedAt) = source.cached();
        assertEq(price, 2_345.678e12);
        assertEq(observedAt, MS - 2_500);
    }

    function test_INV_ORA_1_theMedianOfTheSigners() external {
        uint256[5] memory values = [uint256(2_004e8), 2_000e8, 20_000e8, 1, 2_002e8];
        bytes memory all;
        for (uint256 i; i < 5; ++i) {
            all = bytes.concat(all, _package(i + 1, values[i]));
        }
        source.update(Payloads.framed(all, 5));
        _expectPrice(2_002e12, NOW);
    }

    function test_anEvenMedianIsTheMeanRoundedDown() external {
        bytes memory all = bytes.concat(_package(1, 2_000e8), _package(2, 2_000e8 + 3));
        all = bytes.concat(all, _package(3, 1_000e8), _package(4, 3_000e8));
        source.update(Payloads.framed(all, 4));
        _expectPrice(2_000e12 + 10_000, NOW);
        // Whose sum doesn't fit a word.
        uint256 huge = type(uint256).max;
        source = _source(5, 3, 8);
        all = bytes.concat(_package(1, huge), _package(2, huge - 2), _package(3, huge), _package(4, 1));
        assertTrue(source.update(Payloads.framed(all, 4)));
        _expectInvalid();
    }

    /// ANCHORS 4: monotone; an older or equal update is ignored, not reverted.
    function test_ANCHORS_4_olderUpdatesAreIgnored() external {
        assertTrue(source.update(Payloads.agreed(ETH, 2_000e8, MS - 10, 3)));
        assertFalse(source.update(Payloads.agreed(ETH, 2_001e8, MS - 10, 3)));
        assertFalse(source.update(Payloads.agreed(ETH, 2_001e8, MS - 11, 3)));
        assertFalse(source.update(Payloads.agreed(ETH, 2_001e8, 0, 3)));
        _expectPrice(2_000e12, NOW - 1);
        assertTrue(source.update(Payloads.agreed(ETH, 2_001e8, MS - 9, 3)));
        _expectPrice(2_001e12, NOW - 1);
    }

    /// ANCHORS 4: from the future only by a clock's error, and then it ages from now.
    function test_ANCHORS_4_theFuture() external {
        bytes memory payload = Payloads.agreed(ETH, 2_000e8, MS + 60_001, 3);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRedStoneSource.RedStoneSource_FromTheFuture.selector, MS + 60_001, MS + 60_000
            )
        );
        source.update(payload);
        assertTrue(source.update(Payloads.agreed(ETH, 2_000e8, MS + 60_000, 3)));
        _expectPrice(2_000e12, NOW);
        vm.warp(NOW + 61);
        _expectPrice(2_000e12, NOW + 60);
    }

    function test_ANCHORS_4_staleness() external {
        source.update(Payloads.agreed(ETH, 2_000e8, MS, 3));
        vm.warp(NOW + MAX_AGE);
        _expectPrice(2_000e12, NOW);
        vm.warp(NOW + MAX_AGE + 1);
        _expectInvalid();
    }

    /// ANCHORS 4: one timestamp across packages, also across those that don't count.
    function test_ANCHORS_4_oneTimestamp() external {
        bytes memory all = bytes.concat(
            _package(1, 2_000e8),
            Payloads.signed(2, Payloads.point(ETH, 2_000e8), MS - 1, 32, 1),
            _package(3, 2_000e8)
        );
        vm.expectRevert(
            abi.encodeWithSelector(IRedStoneSource.RedStoneSource_TimestampsDiffer.selector, MS, MS - 1)
        );
        source.update(Payloads.framed(all, 3));
        all = bytes.concat(
            Payloads.signed(9, Payloads.point(ETH, 2_000e8), MS - 1, 32, 1),
            _package(1, 2_000e8),
            _package(2, 2_000e8),
            _package(3, 2_000e8)
        );
        vm.expectRevert(
            abi.encodeWithSelector(IRedStoneSource.RedStoneSource_TimestampsDiffer.selector, MS, MS - 1)
        );
        source.update(Payloads.framed(all, 4));
    }

    /// An answer that can't be used doesn't leave the earlier one in force.
    function test_pricesOutsideTheBoundsAreKeptAsUnusable() external {
        source.update(Payloads.agreed(ETH, 2_000e8, MS - 5, 3));
        assertTrue(source.update(Payloads.agreed(ETH, 100e8 - 1, MS - 4, 3)));
        _expectInvalid();
        source.update(Payloads.agreed(ETH, 100e8, MS - 3, 3));
        _expectPrice(MIN, NOW - 1);
        source.update(Payloads.agreed(ETH, 20_000e8 + 1, MS - 2, 3));
        _expectInvalid();
        source.update(Payloads.agreed(ETH, 20_000e8, MS - 1, 3));
        _expectPrice(MAX, NOW - 1);
        // 2^128 * 10^4 cut to 64 bits would be 0; this one would come out inside the bounds.
        source.update(Payloads.agreed(ETH, (uint256(1) << 252) + 2_000e8, MS, 3));
        _expectInvalid();
    }

    function test_scalesToTwelveDecimals() external {
        uint8[5] memory decimals = [0, 8, 12, 18, 24];
        for (uint256 i; i < decimals.length; ++i) {
            source = _source(3, 2, decimals[i]);
            source.update(Payloads.agreed(ETH, 2_345 * 10 ** uint256(decimals[i]), MS, 2));
            _expectPrice(2_345e12, NOW);
        }
    }

    // ---- Who signed

    function test_unknownSignersDontCountAndDontHurt() external {
        bytes memory two = bytes.concat(_package(1, 2_000e8), _package(2, 2_000e8));
        bytes memory strangers = bytes.concat(_package(6, 9_000e8), _package(7, 9_000e8), _package(8, 9_000e8));
        _expectTooFew(bytes.concat(two, strangers), 5, 2);
        source.update(Payloads.framed(bytes.concat(two, strangers, _package(3, 2_000e8)), 6));
        _expectPrice(2_000e12, NOW);
    }

    /// ANCHORS 4: unique signers. Also by a signature's twin, which is another byte string of the same signer.
    function test_ANCHORS_4_uniqueSigners() external {
        bytes memory all = bytes.concat(_package(1, 2_000e8), _package(1, 9_000e8), _package(2, 2_000e8));
        _expectTooFew(all, 3, 2);
        all = bytes.concat(_package(1, 2_000e8), _twin(1, 2_000e8), _package(2, 2_000e8));
        _expectTooFew(all, 3, 2);
        source.update(Payloads.framed(bytes.concat(_twin(1, 2_000e8), _package(2, 2_000e8), _package(3, 2_000e8)), 3));
        _expectPrice(2_000e12, NOW);
    }

    /// A signature of nobody recovers to zero, which is what the places of absent signers hold.
    function test_aSignatureOfNobodyIsNobodys() external {
        bytes memory data = abi.encodePacked(ETH, uint256(9_000e8), uint48(MS), uint32(32), uint24(1));
        bytes memory nobody = abi.encodePacked(data, bytes32(0), bytes32(0), uint8(27));
        for (uint256 absent = 1; absent <= 3; ++absent) {
            bytes memory two;
            for (uint256 key = 1; key <= 3; ++key) {
                if (key != absent) two = bytes.concat(two, _package(key, 2_000e8));
            }
            _expectTooFew(bytes.concat(two, nobody), 3, 2);
            _expectTooFew(bytes.concat(nobody, two), 3, 2);
        }
    }

    function test_aChangedByteIsAnothersSignature() external {
        bytes memory payload = Payloads.agreed(ETH, 2_000e8, MS, 3);
        payload[63] ^= 0x01; // of the first package's value
        vm.expectRevert(abi.encodeWithSelector(IRedStoneSource.RedStoneSource_TooFewSigners.selector, 2, 3));
        source.update(payload);
    }

    // ---- Points

    function test_findsTheFeedAmongOthers() external {
        bytes memory points = abi.encodePacked(
            bytes32("BTC"), uint256(60_000e8), ETH, uint256(2_000e8), bytes32("ETHx"), uint256(7e8)
        );
        bytes memory all;
        for (uint256 key = 1; key <= 3; ++key) {
            all = bytes.concat(all, Payloads.signed(key, points, MS, 32, 3));
        }
        source.update(Payloads.framed(all, 3));
        _expectPrice(2_000e12, NOW);
    }

    function test_packagesWithoutTheFeedDontCount() external {
        bytes memory other = Payloads.signed(3, Payloads.point("BTC", 60_000e8), MS, 32, 1);
        _expectTooFew(bytes.concat(_package(1, 2_000e8), _package(2, 2_000e8), other), 3, 2);
        _expectTooFew(Payloads.signed(1, "", MS, 32, 0), 1, 0);
    }

    /// No feed id is found astride two points, or in a value.
    function test_findsNoFeedAcrossPoints() external {
        bytes memory points = abi.encodePacked(bytes32("BTC"), ETH, bytes32("XRP"), uint256(2_000e8));
        bytes memory all;
        for (uint256 key = 1; key <= 3; ++key) {
            all = bytes.concat(all, Payloads.signed(key, points, MS, 32, 2));
        }
        _expectTooFew(all, 3, 0);
    }

    function testFuzz_valuesOfEverySize(uint256 size, uint64 value) external {
        size = bound(size, 5, 32);
        // Five bytes hold no more than 10,995.11627775.
        value = uint64(bound(value, 100e8, size == 5 ? 10_995e8 : 20_000e8));
        bytes memory all;
        bytes memory short = new bytes(size);
        for (uint256 i; i < size; ++i) {
            short[size - 1 - i] = bytes1(uint8(i < 8 ? value >> (8 * i) : 0));
        }
        for (uint256 key = 1; key <= 3; ++key) {
            all = bytes.concat(all, Payloads.signed(key, bytes.concat(ETH, short), MS, size, 1));
        }
        source.update(Payloads.framed(all, 3, "any metadata"));
        _expectPrice(uint256(value) * 10_000, NOW);
    }

    // ---- Payloads that aren't

    function test_refusesMalformedPayloads() external {
        bytes4 truncated = RedStonePayload.RedStonePayload_Truncated.selector;
        vm.expectRevert(abi.encodeWithSelector(truncated, 14, 0));
        source.update("");
        vm.expectRevert(abi.encodeWithSelector(truncated, 14, 13));
        source.update(new bytes(13));
        vm.expectRevert(abi.encodeWithSelector(RedStonePayload.RedStonePayload_NoMarker.selector));
        source.update(new bytes(14));
        // The number of packages has two bytes.
        vm.expectRevert(abi.encodeWithSelector(truncated, 78, 0));
        source.update(Payloads.framed("", 256));
        vm.expectRevert(abi.encodeWithSelector(IRedStoneSource.RedStoneSource_NoPackages.selector));
        source.update(Payloads.framed("", 0));
        // More metadata than there is.
        vm.expectRevert(abi.encodeWithSelector(truncated, 14 + 0xffffff, 14));
        source.update(hex"0000ffffff000002ed57011e0000");
        // A package that can't hold its own frame; one that can't hold its points; one more than there are.
        vm.expectRevert(abi.encodeWithSelector(truncated, 78, 77));
        source.update(Payloads.framed(new bytes(77), 1));
        vm.expectRevert(abi.encodeWithSelector(truncated, 78 + 2 * 64, 78 + 64));
        source.update(Payloads.framed(Payloads.signed(1, Payloads.point(ETH, 1), MS, 32, 2), 1));
        vm.expectRevert(abi.encodeWithSelector(truncated, 78, 0));
        source.update(Payloads.framed(bytes.concat(_package(1, 1), _package(2, 1), _package(3, 1)), 4));
        // The greatest count and size together don't wrap.
        vm.expectRevert(abi.encodeWithSelector(truncated, 78 + 0xffffff * 64, 142));
        source.update(Payloads.framed(Payloads.signed(1, Payloads.point(ETH, 1), MS, 32, 0xffffff), 1));
    }

    function test_refusesValuesOfNoSizeOrMoreThanAWord() external {
        uint256[3] memory sizes = [uint256(0), 33, type(uint32).max];
        for (uint256 i; i < 3; ++i) {
            bytes memory payload =
                Payloads.framed(Payloads.signed(1, Payloads.point(ETH, 1), MS, sizes[i], 1), 1);
            vm.expectRevert(
                abi.encodeWithSelector(RedStonePayload.RedStonePayload_ValueSize.selector, sizes[i])
            );
            source.update(payload);
        }
    }

    function test_refusesWhatPrecedesTheFirstPackage() external {
        bytes memory payload = Payloads.agreed(ETH, 2_000e8, MS, 3);
        vm.expectRevert(abi.encodeWithSelector(IRedStoneSource.RedStoneSource_LeftOver.selector, 1));
        source.update(bytes.concat(hex"00", payload));
    }

    /// Whatever is brought, the cache changes only by a quorum's word; and reading never reverts.
    function testFuzz_INV_ORA_2_arbitraryPayloads(bytes calldata raw, uint16 count) external {
        source.update(Payloads.agreed(ETH, 2_000e8, MS - 1_000, 3));
        (bool ok, bytes memory out) = address(source).call(abi.encodeCall(source.update, (raw)));
        assertTrue(!ok || !abi.decode(out, (bool)));
        (ok, out) = address(source).call(abi.encodeCall(source.update, (Payloads.framed(raw, count))));
        assertTrue(!ok || !abi.decode(out, (bool)));
        _expectPrice(2_000e12, NOW - 1);
    }

    /// INV-ORA-1 within a source: one liar among three leaves the median between the honest values.
    function testFuzz_INV_ORA_1_oneLiarAmongThree(uint256 a, uint256 b, uint256 lie, uint8 place) external {
        a = bound(a, 1_000e8, 3_000e8);
        b = bound(b, 1_000e8, 3_000e8);
        bytes[3] memory packages = [_package(1, a), _package(2, b), _package(3, lie)];
        uint256 first = place % 3;
        bytes memory all = bytes.concat(packages[first], packages[(first + 1) % 3], packages[(first + 2) % 3]);
        source.update(Payloads.framed(all, 3));
        (bool valid, uint64 mid,,) = source.read();
        assertTrue(valid);
        assertGe(mid, (a < b ? a : b) * 10_000);
        assertLe(mid, (a < b ? b : a) * 10_000);
    }

    // ----

    function _package(uint256 key, uint256 value) private pure returns (bytes memory) {
        return Payloads.signed(key, Payloads.point(ETH, value), MS, 32, 1);
    }

    /// @dev The other signature of the same text by the same key.
    function _twin(uint256 key, uint256 value) private pure returns (bytes memory) {
        bytes memory data = abi.encodePacked(ETH, value, uint48(MS), uint32(32), uint24(1));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(data));
        return abi.encodePacked(data, r, bytes32(N - uint256(s)), v == 27 ? uint8(28) : uint8(27));
    }

    function _terms() private pure returns (SourceTerms memory) {
        return SourceTerms(keccak256("redstone"), MAX_AGE, MIN, MAX, address(0), 0);
    }

    function _signers(uint256 count) private pure returns (address[] memory signers) {
        signers = new address[](count);
        for (uint256 i; i < count; ++i) {
            signers[i] = vm.addr(i + 1);
        }
    }

    function _source(uint256 count, uint8 threshold, uint8 decimals) private returns (RedStoneSource) {
        return RedStoneSource(
            ship("RedStoneSource", abi.encode(ETH, decimals, _signers(count), threshold, _terms()))
        );
    }

    function _expectTooFew(bytes memory packages, uint256 count, uint256 got) private {
        bytes memory payload = Payloads.framed(packages, count);
        uint256 threshold = source.THRESHOLD();
        vm.expectRevert(
            abi.encodeWithSelector(IRedStoneSource.RedStoneSource_TooFewSigners.selector, got, threshold)
        );
        source.update(payload);
    }

    function _expectPrice(uint256 price, uint256 time) private view {
        (bool valid, uint64 mid, uint64 spread, uint40 updatedAt) = source.read();
        assertTrue(valid, "valid");
        assertEq(mid, price, "mid");
        assertEq(spread, 0);
        assertEq(updatedAt, time, "time");
    }

    function _expectInvalid() private view {
        (bool ok, bytes memory out) = address(source).staticcall{gas: SOURCE_GAS}(abi.encodeCall(source.read, ()));
        assertTrue(ok, "reverted");
        (bool valid, uint64 mid, uint64 spread, uint40 updatedAt) = abi.decode(out, (bool, uint64, uint64, uint40));
        assertFalse(valid, "valid");
        assertEq(uint256(mid) + spread + updatedAt, 0);
    }
}
