// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Margin} from "../../../contracts/payments/interfaces/INetting.sol";
import {MarginSlot} from "../../../contracts/payments/libraries/MarginSlot.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice INV-PAY-4: a party's fields stand apart in its slot.
contract MarginSlotTest is Cheats {
    using MarginSlot for uint256;

    function test_aNewPartyHasNoCap() external pure {
        Margin memory m = uint256(0).unpacked();
        assertTrue(m.balance == 0 && m.cap == type(uint112).max && m.nonce == 0);
    }

    function test_theLayoutIsWhatTheEventsSay() external pure {
        uint256 slot = uint256(0).withBalance(9).withCap(7).withNextNonce().withNextNonce();
        assertEq(slot, (uint256(2) << 224) | (uint256(type(uint112).max - 7) << 112) | 9);
        Margin memory m = slot.unpacked();
        assertTrue(m.balance == 9 && m.cap == 7 && m.nonce == 2);
    }

    function testFuzz_fieldsStandApart(uint256 slot, uint112 balance, uint112 cap) external pure {
        slot &= type(uint256).max >> 1;
        uint256 next = slot.withBalance(balance).withCap(cap).withNextNonce();
        assertEq(next.balance(), balance);
        assertEq(next.cap(), cap);
        assertEq(next.nonce(), uint256(slot.nonce()) + 1);
    }

    function test_noncesDontWrap() external {
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        this.afterOneMore(uint256(type(uint32).max) << 224);
    }

    function afterOneMore(uint256 slot) external pure returns (uint256) {
        return slot.withNextNonce();
    }
}
