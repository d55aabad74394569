// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Lattice, Verdict} from "../libraries/Lattice.sol";

/// @title OwnCapSlice
/// @notice The limit that a subject put on itself.
library OwnCapSlice {
    /// @param cap Cents per trailing day; max uint40 = none.
    function verdict(uint256 cap) internal pure returns (Verdict) {
        return Lattice.verdict(0, 0, 0, cap);
    }
}
