// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MarginSlot} from "../../contracts/payments/libraries/MarginSlot.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-PAY-4, as far as a party's slot is concerned: its three fields stand apart, whatever it holds.
contract MarginSlotSpec is Spec {
    using MarginSlot for uint256;

    /// @notice What is written is what is read, and nothing else changes; a nonce rises by one.
    function check_INV_PAY_4_marginFieldsStandApart(uint256 slot, uint112 balance, uint112 cap) external pure {
        uint256 next = slot.withBalance(balance);
        assert(next.balance() == balance && next.cap() == slot.cap() && next.nonce() == slot.nonce());
        next = slot.withCap(cap);
        assert(next.cap() == cap && next.balance() == slot.balance() && next.nonce() == slot.nonce());
        vm.assume(slot.nonce() != type(uint32).max);
        next = slot.withNextNonce();
        assert(next.nonce() == slot.nonce() + 1 && next.balance() == slot.balance() && next.cap() == slot.cap());
    }

    /// @notice A new party has nothing, no cap, and has been in no cycle.
    function check_INV_PAY_4_aNewPartyHasNoCap(uint256 slot) external pure {
        vm.assume(slot == 0);
        assert(slot.balance() == 0 && slot.cap() == type(uint112).max && slot.nonce() == 0);
    }
}
