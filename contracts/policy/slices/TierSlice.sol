// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Params} from "../../shared/Params.sol";
import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Facts} from "../interfaces/IExitPolicy.sol";
import {Lattice, Request, Verdict} from "../libraries/Lattice.sol";

/// @title TierSlice
/// @notice What the subject's tier allows: cents in one exit and in a trailing day, and the delays of what must wait.
library TierSlice {
    using Params for Params.Table;

    /// @notice Tiers are 0 (unverified) to this one.
    uint8 internal constant TOP_TIER = 3;

    uint32 internal constant MAX_DELAY = 30 days;

    /// @dev In force for a tier is the tightest of its own row and all higher ones, so no tightening of a higher tier can
    /// leave a lower one better off (INV-POL-3). A tier unknown here is the bottom row.
    function verdict(Facts calldata f, Request memory r, Params.Table storage params)
        internal
        view
        returns (Verdict memory v)
    {
        uint8 tier = f.tier > TOP_TIER ? 0 : f.tier;
        uint64 single = Lattice.NO_LIMIT;
        v.limit = Lattice.NO_LIMIT;
        for (uint8 t = tier; t <= TOP_TIER; ++t) {
            uint64 window = params.inForce(ParamKeys.ofTier(ParamKeys.TIER_WINDOW, t));
            uint64 one = params.inForce(ParamKeys.ofTier(ParamKeys.TIER_SINGLE, t));
            uint32 soon = _delay(params, ParamKeys.ofTier(ParamKeys.TIER_SOON, t));
            uint32 late = _delay(params, ParamKeys.ofTier(ParamKeys.TIER_LATE, t));
            if (window < v.limit) v.limit = window;
            if (one < single) single = one;
            if (soon > v.soon) v.soon = soon;
            if (late > v.late) v.late = late;
        }
        if (r.cents > single) v.reasons = Reasons.bit(Reason.ABOVE_SINGLE_LIMIT);
    }

    /// @dev A delay that was never set is the longest one: a forgotten row must not open the queue. None is above 30 days.
    function _delay(Params.Table storage params, bytes32 key) private view returns (uint32) {
        uint64 delay = params.inForce(key);
        return delay == 0 ? MAX_DELAY : uint32(delay);
    }
}
