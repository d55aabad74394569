// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GatewayHandler as Base} from "./support/GatewayHandler.sol";
import {Group} from "./support/Group.sol";

/// @notice Stands here because the runner fuzzes contracts of test files only.
contract GatewayHandler is Base {}

/// @notice The gateway group: nothing is minted that wasn't attested, nothing ends twice, and nothing is trapped.
contract GatewayInvariants is Group {
    function setUp() external {
        handler = address(new GatewayHandler());
    }

    /// @notice INV-GW-1: supply = attested and credited − settled, under its cap; claims and payouts are covered by it.
    function invariant_INV_GW_1_mintedIsAttested() external view {
        _kept("INV-GW-1");
    }

    /// @notice INV-GW-2: one token for an attempt, one end for a payout, a refund only of what is void, and all that the
    /// gateway holds is open payouts.
    function invariant_INV_GW_2_oneEndForEachPayout() external view {
        _kept("INV-GW-2");
        _kept("INV-GW-2 at the worst");
    }

    /// @notice A seeded sequence that reaches the preconditions of both.
    function test_INV_GW_everythingIsReached() external {
        _drive(900, 6);
        bytes32[] memory ids = new bytes32[](3);
        (ids[0], ids[1], ids[2]) = ("INV-GW-1", "INV-GW-2", "INV-GW-2 at the worst");
        _report(ids);
    }

    function _checkAll() internal view override {
        _kept("INV-GW-1");
        _kept("INV-GW-2");
        _kept("INV-GW-2 at the worst");
    }
}
