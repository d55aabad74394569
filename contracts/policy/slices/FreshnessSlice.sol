// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Lattice, Request, Verdict} from "../libraries/Lattice.sol";

/// @title FreshnessSlice
/// @notice Value that was credited less than T ago doesn't leave within T, endorsed or not (INV-POL-6). So a stolen balance
/// gains nothing by passing through other accounts.
library FreshnessSlice {
    function verdict(Request memory r) internal pure returns (Verdict memory v) {
        v.limit = Lattice.NO_LIMIT;
        if (r.facts.amount > r.facts.seasoned) {
            v.reasons = Reasons.bit(Reason.FRESH);
            v.soon = r.facts.freshPeriod;
            v.late = r.facts.freshPeriod;
        }
    }
}
