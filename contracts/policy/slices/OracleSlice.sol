// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Lattice, Request, Verdict} from "../libraries/Lattice.sol";

/// @title OracleSlice
/// @notice Without a price to trust nothing is instant. Releases ask no oracle, so nothing is trapped either.
library OracleSlice {
    function verdict(Request memory r) internal pure returns (Verdict memory v) {
        v.limit = Lattice.NO_LIMIT;
        if (!r.normal) v.reasons = Reasons.bit(Reason.PRICE_NOT_NORMAL);
    }
}
