// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SlidingWindow} from "../../policy/libraries/SlidingWindow.sol";
import {TierLimits} from "../../policy/libraries/TierLimits.sol";
import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Params} from "../../shared/Params.sol";
import {Direction, IParams, ParamSpec} from "../../shared/interfaces/IParams.sol";
import {Feature} from "../interfaces/IPaymentRules.sol";

/// @title PaymentLimits
/// @notice What new positions each tier may open, in one slot per tier, as `TierLimits` keeps what exits it may make: made
/// anew with each write, read until the first lapse of an overlay that it has counted in, and from the rows after that.
///
/// Slot: [ until:40 | features:16 | volume:64 ].
library PaymentLimits {
    using Params for Params.Table;

    uint8 internal constant FEATURES = uint8(type(Feature).max) + 1;
    uint8 internal constant TIERS = TierLimits.TOP_TIER + 1;

    uint256 private constant _FEATURES_SHIFT = 64;
    uint256 private constant _UNTIL_SHIFT = 80;

    struct Digests {
        mapping(uint8 tier => uint256) words;
    }

    /// @notice The payments' rows of the parameter table.
    function spec(bytes32 key) internal pure returns (ParamSpec memory) {
        uint8 kind = ParamKeys.kindOf(key);
        if (kind == ParamKeys.PAYMENT_TIERS) return ParamSpec(0, TIERS, Direction.DOWN);
        if (kind == ParamKeys.PAYMENT_VOLUME) return ParamSpec(0, uint64(SlidingWindow.MAX), Direction.DOWN);
        revert IParams.Params_UnknownKey(key);
    }

    /// @notice What is in force for `tier`; one unknown here is the bottom row.
    /// @return features Bit i: `Feature(i)` is open.
    /// @return volume Cents in any trailing day.
    function inForce(Digests storage self, Params.Table storage params, uint8 tier)
        internal
        view
        returns (uint256 features, uint256 volume)
    {
        if (tier > TierLimits.TOP_TIER) tier = 0;
        uint256 word = self.words[tier];
        if (block.timestamp >= word >> _UNTIL_SHIFT) word = _digest(params, tier);
        return (uint16(word >> _FEATURES_SHIFT), uint64(word));
    }

    /// @notice Makes all digests anew. To be called after each write of a row.
    function refresh(Digests storage self, Params.Table storage params) internal {
        for (uint8 tier; tier < TIERS; ++tier) {
            // Effect
            self.words[tier] = _digest(params, tier);
        }
    }

    function _digest(Params.Table storage params, uint8 tier) private view returns (uint256) {
        uint256 volume = SlidingWindow.MAX;
        uint256 until = type(uint40).max;
        uint256 features;
        uint256 value;
        for (uint8 t = tier; t < TIERS; ++t) {
            (value, until) = params.inForceUntil(ParamKeys.ofTier(ParamKeys.PAYMENT_VOLUME, t), until);
            if (value < volume) volume = value;
        }
        for (uint8 f; f < FEATURES; ++f) {
            (value, until) = params.inForceUntil(ParamKeys.ofTier(ParamKeys.PAYMENT_TIERS, f), until);
            // Open to the highest `value` tiers.
            if (tier + value >= TIERS) features |= 1 << f;
        }
        return volume | (features << _FEATURES_SHIFT) | (until << _UNTIL_SHIFT);
    }
}
