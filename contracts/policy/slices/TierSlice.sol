// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Params} from "../../shared/Params.sol";
import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Lattice, Verdict} from "../libraries/Lattice.sol";
import {TierLimits} from "../libraries/TierLimits.sol";

/// @title TierSlice
/// @notice What the subject's tier allows: cents in one exit and in a trailing day, and the delays of what must wait.
library TierSlice {
    using TierLimits for TierLimits.Digests;

    /// @param cents What the exit is worth.
    function verdict(uint256 tier, uint256 cents, TierLimits.Digests storage tiers, Params.Table storage params)
        internal
        view
        returns (Verdict)
    {
        (uint256 window, uint256 single, uint256 soon, uint256 late) = tiers.inForce(params, tier);
        return Lattice.verdict(soon, late, cents > single ? Reasons.bit(Reason.ABOVE_SINGLE_LIMIT) : 0, window);
    }
}
