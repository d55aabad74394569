// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetId, AssetIds} from "../../../contracts/shared/AssetId.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {Reason, Reasons} from "../../../contracts/shared/Reasons.sol";
import {WindowKeys} from "../../../contracts/shared/WindowKeys.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice Keys of parameters, keys of windows, bits of reasons: no two meet.
contract KeysTest is Cheats {
    // ---- parameters

    function testFuzz_aGlobalKeyIsItsKindAlone(uint8 kind) external pure {
        assertEq(ParamKeys.global(kind), bytes32(uint256(kind) * 2 ** 248));
        assertEq(ParamKeys.kindOf(ParamKeys.global(kind)), kind);
        assertEq(ParamKeys.argumentOf(ParamKeys.global(kind)), 0);
    }

    function testFuzz_aTierKeyGivesBothBack(uint8 kind, uint8 tier) external pure {
        bytes32 key = ParamKeys.ofTier(kind, tier);
        assertEq(ParamKeys.kindOf(key), kind);
        assertEq(ParamKeys.argumentOf(key), tier);
    }

    function testFuzz_anAssetKeyDropsTheClassByteOnly(uint8 kind, uint256 raw) external pure {
        bytes32 key = ParamKeys.ofAsset(kind, AssetId.wrap(raw));
        assertEq(ParamKeys.kindOf(key), kind);
        assertEq(ParamKeys.argumentOf(key), raw % 2 ** 248);
    }

    /// @notice Two ids that this chain's listing accepts never share a key, though the class byte is gone: the native one's
    /// rest is zero, a token's is not.
    function testFuzz_keysOfListableAssetsDiffer(address a, address b) external pure {
        vm.assume(a != b && a != address(0) && b != address(0));
        uint8 kind = ParamKeys.HOLDINGS_CAP;
        bytes32 native = ParamKeys.ofAsset(kind, AssetIds.native());
        bytes32 first = ParamKeys.ofAsset(kind, AssetIds.erc20(a));
        assertTrue(first != native);
        assertTrue(first != ParamKeys.ofAsset(kind, AssetIds.erc20(b)));
    }

    function test_kindsDiffer() external pure {
        uint8[17] memory kinds = [
            ParamKeys.FRESH_PERIOD,
            ParamKeys.HOLDINGS_CAP,
            ParamKeys.SMALL_LANE_RATE,
            ParamKeys.LARGE_LANE_RATE,
            ParamKeys.HOT_COVER,
            ParamKeys.HOT_MIN,
            ParamKeys.HOT_MAX,
            ParamKeys.WIND_DOWN_AFTER,
            ParamKeys.TIER_WINDOW,
            ParamKeys.TIER_SINGLE,
            ParamKeys.TIER_SOON,
            ParamKeys.TIER_LATE,
            ParamKeys.ASSET_BREAKER,
            ParamKeys.UNVERIFIED_POOL,
            ParamKeys.ATTESTOR_LIFTS,
            ParamKeys.REFILL_DELAY,
            ParamKeys.KEEP
        ];
        uint256 seen;
        for (uint256 i; i < kinds.length; ++i) {
            assertEq(seen & (1 << kinds[i]), 0, "twice");
            seen |= 1 << kinds[i];
        }
    }

    /// @notice Keys are written into tables that outlive a release: a kind that changes reads another's row.
    function test_kindsAreForEver() external pure {
        assertEq(ParamKeys.FRESH_PERIOD, 1);
        assertEq(ParamKeys.HOLDINGS_CAP, 2);
        assertEq(ParamKeys.SMALL_LANE_RATE, 3);
        assertEq(ParamKeys.LARGE_LANE_RATE, 4);
        assertEq(ParamKeys.HOT_COVER, 5);
        assertEq(ParamKeys.HOT_MIN, 6);
        assertEq(ParamKeys.HOT_MAX, 7);
        assertEq(ParamKeys.WIND_DOWN_AFTER, 8);
        assertEq(ParamKeys.TIER_WINDOW, 16);
        assertEq(ParamKeys.TIER_SINGLE, 17);
        assertEq(ParamKeys.TIER_SOON, 18);
        assertEq(ParamKeys.TIER_LATE, 19);
        assertEq(ParamKeys.ASSET_BREAKER, 20);
        assertEq(ParamKeys.UNVERIFIED_POOL, 21);
        assertEq(ParamKeys.ATTESTOR_LIFTS, 32);
        assertEq(ParamKeys.REFILL_DELAY, 48);
        assertEq(ParamKeys.KEEP, 49);
    }

    // ---- windows

    function testFuzz_windowsOfDifferentThingsDiffer(address account, address token) external pure {
        vm.assume(token != address(0));
        bytes32[5] memory keys = [
            WindowKeys.POOL,
            WindowKeys.subject(account),
            WindowKeys.hold(account),
            WindowKeys.asset(AssetIds.native()),
            WindowKeys.asset(AssetIds.erc20(token))
        ];
        for (uint256 i; i < keys.length; ++i) {
            for (uint256 j; j < i; ++j) {
                assertTrue(keys[i] != keys[j], "same key");
            }
        }
    }

    function testFuzz_windowKeysKeepTheirArgument(address a, address b) external pure {
        assertEq(WindowKeys.subject(a) == WindowKeys.subject(b), a == b);
        assertEq(WindowKeys.hold(a) == WindowKeys.hold(b), a == b);
        assertEq(WindowKeys.asset(AssetIds.erc20(a)) == WindowKeys.asset(AssetIds.erc20(b)), a == b);
    }

    function test_windowKeysByHand() external pure {
        assertEq(WindowKeys.subject(address(0xbeef)), bytes32(uint256(0xbeef)));
        assertEq(WindowKeys.hold(address(0)), bytes32(uint256(0xfe) * 2 ** 248));
        assertEq(WindowKeys.POOL, bytes32(uint256(0xff) * 2 ** 248));
    }

    // ---- reasons

    function test_eachReasonHasItsOwnBit() external pure {
        uint256 all;
        for (uint8 i; i <= uint8(type(Reason).max); ++i) {
            uint256 bit = Reasons.bit(Reason(i));
            assertEq(bit, 2 ** i);
            assertFalse(Reasons.has(all, Reason(i)), "already there");
            all |= bit;
            assertTrue(Reasons.has(all, Reason(i)), "not there");
        }
        assertEq(all, 2 ** (uint256(uint8(type(Reason).max)) + 1) - 1);
    }

    /// @notice The charges' reasons stand in the order of the charges: the Vault shifts by their index.
    function test_theThreeLimitReasonsAreNeighbours() external pure {
        assertEq(Reasons.bit(Reason.ASSET_LIMIT), Reasons.bit(Reason.SUBJECT_LIMIT) << 1);
        assertEq(Reasons.bit(Reason.POOL_LIMIT), Reasons.bit(Reason.SUBJECT_LIMIT) << 2);
    }

    function testFuzz_hasReadsOneBit(uint256 reasons, uint8 which) external pure {
        Reason reason = Reason(which % (uint8(type(Reason).max) + 1));
        assertEq(Reasons.has(reasons, reason), (reasons / 2 ** uint8(reason)) % 2 == 1);
    }
}
