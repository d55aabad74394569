// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FeedSet} from "../../../contracts/oracle/FeedSet.sol";
import {IFeedSet} from "../../../contracts/oracle/interfaces/IFeedSet.sol";
import {Mode, Price} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {FEED_SET_GAS, SOURCE_GAS_NEEDED} from "../../../contracts/oracle/libraries/OracleGas.sol";
import {MockSource} from "../../../contracts/mocks/oracle/MockSource.sol";
import {Cheats} from "../../support/Cheats.sol";

contract FeedSetTest is Cheats {
    uint256 private constant NOW = 1_760_000_000;
    uint64 private constant ONE = 1e12;

    MockSource[5] private sick;
    FeedSet private three;
    FeedSet private five;

    function setUp() external {
        vm.warp(NOW);
        for (uint256 i; i < 5; ++i) {
            sick[i] = new MockSource(bytes32(i + 1));
            sick[i].set(true, ONE, 0, uint40(NOW));
        }
        three = FeedSet(ship("FeedSet", abi.encode(_first(3), 200)));
        five = FeedSet(ship("FeedSet", abi.encode(_first(5), 200)));
    }

    // ---- Construction

    function test_keepsItsSources() external {
        for (uint256 n = 1; n <= 5; ++n) {
            FeedSet set = new FeedSet(_first(n), 1_000);
            address[] memory list = set.sources();
            assertEq(list.length, n);
            for (uint256 i; i < n; ++i) {
                assertEq(list[i], address(sick[i]));
            }
            assertEq(set.deltaBps(), 1_000);
        }
    }

    function test_refusesNoneAndSix() external {
        vm.expectRevert(abi.encodeWithSelector(IFeedSet.FeedSet_SourceCount.selector, 0));
        new FeedSet(new address[](0), 200);
        vm.expectRevert(abi.encodeWithSelector(IFeedSet.FeedSet_SourceCount.selector, 6));
        new FeedSet(new address[](6), 200);
    }

    function test_refusesDeltasOutOfBounds() external {
        address[] memory list = _first(3);
        vm.expectRevert(abi.encodeWithSelector(IFeedSet.FeedSet_DeltaOutOfBounds.selector, 0, 1, 1_000));
        new FeedSet(list, 0);
        vm.expectRevert(abi.encodeWithSelector(IFeedSet.FeedSet_DeltaOutOfBounds.selector, 1_001, 1, 1_000));
        new FeedSet(list, 1_001);
    }

    function test_refusesASourceWithoutCode() external {
        address[] memory list = _first(3);
        list[1] = address(1234);
        vm.expectRevert(abi.encodeWithSelector(IFeedSet.FeedSet_NoCode.selector, address(1234)));
        new FeedSet(list, 200);
    }

    function test_refusesASourceThatNamesNoUpstream() external {
        address[] memory list = _first(3);
        list[2] = address(new MockSource(0));
        vm.expectRevert(abi.encodeWithSelector(IFeedSet.FeedSet_NoUpstream.selector, list[2]));
        new FeedSet(list, 200);
    }

    function test_sourcesOfOneUpstreamCountOnce() external {
        address[] memory list = _first(3);
        list[2] = address(new MockSource(bytes32(uint256(1))));
        vm.expectRevert(
            abi.encodeWithSelector(IFeedSet.FeedSet_SameUpstream.selector, bytes32(uint256(1)), list[0], list[2])
        );
        new FeedSet(list, 200);
        list[2] = list[1];
        vm.expectRevert(
            abi.encodeWithSelector(IFeedSet.FeedSet_SameUpstream.selector, bytes32(uint256(2)), list[1], list[1])
        );
        new FeedSet(list, 200);
    }

    // ---- Reading

    function test_readsAll() external {
        sick[0].set(true, 100 * ONE, 0, uint40(NOW));
        sick[1].set(true, 102 * ONE, 3, uint40(NOW - 5));
        sick[2].set(true, 101 * ONE, 0, 0);
        Price memory p = three.read();
        assertEq(p.mid, 101 * ONE);
        assertEq(p.bid, 100 * ONE);
        assertEq(p.ask, 102 * ONE + 3);
        assertEq(uint256(p.mode), uint256(Mode.NORMAL));
        assertEq(p.sourceMask, 7);
        assertEq(p.readAt, NOW);
    }

    function test_maskNamesTheValid() external {
        for (uint256 sickOnes; sickOnes < 32; ++sickOnes) {
            for (uint256 i; i < 5; ++i) {
                sick[i].set((sickOnes >> i) & 1 == 0, ONE, 0, uint40(NOW));
            }
            Price memory p = five.read();
            assertEq(p.sourceMask, 31 ^ sickOnes);
            uint256 n = _count(31 ^ sickOnes);
            Mode want = n == 0 ? Mode.HALT : n == 1 ? Mode.DEGRADED : Mode.NORMAL;
            assertEq(uint256(p.mode), uint256(want));
            assertEq(p.mid, n == 0 ? 0 : ONE);
        }
    }

    function test_everyIllnessIsAbsence() external {
        for (uint8 i = 1; i <= uint8(type(MockSource.Illness).max); ++i) {
            sick[1].fallIll(MockSource.Illness(i));
            _expectWithout1();
            sick[1].set(true, ONE, 0, uint40(NOW));
        }
        vm.etch(address(sick[1]), "");
        _expectWithout1();
    }

    function test_everyValueOutOfRangeIsAbsence() external {
        uint256 wide = uint256(type(uint64).max) + 1;
        _expectAbsent(2, ONE, 0, NOW); // a bool that is neither
        _expectAbsent(1 << 255, ONE, 0, NOW);
        _expectAbsent(0, ONE, 0, NOW);
        _expectAbsent(1, 0, 0, NOW);
        _expectAbsent(1, wide, 0, NOW);
        _expectAbsent(1, type(uint256).max, 0, NOW);
        _expectAbsent(1, ONE, ONE + 1, NOW);
        _expectAbsent(1, ONE, wide, NOW);
        _expectAbsent(1, ONE, type(uint256).max, NOW);
        _expectAbsent(1, ONE, 0, NOW + 1);
        _expectAbsent(1, ONE, 0, type(uint256).max);
        sick[1].setRaw(abi.encode(1, uint256(ONE), uint256(ONE) / 100, NOW));
        assertEq(three.read().sourceMask, 7);
        sick[1].setRaw(abi.encode(1, wide - 1, wide - 1, NOW));
        assertEq(three.read().sourceMask, 7);
    }

    function test_returnDataOfAnotherSizeIsAbsence() external {
        bytes memory good = abi.encode(true, ONE, uint64(0), uint40(NOW));
        sick[1].setRaw(bytes.concat(good, hex"00"));
        _expectWithout1();
        sick[1].setRaw(bytes.concat(good, good));
        _expectWithout1();
        sick[1].setRaw(abi.encode(true, ONE, uint64(0)));
        _expectWithout1();
        sick[1].setRaw(good);
        assertEq(three.read().sourceMask, 7);
    }

    function testFuzz_arbitraryBytes(bytes[3] calldata raw, uint8 which) external {
        for (uint256 i; i < 3; ++i) {
            if ((which >> i) & 1 == 1) sick[i].setRaw(raw[i]);
        }
        Price memory p = three.read();
        assertLe(p.bid, p.mid);
        assertLe(p.mid, p.ask);
        assertTrue(p.sourceMask < 8);
    }

    /// Four arbitrary words with shapes near the valid ones: counted exactly if each is in range.
    function testFuzz_ranges(uint256 valid, uint256 mid, uint256 spread, uint256 updatedAt, uint8 shape) external {
        if (shape & 1 == 0) valid = valid % 3;
        if (shape & 2 == 0) mid = bound(mid, 0, uint256(1) << 65);
        if (shape & 4 == 0) spread = mid == 0 ? 0 : spread % mid;
        if (shape & 8 == 0) updatedAt = bound(updatedAt, NOW - 10, NOW + 2);
        sick[1].setRaw(abi.encode(valid, mid, spread, updatedAt));
        bool want = valid == 1 && mid > 0 && mid <= type(uint64).max && spread <= mid && updatedAt <= NOW;
        assertEq(three.read().sourceMask, want ? 7 : 5);
    }

    // ---- Gas

    /// Starved, it reverts: no amount of gas makes healthy sources look faulty.
    function testFuzz_starvationNeverLooksLikeAFault(uint256 gas_) external {
        gas_ = bound(gas_, 0, FEED_SET_GAS);
        (bool ok, bytes memory out) = address(five).staticcall{gas: gas_}(abi.encodeCall(five.read, ()));
        if (ok) assertEq(abi.decode(out, (Price)).sourceMask, 31);
        else assertLt(gas_, SOURCE_GAS_NEEDED + 25_000);
    }

    function test_starvedItSaysSo() external view {
        (bool ok, bytes memory why) =
            address(three).staticcall{gas: SOURCE_GAS_NEEDED - 1}(abi.encodeCall(three.read, ()));
        assertFalse(ok);
        assertEq(bytes32(bytes4(why)), bytes32(IFeedSet.FeedSet_NotEnoughGas.selector));
    }

    /// The cap covers five burners, or five bombs.
    function test_theCapCoversFiveBurners() external {
        for (uint256 i; i < 5; ++i) {
            sick[i].fallIll(MockSource.Illness.BURNS);
        }
        _expectHaltWithinTheCap();
        for (uint256 i; i < 5; ++i) {
            sick[i].fallIll(MockSource.Illness.BOMBS);
        }
        _expectHaltWithinTheCap();
    }

    // ----

    function _first(uint256 n) private view returns (address[] memory list) {
        list = new address[](n);
        for (uint256 i; i < n; ++i) {
            list[i] = address(sick[i]);
        }
    }

    function _count(uint256 mask) private pure returns (uint256 n) {
        for (; mask != 0; mask &= mask - 1) {
            ++n;
        }
    }

    function _expectAbsent(uint256 valid, uint256 mid, uint256 spread, uint256 updatedAt) private {
        sick[1].setRaw(abi.encode(valid, mid, spread, updatedAt));
        _expectWithout1();
    }

    function _expectWithout1() private view {
        Price memory p = three.read();
        assertEq(p.sourceMask, 5);
        assertEq(p.mid, ONE);
        assertEq(p.ask, ONE);
        assertEq(uint256(p.mode), uint256(Mode.NORMAL));
    }

    function _expectHaltWithinTheCap() private view {
        (bool ok, bytes memory out) = address(five).staticcall{gas: FEED_SET_GAS}(abi.encodeCall(five.read, ()));
        assertTrue(ok, "reverted");
        Price memory p = abi.decode(out, (Price));
        assertEq(uint256(p.mode), uint256(Mode.HALT));
        assertEq(p.sourceMask, 0);
    }
}
