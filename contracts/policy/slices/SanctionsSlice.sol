// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Lattice, Request, Verdict} from "../libraries/Lattice.sol";

/// @title SanctionsSlice
/// @notice Nothing is instant to or from a listed address, nor while the list is silent.
library SanctionsSlice {
    uint32 internal constant LISTED_DELAY = 30 days;

    function verdict(Request memory r) internal pure returns (Verdict memory v) {
        v.limit = Lattice.NO_LIMIT;
        if (r.listed) {
            v.reasons = Reasons.bit(Reason.LISTED);
            v.soon = LISTED_DELAY;
            v.late = LISTED_DELAY;
        }
        if (!r.screened) v.reasons |= Reasons.bit(Reason.SCREENING_DOWN);
    }
}
