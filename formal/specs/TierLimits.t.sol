// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TierLimits} from "../../contracts/policy/libraries/TierLimits.sol";
import {ParamKeys} from "../../contracts/shared/ParamKeys.sol";
import {Params} from "../../contracts/shared/Params.sol";
import {Param} from "../../contracts/shared/interfaces/IParams.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-POL-3: a higher tier is never tighter, whatever the rows hold; and a digest never says anything else than the
/// rows do. One kind of row at a time is any: the four never meet in the code.
contract TierLimitsSpec is Spec {
    using TierLimits for TierLimits.Digests;

    Params.Table private _table;
    TierLimits.Digests private _digests;

    /// @notice Read from the rows, without overlays: tier by tier, all four kinds of row, values below 2^8.
    function check_INV_POL_3_higherIsNeverTighter(uint8 kind, uint8[4] calldata values, uint8 lower) external {
        vm.assume(kind >= ParamKeys.TIER_WINDOW && kind <= ParamKeys.TIER_LATE && lower < 3);
        if (kind == ParamKeys.TIER_WINDOW) _monotone(ParamKeys.TIER_WINDOW, values, lower);
        else if (kind == ParamKeys.TIER_SINGLE) _monotone(ParamKeys.TIER_SINGLE, values, lower);
        else if (kind == ParamKeys.TIER_SOON) _monotone(ParamKeys.TIER_SOON, values, lower);
        else _monotone(ParamKeys.TIER_LATE, values, lower);
    }

    function _monotone(uint8 kind, uint8[4] calldata values, uint8 lower) private {
        bool delay = kind >= ParamKeys.TIER_SOON;
        for (uint8 t; t < 4; ++t) {
            // A delay that is set is not zero.
            _table.rows[ParamKeys.ofTier(kind, t)].base = delay ? 1 + uint64(values[t]) : values[t];
        }
        for (uint8 t; t < 3; ++t) {
            if (t == lower) _compare(t);
        }
    }

    function _compare(uint8 tier) private view {
        (uint256 window, uint256 single, uint256 soon, uint256 late) = _digests.inForce(_table, tier);
        (uint256 window2, uint256 single2, uint256 soon2, uint256 late2) = _digests.inForce(_table, tier + 1);
        assert(window <= window2 && single <= single2);
        assert(soon >= soon2 && late >= late2);
    }

    /// @notice A digest made at any time, read at any later one, with an overlay on one of its rows: it says what the rows say.
    /// Values below 2^8.
    function check_INV_POL_3_aDigestNeverDiffers(
        uint8[2] calldata values,
        uint40 until,
        bool top,
        uint8 other,
        uint40 time,
        uint40 later
    ) external {
        vm.assume(time <= later);
        Param memory row = Param(values[0], values[1], until, 1);
        bytes32 key = ParamKeys.ofTier(ParamKeys.TIER_WINDOW, 3);
        bytes32 lower = ParamKeys.ofTier(ParamKeys.TIER_WINDOW, 2);
        _table.rows[top ? key : lower] = row;
        _table.rows[top ? lower : key].base = other;
        vm.warp(time);
        _digests.refresh(_table, key);
        vm.warp(later);
        (uint256 window,,,) = _digests.inForce(_table, 2);
        uint64 overlaid = later < row.until ? row.tight : row.base;
        assert(window == _min(overlaid, other));
    }
}
