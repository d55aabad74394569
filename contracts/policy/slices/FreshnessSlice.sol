// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Facts} from "../interfaces/IExitPolicy.sol";
import {Lattice, Verdict} from "../libraries/Lattice.sol";

/// @title FreshnessSlice
/// @notice Value that was credited less than T ago doesn't leave within T, endorsed or not (INV-POL-6). So a stolen balance
/// gains nothing by passing through other accounts.
library FreshnessSlice {
    function verdict(Facts calldata f) internal pure returns (Verdict memory v) {
        v.limit = Lattice.NO_LIMIT;
        if (f.amount > f.seasoned) {
            v.reasons = Reasons.bit(Reason.FRESH);
            v.soon = f.freshPeriod;
            v.late = f.freshPeriod;
        }
    }
}
