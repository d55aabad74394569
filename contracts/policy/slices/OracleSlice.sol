// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Lattice, Verdict} from "../libraries/Lattice.sol";

/// @title OracleSlice
/// @notice Without a price to trust nothing is instant. Releases ask no oracle, so nothing is trapped either.
library OracleSlice {
    /// @param normal Whether the price may be trusted.
    function verdict(bool normal) internal pure returns (Verdict) {
        if (normal) return Lattice.TOP;
        return Lattice.verdict(0, 0, Reasons.bit(Reason.PRICE_NOT_NORMAL), Lattice.NO_LIMIT);
    }
}
