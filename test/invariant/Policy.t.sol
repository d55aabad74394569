// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "hardhat/console.sol";
import {Reason} from "../../contracts/shared/Reasons.sol";
import {Group} from "./support/Group.sol";
import {Handler} from "./support/Handler.sol";

/// @notice Stands here because the runner fuzzes contracts of test files only.
contract PolicyHandler is Handler {}

/// @notice The policy group: how much leaves, how fast, and how old it is by then. INV-POL-2, -3 and -5 compare one
/// request in two worlds: see test/contracts/policy/Laws.t.sol and, for lanes, test/contracts/custody/Lanes.t.sol.
contract PolicyInvariants is Group {
    uint256 private constant MOST_ROUNDS = 6;

    function setUp() external {
        handler = address(new PolicyHandler());
    }

    /// @notice INV-POL-1: instant exits charged in any trailing period <= the limit in force at each.
    function invariant_INV_POL_1_noDayExceedsItsLimit() external view {
        _kept("INV-POL-1");
    }

    /// @notice INV-POL-4: what a lane pays in any interval <= rate x interval + burst.
    function invariant_INV_POL_4_lanesKeepTheirPace() external view {
        _kept("INV-POL-4");
    }

    /// @notice INV-POL-6: nothing leaves by any path within T of its last credit.
    function invariant_INV_POL_6_nothingFreshLeaves() external view {
        _kept("INV-POL-6");
    }

    /// @notice A seeded sequence that reaches the preconditions of INV-POL-1, -4 and -6: limits hit, lanes busy, fresh value.
    function test_INV_POL_everythingIsReached() external {
        // While the cold asset is still empty: the first deposits end that.
        for (uint256 i; i < 100 && PolicyHandler(handler).reasonsSeen(uint8(Reason.NOT_IN_HOT)) == 0; ++i) {
            PolicyHandler(handler).withdrawSmall(uint256(keccak256(abi.encode("cold", i))));
        }
        // What is rare needs another round.
        uint256 rounds;
        do {
            _drive(2_500, 11 + rounds);
        } while (++rounds < MOST_ROUNDS && !_allReached());
        bytes32[] memory ids = new bytes32[](3);
        (ids[0], ids[1], ids[2]) = ("INV-POL-1", "INV-POL-4", "INV-POL-6");
        _report(ids);
        console.log("      exits paid at once: %d", PolicyHandler(handler).instants());
        console.log("      exits held up to the bound: %d", PolicyHandler(handler).besieged());
        assertGt(PolicyHandler(handler).besieged(), 0, "no exit was besieged");
        for (uint256 i; i < uint256(type(Reason).max) + 1; ++i) {
            uint256 seen = PolicyHandler(handler).reasonsSeen(i);
            console.log("      queued for reason %d: %d times", i, seen);
            assertGt(seen, 0, "a reason that never queued anything");
        }
    }

    function _allReached() private view returns (bool) {
        for (uint256 i; i < uint256(type(Reason).max) + 1; ++i) {
            if (PolicyHandler(handler).reasonsSeen(i) == 0) return false;
        }
        return PolicyHandler(handler).besieged() != 0;
    }

    function _checkAll() internal view override {
        _kept("INV-POL-1");
        _kept("INV-POL-4");
        _kept("INV-POL-6");
    }
}
