// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assets} from "../../../contracts/custody/libraries/Assets.sol";
import {Lanes} from "../../../contracts/custody/libraries/Lanes.sol";
import {Opens} from "../../../contracts/custody/libraries/Opens.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice The lanes by hand, and against the promise that they keep (INV-POL-4): what one pays in any interval is at most
/// rate × interval + burst, or + its first payment where that alone exceeds the burst, as exits are paid in one piece.
contract LanesTest is Cheats {
    using Assets for uint256;
    using Lanes for uint256;
    using Opens for uint256;

    uint256 private constant ONE = 256;
    uint256 private constant NOW = 1_700_000_000;

    struct Payment {
        uint256 time;
        uint256 amount;
    }

    Payment[] private _paid;

    function setUp() external {
        vm.warp(NOW);
    }

    // ---- which lane

    function test_aThousandthIsSmallAndMoreIsLarge() external pure {
        uint256 asset = 1_000_000;
        assertFalse(asset.isLarge(1_000));
        assertTrue(asset.isLarge(1_001));
        // 1999 / 1000 rounds to 1: one is small, two are large.
        assertFalse(uint256(1_999).isLarge(1));
        assertTrue(uint256(1_999).isLarge(2));
    }

    function testFuzz_lanesAreToldApartByShareAlone(uint112 liabilities, uint112 amount, uint256 rest) external pure {
        uint256 asset = (rest << 112) | liabilities;
        assertEq(asset.isLarge(amount), uint256(amount) * 1_000 > liabilities);
    }

    // ---- slots

    function test_anUnusedLaneRemembersOneDay() external view {
        // 50 of 1000 at 10 % a day are half a day: the slot lies half a day back.
        (uint256 asset, uint256 open) = uint256(1_000).take(Opens.OPEN, 50, true, 1_000);
        assertEq(open.slot(), (NOW - 12 hours) * ONE);
        assertEq(open.prior(), 0);
        assertTrue(open.large());
        assertEq(asset.clock(true), open.slot());
        assertEq(asset.clock(false), 0, "the other lane");
        assertTrue(open.isDue());
        assertEq(Lanes.secondsUp(open.slot()), NOW - 12 hours);
    }

    function test_theBurstIsUsedUpOnce() external {
        (uint256 asset, uint256 first) = uint256(1_000).take(Opens.OPEN, 100, true, 1_000); // a day: due now
        assertEq(first.slot(), NOW * ONE);
        assertTrue(first.isDue());
        uint256 second;
        (asset, second) = asset.take(Opens.OPEN, 100, true, 1_000); // another: in a day
        assertEq(second.slot(), (NOW + 1 days) * ONE);
        assertEq(second.prior(), first.slot());
        assertFalse(second.isDue());
        vm.warp(NOW + 1 days - 1);
        assertFalse(second.isDue());
        vm.warp(NOW + 1 days);
        assertTrue(second.isDue());
    }

    function test_theSlowestRateTakesAllIn50Days() external view {
        (, uint256 open) = uint256(1_000).take(Opens.OPEN, 1_000, true, 200);
        assertEq(Lanes.secondsUp(open.slot()), NOW + 49 days, "50 days less the burst");
    }

    function testFuzz_secondsRoundUp(uint256 clock) external pure {
        clock = bound(clock, 1, 2 ** 48 - 1 - ONE); // 40 bits of seconds
        uint256 time = Lanes.secondsUp(clock);
        assertGe(time * ONE, clock);
        assertLt((time - 1) * ONE, clock);
    }

    // ---- giving back

    function test_theLastSlotIsGivenBack() external view {
        (uint256 asset, uint256 first) = uint256(1_000).take(Opens.OPEN, 200, true, 1_000);
        (uint256 both, uint256 second) = asset.take(Opens.OPEN, 200, true, 1_000);
        assertEq(both.giveBack(second), asset, "the last");
        assertEq(both.giveBack(first), both, "not the last");
        assertEq(asset.giveBack(first), 1_000, "back to the start");
    }

    function test_noSlotNothingToGiveBack() external pure {
        uint256 asset = uint256(1_000).withClock(true, 77);
        assertEq(asset.giveBack(Opens.OPEN), asset);
        // Not even where the lane's clock is zero as well.
        assertEq(uint256(1_000).giveBack(Opens.OPEN), 1_000);
    }

    function test_theOtherLanesClockIsNoMatch() external pure {
        uint256 open = Opens.OPEN.withSlot(false, 77, 5);
        uint256 asset = uint256(1_000).withClock(true, 77);
        assertEq(asset.giveBack(open), asset);
    }

    // ---- the promise

    /// @notice Exits come, some give their slot back, the others are paid as early as they may.
    function testFuzz_paysAtMostRateTimesIntervalPlusBurst(uint256 seed) external {
        uint256 liabilities = bound(seed >> 8, 1_000, type(uint112).max);
        uint256 rate = bound(uint256(keccak256(abi.encode(seed))), 200, 10_000);
        uint256 asset = liabilities;
        uint256 time = NOW;
        for (uint256 i; i < 16; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, i)));
            time += r % 3 == 0 ? (r >> 8) % 4 days : (r >> 8) % 1 hours;
            vm.warp(time);
            uint256 amount = 1 + (r >> 64) % (liabilities / (1 + (r >> 200) % 50));
            (uint256 next, uint256 open) = asset.take(Opens.OPEN, amount, true, rate);
            if (r % 5 == 0) {
                assertEq(next.giveBack(open), asset);
                continue;
            }
            asset = next;
            uint256 slot = Lanes.secondsUp(open.slot());
            _paid.push(Payment(slot > time ? slot : time, amount));
        }
        for (uint256 i; i < _paid.length; ++i) {
            uint256 sum;
            for (uint256 j = i; j < _paid.length; ++j) {
                sum += _paid[j].amount;
                uint256 interval = _paid[j].time - _paid[i].time;
                // In days and parts of ten thousand; slots are rounded up to the second.
                uint256 burst = liabilities * rate * 1 days;
                uint256 first = _paid[i].amount * 10_000 * 1 days;
                uint256 most = liabilities * rate * (interval + 1) + (first > burst ? first : burst);
                assertLe(sum * 10_000 * 1 days, most, "paid too fast");
            }
        }
    }

    // ---- others' delay

    /// @dev Two worlds that differ in what the attacker does with its slots.
    struct Worlds {
        uint256 spammed;
        uint256 withdrawn;
    }

    /// @notice INV-POL-5: whoever takes slots and cancels, as often as its fresh value lets it, delays others no more than
    /// if it had really withdrawn as much each time. Both worlds start alike; a victim then takes its slot in each, in the
    /// same lane: the one that the attack is on.
    function testFuzz_INV_POL_5_cancellingDelaysOthersNoMoreThanWithdrawing(
        uint112 liabilities,
        uint112 amount,
        uint112 victims,
        uint8 rounds,
        uint16 rate,
        bool othersBetween
    ) external {
        uint256 asset = bound(liabilities, 1e6, type(uint112).max);
        uint256 each = bound(amount, 1, asset / 40);
        uint256 theirs = bound(victims, 1, asset / 40);
        rate = uint16(bound(rate, 200, 10_000));
        bool large = asset.isLarge(each);
        Worlds memory w = Worlds(asset, asset);
        for (uint256 i; i < 1 + rounds % 10; ++i) {
            // What was cancelled is fresh: the next request of it matures T later at the earliest.
            vm.warp(block.timestamp + 1 days);
            _round(w, large, each, othersBetween ? theirs : 0, rate);
        }
        (, uint256 inSpam) = w.spammed.take(Opens.OPEN, theirs, large, rate);
        (, uint256 inTruth) = w.withdrawn.take(Opens.OPEN, theirs, large, rate);
        assertLe(inSpam.slot(), inTruth.slot());
    }

    function _round(Worlds memory w, bool large, uint256 each, uint256 others, uint256 rate) private view {
        uint256 cancelled;
        (w.spammed, cancelled) = w.spammed.take(Opens.OPEN, each, large, rate);
        w.withdrawn = _withdraw(w.withdrawn, each, large, rate);
        // Somebody else's slot between taking and cancelling keeps the cancelled one from being given back.
        if (others != 0) {
            w.spammed = _withdraw(w.spammed, others, large, rate);
            w.withdrawn = _withdraw(w.withdrawn, others, large, rate);
        }
        w.spammed = w.spammed.giveBack(cancelled);
    }

    function _withdraw(uint256 asset, uint256 amount, bool large, uint256 rate) private view returns (uint256) {
        (asset,) = asset.take(Opens.OPEN, amount, large, rate);
        return asset.settle(amount);
    }
}
