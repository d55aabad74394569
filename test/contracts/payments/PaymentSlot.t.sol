// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Payment} from "../../../contracts/payments/interfaces/IPayments.sol";
import {PaymentSlot} from "../../../contracts/payments/libraries/PaymentSlot.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice INV-PAY-1: a payment's fields stand apart in its slot.
contract PaymentSlotTest is Cheats {
    using PaymentSlot for uint256;

    function test_theLayoutIsWhatTheEventsSay() external pure {
        uint256 slot = (uint256(0xF) << 224) | (uint256(7) << 112) | 9;
        assertEq(slot.paid(), 9);
        assertEq(slot.refunded(), 7);
        Payment memory p = slot.unpacked();
        assertTrue(p.paid == 9 && p.refunded == 7 && p.created && p.latched && p.closed);
        assertEq(PaymentSlot.CREATED, 1 << 224);
        assertEq(PaymentSlot.LATCHED, 1 << 225);
        assertEq(PaymentSlot.CLOSED, 1 << 226);
    }

    function test_openIsCreatedAndNotClosed() external pure {
        assertFalse(uint256(0).open());
        assertTrue(PaymentSlot.CREATED.open());
        assertTrue((PaymentSlot.CREATED | PaymentSlot.LATCHED | 5).open());
        assertFalse((PaymentSlot.CREATED | PaymentSlot.CLOSED).open());
        assertFalse((PaymentSlot.LATCHED | 5).open());
    }

    function testFuzz_payingAndRefundingTouchNothingElse(uint112 paid, uint112 more, uint112 back, uint8 flags)
        external
        pure
    {
        more = uint112(bound(more, 0, type(uint112).max - paid));
        back = uint112(bound(back, 0, uint256(paid) + more));
        uint256 kept = (uint256(flags & 7) << 224);
        uint256 slot = (kept | paid).withPaid(more);
        assertEq(slot, kept | (uint256(paid) + more));
        uint256 next = slot.withRefunded(back);
        assertEq(next.refunded(), back);
        assertEq(next.paid(), slot.paid());
        assertEq(next >> 224, slot >> 224);
        assertEq(next.latched(), flags & 2 != 0);
    }
}
