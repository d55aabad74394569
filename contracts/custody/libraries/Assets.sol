// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Units} from "../../shared/Units.sol";
import {Asset, TokenClass} from "../interfaces/IVaultTypes.sol";

/// @title Assets
/// @notice An asset's slot as one word, for the verbs that everyone pays for: read once, changed in a register, written
/// once. The fields are those of the struct `Asset`, lowest first; a test compares the two.
///
/// Slot: [ impaired:8 | freshHours:8 | tickExponent:8 | decimals:8 | class:8 | largeLane:48 | smallLane:48 |
/// liabilities:112 ].
library Assets {
    uint256 private constant _AMOUNT = (1 << 112) - 1;
    uint256 private constant _CLOCK = (1 << 48) - 1;
    uint256 private constant _SMALL_SHIFT = 112;
    uint256 private constant _LARGE_SHIFT = 160;

    function load(Asset storage asset) internal view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(asset.slot)
        }
    }

    function store(Asset storage asset, uint256 word) internal {
        assembly ("memory-safe") {
            sstore(asset.slot, word)
        }
    }

    function liabilities(uint256 word) internal pure returns (uint256) {
        return word & _AMOUNT;
    }

    /// @notice Adds to liabilities. The caller has checked the holdings cap, which is below 2^112.
    function owe(uint256 word, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return word + amount;
        }
    }

    /// @notice Takes from liabilities.
    function settle(uint256 word, uint256 amount) internal pure returns (uint256) {
        // A claim is part of the liabilities, so this holds; it keeps a broken ledger from borrowing from its neighbours.
        assert(amount <= liabilities(word));
        unchecked {
            return word - amount;
        }
    }

    /// @notice The clock of one lane, in 1/256 s.
    function clock(uint256 word, bool large) internal pure returns (uint256) {
        return (word >> (large ? _LARGE_SHIFT : _SMALL_SHIFT)) & _CLOCK;
    }

    /// @notice Sets it. `value` is below 2^48.
    function withClock(uint256 word, bool large, uint256 value) internal pure returns (uint256) {
        uint256 shift = large ? _LARGE_SHIFT : _SMALL_SHIFT;
        return (word & ~(_CLOCK << shift)) | (value << shift);
    }

    function class(uint256 word) internal pure returns (TokenClass) {
        return TokenClass(uint8(word >> 208));
    }

    function decimals(uint256 word) internal pure returns (uint256) {
        return uint8(word >> 216);
    }

    function tickExponent(uint256 word) internal pure returns (uint256) {
        return uint8(word >> 224);
    }

    /// @notice Raw units in one step of a balance's fresh buckets.
    function freshStep(uint256 word) internal pure returns (uint256) {
        return Units.freshStep(tickExponent(word));
    }

    /// @notice T in hours; at least 1 for a listed asset.
    function freshHours(uint256 word) internal pure returns (uint256) {
        return uint8(word >> 232);
    }

    /// @notice T in seconds.
    function freshPeriod(uint256 word) internal pure returns (uint256) {
        unchecked {
            return freshHours(word) * 1 hours;
        }
    }

    function impaired(uint256 word) internal pure returns (bool) {
        return word >> 240 != 0;
    }
}
