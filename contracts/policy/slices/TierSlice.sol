// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Params} from "../../shared/Params.sol";
import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Request, Verdict} from "../libraries/Lattice.sol";
import {TierLimits} from "../libraries/TierLimits.sol";

/// @title TierSlice
/// @notice What the subject's tier allows: cents in one exit and in a trailing day, and the delays of what must wait.
library TierSlice {
    using TierLimits for TierLimits.Digests;

    function verdict(Request memory r, TierLimits.Digests storage tiers, Params.Table storage params)
        internal
        view
        returns (Verdict memory v)
    {
        uint64 single;
        (v.limit, single, v.soon, v.late) = tiers.inForce(params, r.facts.tier);
        if (r.cents > single) v.reasons = Reasons.bit(Reason.ABOVE_SINGLE_LIMIT);
    }
}
