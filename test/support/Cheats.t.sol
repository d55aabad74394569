// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Cheats} from "./Cheats.sol";

/// @notice Assertions that can't fail would make every other test worthless.
contract CheatsTest is Cheats {
    function eq(uint256 left, uint256 right) external pure {
        assertEq(left, right);
    }

    function boundOf(uint256 value, uint256 low, uint256 high) external pure returns (uint256) {
        return bound(value, low, high);
    }

    function test_failedAssertionReverts() external {
        vm.expectRevert(abi.encodeWithSelector(AssertEqFailed.selector, 1, 2, ""));
        this.eq(1, 2);
    }

    function testFuzz_boundStaysInside(uint256 value, uint256 low, uint256 high) external pure {
        if (low > high) (low, high) = (high, low);
        uint256 got = bound(value, low, high);
        assertTrue(got >= low && got <= high);
    }

    function test_boundRefusesAnEmptyRange() external {
        vm.expectRevert(abi.encodeWithSelector(EmptyRange.selector, 2, 1));
        this.boundOf(0, 2, 1);
    }

    function test_warpAndPrank() external {
        vm.warp(1_700_000_000);
        assertEq(block.timestamp, 1_700_000_000);
        vm.prank(address(0xBEEF));
        assertEq(this.sender(), address(0xBEEF));
    }

    function sender() external view returns (address) {
        return msg.sender;
    }
}
