// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Units} from "../../shared/Units.sol";
import {Open, Phase} from "../interfaces/IVaultTypes.sol";

/// @title Opens
/// @notice An open exit's slot as one word, for release and cancel. The fields are those of the struct `Open`, lowest
/// first; a test compares the two.
///
/// Slot: [ prior:48 | slot:48 | large:8 | phase:8 ].
library Opens {
    /// @notice Queued, without a slot.
    uint256 internal constant OPEN = uint256(Phase.OPEN);

    uint256 private constant _PHASE = type(uint8).max;
    uint256 private constant _LARGE_SHIFT = 8;
    uint256 private constant _SLOT_SHIFT = 16;
    uint256 private constant _PRIOR_SHIFT = 64;

    function load(Open storage open) internal view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(open.slot)
        }
    }

    function store(Open storage open, uint256 word) internal {
        assembly ("memory-safe") {
            sstore(open.slot, word)
        }
    }

    function phase(uint256 word) internal pure returns (Phase) {
        return Phase(uint8(word));
    }

    /// @notice Which lane its slot is in.
    function large(uint256 word) internal pure returns (bool) {
        return uint8(word >> _LARGE_SHIFT) != 0;
    }

    /// @notice From when it may be paid, in 1/256 s since 1970; 0 = no slot taken yet.
    function slot(uint256 word) internal pure returns (uint256) {
        return uint48(word >> _SLOT_SHIFT);
    }

    /// @notice What the lane's clock was before.
    function prior(uint256 word) internal pure returns (uint256) {
        return word >> _PRIOR_SHIFT;
    }

    /// @notice With a slot taken. Clocks are below 2^48.
    function withSlot(uint256 word, bool large_, uint256 slot_, uint256 prior_) internal pure returns (uint256) {
        return (word & _PHASE) | (large_ ? 1 << _LARGE_SHIFT : 0) | (slot_ << _SLOT_SHIFT) | (prior_ << _PRIOR_SHIFT);
    }

    /// @notice Whether a taken slot has come.
    function isDue(uint256 word) internal view returns (bool) {
        unchecked {
            return block.timestamp * Units.LANE_ONE >= slot(word);
        }
    }
}
