// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Lattice, Request, Verdict} from "../libraries/Lattice.sol";

/// @title DestinationSlice
/// @notice Instant exits go only to recipients that the subject named long enough ago, from accounts that weren't moved
/// between subjects lately.
library DestinationSlice {
    function verdict(Request memory r) internal view returns (Verdict memory v) {
        v.limit = Lattice.NO_LIMIT;
        if (r.facts.usableFrom == 0) v.reasons = Reasons.bit(Reason.NEW_DESTINATION);
        else if (block.timestamp < r.facts.usableFrom) v.reasons = Reasons.bit(Reason.DESTINATION_WAITING);
        if (block.timestamp < r.facts.instantFrom) v.reasons |= Reasons.bit(Reason.MOVED);
        if (v.reasons != 0) v.late = r.facts.freshPeriod;
    }
}
