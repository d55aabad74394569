// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Facts} from "../interfaces/IExitPolicy.sol";
import {Verdict} from "../libraries/Lattice.sol";

/// @title OwnCapSlice
/// @notice The limit that a subject put on itself.
library OwnCapSlice {
    function verdict(Facts calldata f) internal pure returns (Verdict memory v) {
        v.limit = f.cap;
    }
}
