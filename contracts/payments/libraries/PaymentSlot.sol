// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Payment} from "../interfaces/IPayments.sol";

/// @title PaymentSlot
/// @notice A payment's state in one slot: what was paid, what of it was refunded, and three flags. It never becomes zero again,
/// so that no id is used twice.
///
/// Slot: [ 0:29 | closed:1 | latched:1 | created:1 | refunded:112 | paid:112 ].
library PaymentSlot {
    uint256 internal constant CREATED = 1 << 224;
    uint256 internal constant LATCHED = 1 << 225;
    uint256 internal constant CLOSED = 1 << 226;

    uint256 private constant _REFUNDED_SHIFT = 112;

    function paid(uint256 slot) internal pure returns (uint112) {
        return uint112(slot);
    }

    function refunded(uint256 slot) internal pure returns (uint112) {
        return uint112(slot >> _REFUNDED_SHIFT);
    }

    function latched(uint256 slot) internal pure returns (bool) {
        return slot & LATCHED != 0;
    }

    /// @notice Created and not closed.
    function open(uint256 slot) internal pure returns (bool) {
        return slot & (CREATED | CLOSED) == CREATED;
    }

    /// @notice With `amount` more paid. The caller has checked that the sum is at most what was funded, a number of 112 bits.
    function withPaid(uint256 slot, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return slot + amount;
        }
    }

    /// @notice With `amount` more refunded. The caller has checked that the sum is at most what was paid.
    function withRefunded(uint256 slot, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return slot + (amount << _REFUNDED_SHIFT);
        }
    }

    function unpacked(uint256 slot) internal pure returns (Payment memory) {
        return Payment({
            paid: paid(slot),
            refunded: refunded(slot),
            created: slot & CREATED != 0,
            latched: latched(slot),
            closed: slot & CLOSED != 0
        });
    }
}
