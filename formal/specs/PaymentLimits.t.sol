// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PaymentLimits} from "../../contracts/payments/libraries/PaymentLimits.sol";
import {ParamKeys} from "../../contracts/shared/ParamKeys.sol";
import {Params} from "../../contracts/shared/Params.sol";
import {Param} from "../../contracts/shared/interfaces/IParams.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-POL-3 for new payments: a higher tier is never tighter, whatever the rows hold; and a digest never says anything
/// else than the rows do.
contract PaymentLimitsSpec is Spec {
    using PaymentLimits for PaymentLimits.Digests;

    Params.Table private _table;
    PaymentLimits.Digests private _digests;

    /// @notice Volumes, read from rows without overlays, values below 2^8.
    function check_INV_POL_3_volumesNeverFall(uint8[4] calldata values, uint8 lower) external {
        vm.assume(lower < 3);
        for (uint8 t; t < 4; ++t) {
            _table.rows[ParamKeys.ofTier(ParamKeys.PAYMENT_VOLUME, t)].base = values[t];
        }
        for (uint8 t; t < 3; ++t) {
            if (t != lower) continue;
            (, uint256 volume) = _digests.inForce(_table, t);
            (, uint256 higher) = _digests.inForce(_table, t + 1);
            assert(volume <= higher && volume <= values[t]);
        }
    }

    /// @notice Features: one is open to exactly the highest tiers that its row says; a row never set opens it to none.
    function check_INV_POL_3_featuresNeverClose(uint8 feature, uint8 tiers, uint8 lower) external {
        vm.assume(lower < 4 && tiers <= 4 && feature < PaymentLimits.FEATURES);
        for (uint8 f; f < PaymentLimits.FEATURES; ++f) {
            if (f == feature) _opens(f, tiers, lower);
        }
    }

    function _opens(uint8 feature, uint8 tiers, uint8 lower) private {
        _table.rows[ParamKeys.ofTier(ParamKeys.PAYMENT_TIERS, feature)].base = tiers;
        for (uint8 t; t < 4; ++t) {
            if (t != lower) continue;
            (uint256 features,) = _digests.inForce(_table, t);
            assert(features == (t + tiers >= 4 ? 1 << feature : 0));
        }
    }

    /// @notice A digest made at any time, read at any later one, with an overlay on one of its rows: it says what the rows say.
    /// Volumes below 2^8, one feature.
    function check_INV_POL_3_aPaymentDigestNeverDiffers(
        uint8[2] calldata values,
        uint40 until,
        bool feature,
        uint40 time,
        uint40 later
    ) external {
        vm.assume(time <= later && values[0] <= 4 && values[1] <= 4);
        bytes32 key = ParamKeys.ofTier(feature ? ParamKeys.PAYMENT_TIERS : ParamKeys.PAYMENT_VOLUME, feature ? 0 : 3);
        _table.rows[key] = Param(values[0], values[1], until, 1);
        vm.warp(time);
        _digests.refresh(_table);
        vm.warp(later);
        (uint256 features, uint256 volume) = _digests.inForce(_table, 3);
        uint64 overlaid = later < until ? values[1] : values[0];
        if (feature) assert(features == (overlaid != 0 ? 1 : 0));
        else assert(volume == overlaid);
    }
}
