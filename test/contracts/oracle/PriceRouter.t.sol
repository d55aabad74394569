// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {MockSource} from "../../../contracts/mocks/oracle/MockSource.sol";
import {FeedSet} from "../../../contracts/oracle/FeedSet.sol";
import {PriceRouter} from "../../../contracts/oracle/PriceRouter.sol";
import {IPriceRouter, Mode, Price} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {
    FEED_GAS,
    FEED_GAS_NEEDED,
    FEED_SET_GAS,
    FEED_SET_GAS_NEEDED,
    MAX_SOURCES,
    PEEK_GAS,
    SOURCE_GAS,
    SOURCE_GAS_NEEDED
} from "../../../contracts/oracle/libraries/OracleGas.sol";
import {StoredPrice} from "../../../contracts/oracle/libraries/StoredPrice.sol";
import {AssetId, AssetIds} from "../../../contracts/shared/AssetId.sol";
import {Cheats} from "../../support/Cheats.sol";

contract PriceRouterTest is Cheats {
    uint256 private constant DAY = 20_000; // since the epoch
    uint256 private constant NOW = DAY * 1 days + 7 hours;
    uint256 private constant WARM = 5 minutes;
    uint64 private constant ONE = 1e12;
    uint64 private constant TIMELOCK_ROLE = 1;
    uint64 private constant RISK_OFFICER_ROLE = 2;

    address private constant TIMELOCK = address(0x71);
    address private constant OFFICER = address(0x0F);
    address private constant ANYONE = address(0xA11);

    AssetId private immutable ETHER = AssetIds.native();
    AssetId private immutable OTHER = AssetIds.erc20(address(0x70CE));

    AccessManager private manager;
    PriceRouter private router;
    MockSource[5] private sources;
    FeedSet private feedSet;

    function setUp() external {
        vm.warp(NOW);
        manager = new AccessManager(address(this));
        router = PriceRouter(ship("PriceRouter", abi.encode(manager, WARM)));
        bytes4[] memory timelocked = new bytes4[](2);
        timelocked[0] = router.liftHalt.selector;
        timelocked[1] = router.setFeedSet.selector;
        bytes4[] memory officers = new bytes4[](1);
        officers[0] = router.halt.selector;
        manager.setTargetFunctionRole(address(router), timelocked, TIMELOCK_ROLE);
        manager.setTargetFunctionRole(address(router), officers, RISK_OFFICER_ROLE);
        manager.grantRole(TIMELOCK_ROLE, TIMELOCK, 0);
        manager.grantRole(RISK_OFFICER_ROLE, OFFICER, 0);

        address[] memory list = new address[](5);
        for (uint256 i; i < 5; ++i) {
            sources[i] = new MockSource(bytes32(i + 1));
            list[i] = address(sources[i]);
        }
        _setAll(100 * ONE);
        feedSet = FeedSet(ship("FeedSet", abi.encode(list, 200)));
        vm.prank(TIMELOCK);
        router.setFeedSet(ETHER, address(0), address(feedSet));
    }

    /// @dev What `peek` says, of which `ask` must say the same.
    function _peek(AssetId asset) private view returns (Price memory p) {
        p = router.peek(asset);
        (uint256 ask, Mode mode) = router.ask(asset);
        assertEq(ask, p.ask, "ask");
        assertEq(uint256(mode), uint256(p.mode), "mode");
    }

    // ---- Construction

    function test_refusesNoAuthority() external {
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PriceRouter_ZeroAuthority.selector));
        new PriceRouter(address(0), WARM);
    }

    function test_refusesAWarmTimeThatIsTooLong() external {
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PriceRouter_WarmForTooLong.selector, 901, 900));
        new PriceRouter(address(manager), 901);
        assertEq(new PriceRouter(address(manager), 900).WARM_FOR(), 900);
        assertEq(new PriceRouter(address(manager), 0).WARM_FOR(), 0);
        assertEq(router.authority(), address(manager));
    }

    // ---- peek and poke

    function test_peekReadsTheSourcesWhenNothingIsStored() external view {
        _expectPrice(_peek(ETHER), 100 * ONE, Mode.NORMAL, NOW);
        assertEq(router.storedOf(ETHER), 0);
    }

    function test_pokeStoresInTheDocumentedLayoutAndSaysSo() external {
        sources[0].set(true, 99 * ONE, 0, uint40(NOW));
        sources[4].set(true, 101 * ONE, 0, uint40(NOW));
        uint256 want = uint256(99 * ONE) | (uint256(100 * ONE) << 64) | (uint256(101 * ONE) << 128) | (NOW << 192)
            | (uint256(3) << 224) | (uint256(31) << 232);
        vm.expectEmit(true, true, true, true, address(router));
        emit IPriceRouter.PriceStored(ETHER, want);
        vm.prank(ANYONE);
        Price memory p = router.poke(ETHER);
        assertEq(router.storedOf(ETHER), want);
        _expectPrice(p, 100 * ONE, Mode.NORMAL, NOW);
        assertEq(p.bid, 99 * ONE);
        assertEq(p.ask, 101 * ONE);
        assertEq(p.sourceMask, 31);
        assertEq(keccak256(abi.encode(_peek(ETHER))), keccak256(abi.encode(p)));
    }

    function test_pokeRefusesAnAssetWithoutFeeds() external {
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PriceRouter_NoFeedSet.selector, OTHER));
        router.poke(OTHER);
    }

    function test_peekHaltsForAnAssetWithoutFeeds() external view {
        _expectPrice(_peek(OTHER), 0, Mode.HALT, NOW);
    }

    function test_aStoredPriceIsUsedWhileYoung() external {
        router.poke(ETHER);
        _setAll(200 * ONE);
        vm.warp(NOW + WARM - 1);
        _expectPrice(_peek(ETHER), 100 * ONE, Mode.NORMAL, NOW);
        vm.warp(NOW + WARM);
        _expectPrice(_peek(ETHER), 200 * ONE, Mode.NORMAL, NOW + WARM);
    }

    function test_aStoredPriceFromTheFutureIsNotUsed() external {
        router.poke(ETHER);
        vm.warp(NOW - 1);
        for (uint256 i; i < 5; ++i) {
            sources[i].set(true, 200 * ONE, 0, uint40(NOW - 1));
        }
        _expectPrice(_peek(ETHER), 200 * ONE, Mode.NORMAL, NOW - 1);
    }

    function test_withoutWarmthTheSourcesAreAlwaysRead() external {
        PriceRouter cold = new PriceRouter(address(manager), 0);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = cold.setFeedSet.selector;
        manager.setTargetFunctionRole(address(cold), selectors, TIMELOCK_ROLE);
        vm.prank(TIMELOCK);
        cold.setFeedSet(ETHER, address(0), address(feedSet));
        cold.poke(ETHER);
        _setAll(200 * ONE);
        _expectPrice(cold.peek(ETHER), 200 * ONE, Mode.NORMAL, NOW);
    }

    /// A sick oracle must not leave an earlier good price in force.
    function test_pokeReplacesAGoodPriceByASickOne() external {
        router.poke(ETHER);
        _sicken(4);
        Price memory p = router.poke(ETHER);
        _expectPrice(p, 100 * ONE, Mode.DEGRADED, NOW);
        _expectPrice(_peek(ETHER), 100 * ONE, Mode.DEGRADED, NOW);
        _sicken(5);
        _expectPrice(router.poke(ETHER), 0, Mode.HALT, NOW);
        _expectPrice(_peek(ETHER), 0, Mode.HALT, NOW);
    }

    /// And a sick answer must not hide sources that have recovered.
    function test_aStoredSickAnswerHidesNothing() external {
        _sicken(5);
        router.poke(ETHER);
        _setAll(100 * ONE);
        _expectPrice(_peek(ETHER), 100 * ONE, Mode.NORMAL, NOW);
        sources[0].set(true, 50 * ONE, 0, uint40(NOW));
        sources[1].set(true, 70 * ONE, 0, uint40(NOW));
        sources[2].set(true, 150 * ONE, 0, uint40(NOW));
        sources[3].set(true, 170 * ONE, 0, uint40(NOW));
        assertEq(uint256(router.poke(ETHER).mode), uint256(Mode.DISPUTED));
        _setAll(100 * ONE);
        _expectPrice(_peek(ETHER), 100 * ONE, Mode.NORMAL, NOW);
    }

    // ---- Feed sets

    function test_setFeedSetDropsTheStoredPrice() external {
        router.poke(ETHER);
        FeedSet next = _otherSet();
        vm.expectEmit(true, true, true, true, address(router));
        emit IPriceRouter.FeedSetChanged(ETHER, address(feedSet), address(next));
        vm.expectEmit(true, true, true, true, address(router));
        emit IPriceRouter.PriceStored(ETHER, 0);
        vm.prank(TIMELOCK);
        router.setFeedSet(ETHER, address(feedSet), address(next));
        assertEq(router.feedSetOf(ETHER), address(next));
        assertEq(router.storedOf(ETHER), 0);
    }

    function test_setFeedSetKeepsAHalt() external {
        _halt();
        FeedSet next = _otherSet();
        vm.prank(TIMELOCK);
        router.setFeedSet(ETHER, address(feedSet), address(next));
        assertEq(router.storedOf(ETHER), DAY << 240);
        _expectPrice(_peek(ETHER), 0, Mode.HALT, NOW);
    }

    function test_setFeedSetRefusesAStaleExpectation() external {
        FeedSet next = _otherSet();
        vm.expectRevert(
            abi.encodeWithSelector(IPriceRouter.PriceRouter_NotTheExpected.selector, address(0), address(feedSet))
        );
        vm.prank(TIMELOCK);
        router.setFeedSet(ETHER, address(0), address(next));
    }

    function test_setFeedSetRefusesTheSame() external {
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PriceRouter_Unchanged.selector, address(feedSet)));
        vm.prank(TIMELOCK);
        router.setFeedSet(ETHER, address(feedSet), address(feedSet));
    }

    function test_setFeedSetRefusesWhatIsNoFeedSet() external {
        _expectNoFeedSet(address(0));
        _expectNoFeedSet(address(1234)); // no code
        _expectNoFeedSet(address(manager)); // no `read`
        _expectNoFeedSet(address(sources[0])); // a source: four words
    }

    function test_setFeedSetTakesOneWhoseSourcesAreSick() external {
        FeedSet next = _otherSet();
        _sicken(5);
        vm.prank(TIMELOCK);
        router.setFeedSet(ETHER, address(feedSet), address(next));
        _expectPrice(_peek(ETHER), 0, Mode.HALT, NOW);
    }

    // ---- Halts

    function test_haltOverridesAWarmPriceAndGoodSources() external {
        router.poke(ETHER);
        uint256 want = router.storedOf(ETHER) | (DAY << 240);
        vm.expectEmit(true, true, true, true, address(router));
        emit IPriceRouter.Halted(ETHER, uint40((DAY + 14) * 1 days), want);
        _halt();
        assertEq(router.storedOf(ETHER), want);
        _expectPrice(_peek(ETHER), 0, Mode.HALT, NOW);
        vm.warp(NOW + WARM);
        _expectPrice(_peek(ETHER), 0, Mode.HALT, NOW + WARM);
    }

    function test_pokeUnderAHaltStoresButAnswersHalt() external {
        _halt();
        _expectPrice(router.poke(ETHER), 0, Mode.HALT, NOW);
        assertEq(router.storedOf(ETHER) >> 240, DAY);
        assertEq(uint64(router.storedOf(ETHER) >> 64), 100 * ONE);
    }

    function test_haltIsOfOneAsset() external {
        FeedSet next = _otherSet();
        vm.prank(TIMELOCK);
        router.setFeedSet(OTHER, address(0), address(next));
        _halt();
        _expectPrice(_peek(OTHER), 100 * ONE, Mode.NORMAL, NOW);
    }

    function test_haltRefusesAnAssetWithoutFeeds() external {
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PriceRouter_NoFeedSet.selector, OTHER));
        vm.prank(OFFICER);
        router.halt(OTHER);
    }

    function test_aHaltLapsesAndCanBeRenewedOnlyAfterARest() external {
        _halt();
        uint40 ends = uint40((DAY + 14) * 1 days);
        uint40 again = uint40((DAY + 28) * 1 days);
        vm.warp(ends - 1);
        _expectPrice(_peek(ETHER), 0, Mode.HALT, ends - 1);
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PriceRouter_HaltedAlready.selector, ETHER, ends));
        _halt();
        vm.warp(ends);
        _expectPrice(_peek(ETHER), 100 * ONE, Mode.NORMAL, ends);
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PriceRouter_TooSoonToRenew.selector, ETHER, again));
        _halt();
        vm.warp(again - 1);
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PriceRouter_TooSoonToRenew.selector, ETHER, again));
        _halt();
        vm.warp(again);
        _halt();
        _expectPrice(_peek(ETHER), 0, Mode.HALT, again);
    }

    function test_aLiftEndsAHaltAndStartsTheRest() external {
        router.poke(ETHER);
        uint256 price = router.storedOf(ETHER);
        _halt();
        vm.warp(NOW + 3 days);
        uint256 want = price | ((DAY + 3 - 14) << 240);
        vm.expectEmit(true, true, true, true, address(router));
        emit IPriceRouter.HaltLifted(ETHER, want);
        vm.prank(TIMELOCK);
        router.liftHalt(ETHER, uint40((DAY + 14) * 1 days));
        _expectPrice(_peek(ETHER), 100 * ONE, Mode.NORMAL, NOW + 3 days);
        // The officer can't overrule the timelock at once.
        uint40 again = uint40((DAY + 3 + 14) * 1 days);
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PriceRouter_TooSoonToRenew.selector, ETHER, again));
        _halt();
        vm.warp(again);
        _halt();
        assertEq(uint256(_peek(ETHER).mode), uint256(Mode.HALT));
    }

    function test_liftRefusesWhenNotHalted() external {
        bytes memory why = abi.encodeWithSelector(IPriceRouter.PriceRouter_NotHalted.selector, ETHER);
        vm.expectRevert(why);
        vm.prank(TIMELOCK);
        router.liftHalt(ETHER, 0);
        _halt();
        vm.warp(NOW + 14 days);
        vm.expectRevert(why);
        vm.prank(TIMELOCK);
        router.liftHalt(ETHER, 0);
    }

    function test_aLiftNamesItsHalt() external {
        uint40 first = uint40((DAY + 14) * 1 days);
        _halt();
        vm.warp(NOW + 28 days);
        _halt();
        // One that was scheduled for the first, and came too late for it.
        vm.expectRevert(
            abi.encodeWithSelector(IPriceRouter.PriceRouter_AnotherHalt.selector, ETHER, first + 28 days)
        );
        vm.prank(TIMELOCK);
        router.liftHalt(ETHER, first);
        vm.prank(TIMELOCK);
        router.liftHalt(ETHER, first + 28 days);
    }

    function test_aLiftInTheFirstDaysOfAChainsClock() external {
        vm.warp(3 days);
        uint256 halted = StoredPrice.withHalt(5);
        assertEq(halted, 5 | (3 << 240));
        assertTrue(StoredPrice.isHalted(halted));
        assertEq(StoredPrice.withoutHalt(halted), 5);
        assertEq(StoredPrice.renewableFrom(5), 0);
    }

    /// Over any sequence of attempts, of any 28 days at most 14 are halted.
    function testFuzz_haltsRest(uint32[16] calldata waits) external {
        uint256 lastHalt;
        for (uint256 i; i < waits.length; ++i) {
            vm.warp(block.timestamp + (waits[i] % 30 days));
            uint256 day = block.timestamp / 1 days;
            vm.prank(OFFICER);
            (bool ok,) = address(router).call(abi.encodeCall(router.halt, (ETHER)));
            assertEq(ok, lastHalt == 0 || day >= lastHalt + 28);
            if (ok) lastHalt = day;
            assertEq(_peek(ETHER).mode == Mode.HALT, day < lastHalt + 14);
            for (uint256 s; s < 5; ++s) {
                sources[s].set(true, 100 * ONE, 0, uint40(block.timestamp));
            }
        }
        assertTrue(lastHalt != 0);
    }

    // ---- Who may

    function test_restricted() external {
        address[3] memory others = [ANYONE, TIMELOCK, address(this)];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            router.halt(ETHER);
        }
        _halt();
        others[1] = OFFICER;
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            router.liftHalt(ETHER, 0);
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            router.setFeedSet(ETHER, address(feedSet), address(1));
        }
    }

    // ---- INV-ORA-2: with enough gas, peek never reverts

    function testFuzz_INV_ORA_2_arbitrarySources(bytes[5] calldata raw, uint8 which, bool poked) external {
        if (poked) router.poke(ETHER);
        vm.warp(NOW + (poked ? WARM : 0));
        for (uint256 i; i < 5; ++i) {
            if ((which >> i) & 1 == 1) sources[i].setRaw(raw[i]);
        }
        _expectPeeks();
    }

    function testFuzz_INV_ORA_2_arbitraryFeedSet(bytes calldata raw) external {
        _replaceTheFeedSet().setRaw(raw);
        Price memory p = _expectPeeks();
        if (raw.length != 192) assertEq(uint256(p.mode), uint256(Mode.HALT));
    }

    /// The mask's eight bits are the feed set's own: all are taken, a ninth is no mask.
    function test_aMaskHasEightBits() external {
        MockSource feeds = _replaceTheFeedSet();
        feeds.setRaw(abi.encode(99 * ONE, 100 * ONE, 101 * ONE, Mode.NORMAL, 255, NOW));
        Price memory p = _expectPeeks();
        _expectPrice(p, 100 * ONE, Mode.NORMAL, NOW);
        assertEq(p.sourceMask, 255);
        feeds.setRaw(abi.encode(99 * ONE, 100 * ONE, 101 * ONE, Mode.NORMAL, 256, NOW));
        _expectPrice(_expectPeeks(), 0, Mode.HALT, NOW);
    }

    /// Six words near what a feed set answers: taken exactly if in range, else HALT; never anything in between.
    function testFuzz_INV_ORA_2_feedSetRanges(uint256[6] memory w, uint8 shape) external {
        if (shape & 1 == 0) w[1] = bound(w[1], 0, 1 << 64);
        if (shape & 2 == 0) w[0] = bound(w[0], 0, w[1]);
        if (shape & 4 == 0) w[2] = bound(w[2], w[1], w[1] | (1 << 64));
        if (shape & 8 == 0) w[3] %= 5;
        if (shape & 16 == 0) w[4] %= 257;
        if (shape & 32 == 0) w[5] = NOW + (w[5] % 3) - 1;
        if (shape & 64 == 0) (w[3], w[4], w[5]) = (3, 7, NOW);
        _replaceTheFeedSet().setRaw(abi.encode(w));
        bool good = w[0] <= w[1] && w[1] <= w[2] && w[2] <= type(uint64).max && w[3] <= 3 && w[4] <= 255 && w[5] == NOW
            && (w[3] == 0) == (w[1] == 0);
        Price memory p = _expectPeeks();
        if (good) {
            assertEq(keccak256(abi.encode(p)), keccak256(abi.encode(w)));
        } else {
            _expectPrice(p, 0, Mode.HALT, NOW);
            assertEq(uint256(p.bid) + p.ask + p.sourceMask, 0);
        }
        // Storing it and unpacking it changes nothing.
        Price memory stored = router.poke(ETHER);
        assertEq(keccak256(abi.encode(stored)), keccak256(abi.encode(p)));
        assertEq(keccak256(abi.encode(_peek(ETHER))), keccak256(abi.encode(p)));
    }

    function test_INV_ORA_2_burnersBombsAndTheDead() external {
        for (uint8 illness = 1; illness <= uint8(type(MockSource.Illness).max); ++illness) {
            for (uint256 i; i < 5; ++i) {
                sources[i].fallIll(MockSource.Illness(illness));
            }
            assertEq(uint256(_expectPeeks().mode), uint256(Mode.HALT));
        }
        MockSource fake = _replaceTheFeedSet();
        for (uint8 illness = 1; illness <= uint8(type(MockSource.Illness).max); ++illness) {
            fake.fallIll(MockSource.Illness(illness));
            assertEq(uint256(_expectPeeks().mode), uint256(Mode.HALT));
        }
        vm.etch(address(feedSet), "");
        assertEq(uint256(_expectPeeks().mode), uint256(Mode.HALT));
    }

    // ---- Gas

    /// No amount of gas makes peek, or poke, see healthy sources as sick.
    function testFuzz_starvationNeverLooksLikeAFault(uint256 gas_) external {
        gas_ = bound(gas_, 0, PEEK_GAS + 50_000);
        (bool ok, bytes memory out) = address(router).staticcall{gas: gas_}(abi.encodeCall(router.peek, (ETHER)));
        if (ok) _expectPrice(abi.decode(out, (Price)), 100 * ONE, Mode.NORMAL, NOW);
        else assertLt(gas_, PEEK_GAS);
        (ok,) = address(router).call{gas: gas_}(abi.encodeCall(router.poke, (ETHER)));
        uint256 stored = router.storedOf(ETHER);
        if (ok) assertEq((stored >> 224) & 0xff, uint256(Mode.NORMAL));
        else assertEq(stored, 0);
    }

    function test_starvedItSaysSo() external view {
        (bool ok, bytes memory why) =
            address(router).staticcall{gas: FEED_SET_GAS_NEEDED}(abi.encodeCall(router.peek, (ETHER)));
        assertFalse(ok);
        assertEq(bytes32(bytes4(why)), bytes32(IPriceRouter.PriceRouter_NotEnoughGas.selector));
    }

    /// A warm price needs little gas: callers pay for the checks only when sources are asked.
    function test_aWarmPeekNeedsLittle() external {
        router.poke(ETHER);
        (bool ok,) = address(router).staticcall{gas: 10_000}(abi.encodeCall(router.peek, (ETHER)));
        assertTrue(ok);
    }

    /// Each cap, less the 1/64 kept back and a cold account, covers what is nested in it.
    function test_capsNest() external pure {
        assertGe(FEED_GAS_NEEDED - 2_600 - (FEED_GAS_NEEDED - 2_600) / 64, FEED_GAS);
        assertGe(SOURCE_GAS, FEED_GAS + 2_600 + FEED_GAS_NEEDED + 2_000);
        assertGe(FEED_SET_GAS, MAX_SOURCES * (SOURCE_GAS + 2_600) + 15_000);
        assertGe(FEED_SET_GAS_NEEDED - 2_600 - (FEED_SET_GAS_NEEDED - 2_600) / 64, FEED_SET_GAS);
        assertGe(SOURCE_GAS_NEEDED - 2_600 - (SOURCE_GAS_NEEDED - 2_600) / 64, SOURCE_GAS);
        assertGe(PEEK_GAS, FEED_SET_GAS_NEEDED + 2 * 2_100);
        assertLe(PEEK_GAS, 400_000);
    }

    // ----

    function _setAll(uint64 mid) private {
        for (uint256 i; i < 5; ++i) {
            sources[i].set(true, mid, 0, uint40(NOW));
        }
    }

    function _sicken(uint256 n) private {
        for (uint256 i; i < n; ++i) {
            sources[i].fallIll(MockSource.Illness.REVERTS);
        }
    }

    function _halt() private {
        vm.prank(OFFICER);
        router.halt(ETHER);
    }

    function _otherSet() private returns (FeedSet) {
        address[] memory list = new address[](3);
        (list[0], list[1], list[2]) = (address(sources[0]), address(sources[1]), address(sources[2]));
        return new FeedSet(list, 200);
    }

    /// Puts a mock where the feed set was: what governance could never set, but a bug could amount to.
    function _replaceTheFeedSet() private returns (MockSource) {
        vm.etch(address(feedSet), address(sources[0]).code);
        return MockSource(address(feedSet));
    }

    function _expectNoFeedSet(address next) private {
        AssetId asset = next == address(0) ? ETHER : OTHER;
        address expected = router.feedSetOf(asset);
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PriceRouter_NotAFeedSet.selector, next));
        vm.prank(TIMELOCK);
        router.setFeedSet(asset, expected, next);
    }

    function _expectPeeks() private view returns (Price memory) {
        (bool ok, bytes memory out) = address(router).staticcall{gas: PEEK_GAS}(abi.encodeCall(router.peek, (ETHER)));
        assertTrue(ok, "peek reverted");
        return abi.decode(out, (Price));
    }

    function _expectPrice(Price memory p, uint256 mid, Mode mode, uint256 readAt) private pure {
        assertEq(p.mid, mid, "mid");
        assertEq(uint256(p.mode), uint256(mode), "mode");
        assertEq(p.readAt, readAt, "at");
        assertLe(p.bid, p.mid);
        assertLe(p.mid, p.ask);
    }
}
