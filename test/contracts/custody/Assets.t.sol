// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Asset, TokenClass} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {Assets} from "../../../contracts/custody/libraries/Assets.sol";
import {VaultLayout} from "../../../contracts/custody/libraries/VaultLayout.sol";
import {VaultNamespace} from "../../../contracts/custody/VaultNamespace.sol";
import {Cheats} from "../../support/Cheats.sol";

contract AssetsTest is Cheats {
    using Assets for VaultNamespace.Packed;
    using Assets for uint256;

    VaultNamespace.Packed private _row;

    /// @notice A word in its documented layout, written down here a second time, reads as the struct does.
    function testFuzz_wordReadsAsItsLayoutSays(uint112 liabilities, uint64 queued, uint48 small, uint48 large, uint256 rest)
        external
    {
        Asset memory x;
        (x.liabilities, x.queuedTicks) = (liabilities, queued & ((1 << 38) - 1));
        (x.smallLane, x.largeLane) = (small & ((1 << 41) - 1), large & ((1 << 41) - 1));
        x.class = TokenClass(rest % 4);
        (x.decimals, x.tickExponent, x.freshHours) = (uint8(rest >> 8) & 31, uint8(rest >> 16) & 31, uint8(rest >> 24));
        (x.impaired, x.windingDown) = ((rest >> 32) & 1 == 1, (rest >> 33) & 1 == 1);
        uint256 word = uint256(x.liabilities) | (uint256(x.queuedTicks) << 112) | (uint256(x.smallLane) << 150)
            | (uint256(x.largeLane) << 191) | (uint256(x.class) << 232) | (uint256(x.decimals) << 235)
            | (uint256(x.tickExponent) << 240) | (uint256(x.freshHours) << 245)
            | (uint256(x.impaired ? 1 : 0) << 253) | (uint256(x.windingDown ? 1 : 0) << 254);
        _row.store(word);
        assertEq(_row.load(), word, "stored");
        assertEq(abi.encode(word.unpack()), abi.encode(x));
        assertEq(word.freshPeriod(), uint256(x.freshHours) * 3600, "fresh period");
        assertEq(word.queued(), uint256(x.queuedTicks) * 10 ** x.tickExponent, "queued");
    }

    function testFuzz_aListedAssetStartsEmpty(uint8 class, uint8 decimals, uint8 exponent, uint8 freshHours) external pure {
        (class, decimals, exponent) = (class % 4, decimals % 31, exponent % 31);
        Asset memory x = Assets.listed(TokenClass(class), decimals, exponent, freshHours).unpack();
        Asset memory expected =
            Asset(0, 0, 0, 0, TokenClass(class), decimals, exponent, freshHours, false, false);
        assertEq(abi.encode(x), abi.encode(expected));
    }

    function testFuzz_flagsAndHoursChangeNothingElse(uint256 word, bool on, uint8 freshHours) external pure {
        word &= type(uint256).max >> 1;
        uint256 next = word.withImpaired(on);
        assertEq(next.impaired(), on);
        assertEq(next.withImpaired(word.impaired()), word);
        next = word.withWindingDown(on);
        assertEq(next.windingDown(), on);
        assertEq(next.withWindingDown(word.windingDown()), word);
        next = word.withFreshHours(freshHours);
        assertEq(next.freshHours(), freshHours);
        assertEq(next.withFreshHours(word.freshHours()), word);
    }

    /// @notice What is queued counts each exit in ticks rounded up, and is exactly undone.
    function testFuzz_theQueueAddsUp(uint256 word, uint8 exponent, uint112 first, uint112 second) external pure {
        word = Assets.listed(TokenClass.EXACT, 18, exponent % 31, 24) | (word & type(uint112).max);
        uint256 tick = 10 ** (exponent % 31);
        uint256 most = ((1 << 37) - 1) * tick;
        uint256 a = bound(first, 0, most < type(uint112).max ? most : type(uint112).max);
        uint256 b = bound(second, 0, most < type(uint112).max ? most : type(uint112).max);
        uint256 queued = (a + tick - 1) / tick + (b + tick - 1) / tick;
        if (queued >= 1 << 38) return;
        uint256 next = word.enqueue(a).enqueue(b);
        assertEq(next.queuedTicks(), queued);
        assertTrue(next.queued() >= a + b, "never understated");
        assertEq(next.liabilities(), word.liabilities());
        assertEq(next >> 150, word >> 150, "other fields");
        assertEq(next.dequeue(a).dequeue(b), word);
    }

    function testFuzz_theQueueNeverBorrowsFromItsNeighbours(uint256 word, uint256 amount) external {
        word = Assets.listed(TokenClass.EXACT, 18, 0, 24).enqueue(word & ((1 << 38) - 1));
        uint256 more = bound(amount, (1 << 38) - word.queuedTicks(), type(uint128).max);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 1));
        this.enqueue(word, more);
        more = bound(amount, word.queuedTicks() + 1, type(uint128).max);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 1));
        this.dequeue(word, more);
    }

    function enqueue(uint256 word, uint256 amount) external pure returns (uint256) {
        return word.enqueue(amount);
    }

    function dequeue(uint256 word, uint256 amount) external pure returns (uint256) {
        return word.dequeue(amount);
    }

    function testFuzz_oweAndSettleChangeLiabilitiesAlone(uint256 word, uint112 amount) external pure {
        uint256 owed = word.liabilities();
        uint256 most = type(uint112).max - owed;
        uint256 more = bound(amount, 0, most);
        uint256 next = word.owe(more);
        assertEq(next.liabilities(), owed + more);
        assertEq(next >> 112, word >> 112, "other fields");
        uint256 back = next.settle(more);
        assertEq(back, word);
    }

    function testFuzz_settlingMoreThanIsOwedFails(uint256 word, uint256 amount) external {
        uint256 owed = word.liabilities();
        amount = bound(amount, owed + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 1));
        this.settle(word, amount);
    }

    function settle(uint256 word, uint256 amount) external pure returns (uint256) {
        return word.settle(amount);
    }

    function testFuzz_withClockChangesOneClock(uint256 word, bool large, uint48 value) external pure {
        value = uint48(value & Assets.MAX_CLOCK);
        uint256 next = word.withClock(large, value);
        assertEq(next.clock(large), value);
        assertEq(next.clock(!large), word.clock(!large));
        assertEq(next.liabilities(), word.liabilities());
        assertEq(next >> 232, word >> 232, "the rest");
        assertEq(next.queuedTicks(), word.queuedTicks(), "the queue");
    }

    // ---- the namespace

    /// @notice ERC-7201: the Vault's namespace is where its formula says.
    function test_theNamespaceIsTheFormulas() external pure {
        bytes32 expected =
            keccak256(abi.encode(uint256(keccak256("strongroom.storage.Vault")) - 1)) & ~bytes32(uint256(0xff));
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        bytes32 slot;
        assembly {
            slot := $.slot
        }
        assertEq(slot, expected);
    }
}
