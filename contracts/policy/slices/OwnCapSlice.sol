// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Request, Verdict} from "../libraries/Lattice.sol";

/// @title OwnCapSlice
/// @notice The limit that a subject put on itself.
library OwnCapSlice {
    function verdict(Request memory r) internal pure returns (Verdict memory v) {
        v.limit = r.facts.cap;
    }
}
