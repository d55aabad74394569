// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PaymentLimits} from "../../../contracts/payments/libraries/PaymentLimits.sol";
import {SlidingWindow} from "../../../contracts/policy/libraries/SlidingWindow.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {Params} from "../../../contracts/shared/Params.sol";
import {Direction, IParams, Param, ParamSpec} from "../../../contracts/shared/interfaces/IParams.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice What each tier may open, against a reading of the rows one by one.
contract PaymentLimitsTest is Cheats {
    using PaymentLimits for PaymentLimits.Digests;
    using Params for Params.Table;

    Params.Table private _table;
    PaymentLimits.Digests private _digests;

    function test_whatWasNeverSetIsOpenToNoneAndCountsAll() external view {
        for (uint8 tier; tier < 4; ++tier) {
            (uint256 features, uint256 volume) = _digests.inForce(_table, tier);
            assertEq(features, 0);
            assertEq(volume, 0);
        }
    }

    function test_aFeatureIsOpenToTheHighestTiers() external {
        for (uint8 open; open <= 4; ++open) {
            _row(ParamKeys.PAYMENT_TIERS, 2).base = open;
            for (uint8 tier; tier < 4; ++tier) {
                (uint256 features,) = _digests.inForce(_table, tier);
                assertEq(features, tier >= 4 - open ? 1 << 2 : 0);
            }
        }
    }

    function test_anUnknownTierIsTheLowest() external {
        _row(ParamKeys.PAYMENT_TIERS, 0).base = 3;
        for (uint8 tier; tier < 4; ++tier) _row(ParamKeys.PAYMENT_VOLUME, tier).base = 10 + tier;
        (uint256 features, uint256 volume) = _digests.inForce(_table, 4);
        assertEq(features, 0);
        assertEq(volume, 10);
        (features, volume) = _digests.inForce(_table, 255);
        assertEq(features, 0);
        assertEq(volume, 10);
    }

    function testFuzz_theLeastOfItsOwnRowAndAllHigherOnes(uint64[4] calldata values, uint8 tier) external {
        tier = uint8(bound(tier, 0, 3));
        uint256 least = SlidingWindow.MAX;
        for (uint8 t; t < 4; ++t) {
            _row(ParamKeys.PAYMENT_VOLUME, t).base = uint64(bound(values[t], 0, SlidingWindow.MAX));
            if (t >= tier && _row(ParamKeys.PAYMENT_VOLUME, t).base < least) {
                least = _row(ParamKeys.PAYMENT_VOLUME, t).base;
            }
        }
        (, uint256 volume) = _digests.inForce(_table, tier);
        assertEq(volume, least);
        _digests.refresh(_table);
        (, volume) = _digests.inForce(_table, tier);
        assertEq(volume, least);
    }

    function testFuzz_aDigestSaysWhatTheRowsSayAtAnyTime(uint64 base, uint64 tight, uint16 lapse, uint16 made, uint16 read)
        external
    {
        base = uint64(bound(base, 0, SlidingWindow.MAX));
        tight = uint64(bound(tight, 0, base));
        read = uint16(bound(read, made, type(uint16).max));
        for (uint8 t; t < 4; ++t) _row(ParamKeys.PAYMENT_VOLUME, t).base = uint64(SlidingWindow.MAX);
        _table.rows[ParamKeys.ofTier(ParamKeys.PAYMENT_VOLUME, 2)] = Param(base, tight, lapse, 1);
        vm.warp(made);
        _digests.refresh(_table);
        vm.warp(read);
        (, uint256 volume) = _digests.inForce(_table, 1);
        assertEq(volume, read < lapse ? tight : base);
        (, volume) = _digests.inForce(_table, 3);
        assertEq(volume, SlidingWindow.MAX);
    }

    function test_rowsAndTheirBounds() external {
        ParamSpec memory spec = PaymentLimits.spec(ParamKeys.ofTier(ParamKeys.PAYMENT_TIERS, 0));
        assertTrue(spec.min == 0 && spec.max == 4 && spec.direction == Direction.DOWN);
        spec = PaymentLimits.spec(ParamKeys.ofTier(ParamKeys.PAYMENT_VOLUME, 3));
        assertTrue(spec.min == 0 && spec.max == SlidingWindow.MAX && spec.direction == Direction.DOWN);
        bytes32 other = ParamKeys.global(ParamKeys.FRESH_PERIOD);
        vm.expectRevert(abi.encodeWithSelector(IParams.Params_UnknownKey.selector, other));
        this.specOf(other);
    }

    function specOf(bytes32 key) external pure returns (ParamSpec memory) {
        return PaymentLimits.spec(key);
    }

    function _row(uint8 kind, uint8 argument) private view returns (Param storage) {
        return _table.rows[ParamKeys.ofTier(kind, argument)];
    }
}
