// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Lattice, Verdict} from "../libraries/Lattice.sol";

/// @title FreshnessSlice
/// @notice Value that was credited less than T ago doesn't leave within T, endorsed or not (INV-POL-6). So a stolen balance
/// gains nothing by passing through other accounts.
library FreshnessSlice {
    /// @param amount Raw units.
    /// @param seasoned Raw units of the balance that are no longer fresh.
    /// @param freshPeriod T in seconds.
    function verdict(uint256 amount, uint256 seasoned, uint256 freshPeriod) internal pure returns (Verdict) {
        if (amount <= seasoned) return Lattice.TOP;
        return Lattice.verdict(freshPeriod, freshPeriod, Reasons.bit(Reason.FRESH), Lattice.NO_LIMIT);
    }
}
