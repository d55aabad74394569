// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Margin} from "../interfaces/INetting.sol";

/// @title MarginSlot
/// @notice A party's margin in one slot. The cap is kept as what it takes from the largest one, so that a new party has none.
///
/// Slot: [ nonce:32 | max uint112 - cap:112 | balance:112 ].
library MarginSlot {
    uint256 internal constant MAX = type(uint112).max;

    uint256 private constant _CAP_SHIFT = 112;
    uint256 private constant _NONCE_SHIFT = 224;

    function balance(uint256 slot) internal pure returns (uint112) {
        return uint112(slot);
    }

    function cap(uint256 slot) internal pure returns (uint112) {
        return uint112(~(slot >> _CAP_SHIFT));
    }

    function nonce(uint256 slot) internal pure returns (uint32) {
        return uint32(slot >> _NONCE_SHIFT);
    }

    /// @param to At most `MAX`.
    function withBalance(uint256 slot, uint256 to) internal pure returns (uint256) {
        return (slot & ~MAX) | to;
    }

    function withCap(uint256 slot, uint112 to) internal pure returns (uint256) {
        return (slot & ~(MAX << _CAP_SHIFT)) | (uint256(~to) << _CAP_SHIFT);
    }

    /// @notice With the next nonce. Four thousand million cycles.
    function withNextNonce(uint256 slot) internal pure returns (uint256) {
        return slot + (1 << _NONCE_SHIFT);
    }

    function unpacked(uint256 slot) internal pure returns (Margin memory) {
        return Margin({balance: balance(slot), cap: cap(slot), nonce: nonce(slot)});
    }
}
