// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Params} from "../../shared/Params.sol";

/// @title TierLimits
/// @notice What is in force for each tier, in one slot per tier instead of four rows for it and for each higher one.
///
/// A digest holds from when it was made to the first lapse of an overlay that it has counted in, if no row is written
/// meanwhile: so it is made anew with each write of a tier's row, and past its end the rows themselves are read. It can
/// be dear, never wrong.
///
/// Slot: [ until:40 | late:32 | soon:32 | single:64 | window:64 ].
library TierLimits {
    using Params for Params.Table;

    /// @notice Tiers are 0 (unverified) to this one.
    uint8 internal constant TOP_TIER = 3;

    uint32 internal constant MAX_DELAY = 30 days;

    uint256 private constant _SINGLE_SHIFT = 64;
    uint256 private constant _SOON_SHIFT = 128;
    uint256 private constant _LATE_SHIFT = 160;
    uint256 private constant _UNTIL_SHIFT = 192;

    /// @dev No limit, no delay, for ever: what tighter rows are met with.
    uint256 private constant _LOOSEST =
        uint256(type(uint128).max) | (uint256(type(uint40).max) << _UNTIL_SHIFT);

    struct Digests {
        mapping(uint8 tier => uint256) words;
    }

    /// @notice The tightest of the tier's own rows and all higher ones, so no tightening of a higher tier can leave a lower
    /// one better off (INV-POL-3). A tier unknown here is the bottom row.
    function inForce(Digests storage self, Params.Table storage params, uint256 tier)
        internal
        view
        returns (uint256 window, uint256 single, uint256 soon, uint256 late)
    {
        if (tier > TOP_TIER) tier = 0;
        uint256 word = self.words[uint8(tier)];
        if (block.timestamp >= word >> _UNTIL_SHIFT) {
            word = _LOOSEST;
            for (uint8 t = uint8(tier); t <= TOP_TIER; ++t) {
                word = _meet(word, params, t);
            }
        }
        (window, single) = (uint64(word), uint64(word >> _SINGLE_SHIFT));
        (soon, late) = (uint32(word >> _SOON_SHIFT), uint32(word >> _LATE_SHIFT));
    }

    /// @notice Makes all digests anew if `key` is a tier's row. To be called after each write of one.
    function refresh(Digests storage self, Params.Table storage params, bytes32 key) internal {
        uint8 kind = ParamKeys.kindOf(key);
        if (kind < ParamKeys.TIER_WINDOW || kind > ParamKeys.TIER_LATE) return;
        uint256 word = _LOOSEST;
        for (uint8 t = TOP_TIER + 1; t > 0;) {
            word = _meet(word, params, --t);
            // Effect
            self.words[t] = word;
        }
    }

    /// @dev `word` met with one tier's rows.
    function _meet(uint256 word, Params.Table storage params, uint8 tier) private view returns (uint256) {
        (uint256 window, uint256 single) = (uint64(word), uint64(word >> _SINGLE_SHIFT));
        (uint256 soon, uint256 late) = (uint32(word >> _SOON_SHIFT), uint32(word >> _LATE_SHIFT));
        uint256 until = word >> _UNTIL_SHIFT;
        uint256 value;
        (value, until) = params.inForceUntil(ParamKeys.ofTier(ParamKeys.TIER_WINDOW, tier), until);
        if (value < window) window = value;
        (value, until) = params.inForceUntil(ParamKeys.ofTier(ParamKeys.TIER_SINGLE, tier), until);
        if (value < single) single = value;
        (value, until) = params.inForceUntil(ParamKeys.ofTier(ParamKeys.TIER_SOON, tier), until);
        value = _delay(value);
        if (value > soon) soon = value;
        (value, until) = params.inForceUntil(ParamKeys.ofTier(ParamKeys.TIER_LATE, tier), until);
        value = _delay(value);
        if (value > late) late = value;
        return window | (single << _SINGLE_SHIFT) | (soon << _SOON_SHIFT) | (late << _LATE_SHIFT)
            | (until << _UNTIL_SHIFT);
    }

    /// @dev A delay that was never set is the longest one: a forgotten row must not open the queue. None is above 30 days.
    function _delay(uint256 value) private pure returns (uint256) {
        return value == 0 ? MAX_DELAY : value;
    }
}
