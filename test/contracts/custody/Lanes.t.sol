// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Open, Phase} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {Assets} from "../../../contracts/custody/libraries/Assets.sol";
import {Lanes} from "../../../contracts/custody/libraries/Lanes.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice The lanes by hand, and against the promise that they keep (INV-POL-4): what one pays in any interval is at most
/// rate × interval + burst, or + its first payment where that alone exceeds the burst, as exits are paid in one piece.
contract LanesTest is Cheats {
    using Assets for uint256;
    using Lanes for uint256;
    using Lanes for Open;

    uint256 private constant ONE = 65_536;
    uint256 private constant NOW = 1_700_000_000;

    struct Payment {
        uint256 time;
        uint256 amount;
    }

    Payment[] private _paid;

    function setUp() external {
        vm.warp(NOW);
    }

    function _open(bool large) private pure returns (Open memory open) {
        open.phase = Phase.OPEN;
        open.large = large;
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
        Open memory open = _open(true);
        uint256 asset = uint256(1_000).take(open, 50, 1_000);
        assertEq(open.slot, (NOW - 12 hours) * ONE);
        assertEq(open.prior, 0);
        assertEq(asset.clock(true), open.slot);
        assertEq(asset.clock(false), 0, "the other lane");
        assertTrue(open.isDue());
        assertEq(open.slotTime(), NOW - 12 hours);
    }

    function test_theBurstIsUsedUpOnce() external {
        uint256 asset = 1_000;
        Open memory first = _open(true);
        asset = asset.take(first, 100, 1_000); // a day: due now
        assertEq(first.slot, NOW * ONE);
        assertTrue(first.isDue());
        Open memory second = _open(true);
        asset = asset.take(second, 100, 1_000); // another: in a day
        assertEq(second.slot, (NOW + 1 days) * ONE);
        assertEq(second.prior, first.slot);
        assertFalse(second.isDue());
        vm.warp(NOW + 1 days - 1);
        assertFalse(second.isDue());
        vm.warp(NOW + 1 days);
        assertTrue(second.isDue());
    }

    function test_theSlowestRateTakesAllIn50Days() external view {
        Open memory open = _open(true);
        uint256(1_000).take(open, 1_000, 200);
        assertEq(open.slotTime(), NOW + 49 days, "50 days less the burst");
    }

    function testFuzz_slotTimeRoundsUp(uint56 slot) external pure {
        // 40 bits of seconds.
        slot = uint56(bound(slot, 1, type(uint56).max - ONE));
        Open memory open = _open(false);
        open.slot = slot;
        uint256 time = open.slotTime();
        assertGe(time * ONE, slot);
        assertLt((time - 1) * ONE, slot);
    }

    // ---- giving back

    function test_theLastSlotIsGivenBack() external view {
        uint256 asset = 1_000;
        Open memory first = _open(true);
        asset = asset.take(first, 200, 1_000);
        Open memory second = _open(true);
        uint256 both = asset.take(second, 200, 1_000);
        assertEq(both.giveBack(second), asset, "the last");
        assertEq(both.giveBack(first), both, "not the last");
        assertEq(asset.giveBack(first), 1_000, "back to the start");
    }

    function test_noSlotNothingToGiveBack() external pure {
        uint256 asset = uint256(1_000).withClock(true, 77);
        assertEq(asset.giveBack(_open(true)), asset);
        // Not even where the lane's clock is zero as well.
        assertEq(uint256(1_000).giveBack(_open(false)), 1_000);
    }

    function test_theOtherLanesClockIsNoMatch() external pure {
        Open memory open = _open(false);
        (open.slot, open.prior) = (77, 5);
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
            Open memory open = _open(true);
            uint256 amount = 1 + (r >> 64) % (liabilities / (1 + (r >> 200) % 50));
            uint256 next = asset.take(open, amount, rate);
            if (r % 5 == 0) {
                assertEq(next.giveBack(open), asset);
                continue;
            }
            asset = next;
            uint256 slot = open.slotTime();
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
        (Open memory inSpam, Open memory inTruth) = (_open(large), _open(large));
        w.spammed.take(inSpam, theirs, rate);
        w.withdrawn.take(inTruth, theirs, rate);
        assertLe(inSpam.slot, inTruth.slot);
    }

    function _round(Worlds memory w, bool large, uint256 each, uint256 others, uint256 rate) private view {
        Open memory cancelled = _open(large);
        w.spammed = w.spammed.take(cancelled, each, rate);
        w.withdrawn = w.withdrawn.take(_open(large), each, rate).settle(each);
        // Somebody else's slot between taking and cancelling keeps the cancelled one from being given back.
        if (others != 0) {
            w.spammed = w.spammed.take(_open(large), others, rate).settle(others);
            w.withdrawn = w.withdrawn.take(_open(large), others, rate).settle(others);
        }
        w.spammed = w.spammed.giveBack(cancelled);
    }
}
