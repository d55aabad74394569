// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Group} from "./support/Group.sol";
import {UpgradeWorld} from "./support/UpgradeWorld.sol";

/// @notice Stands here because the runner fuzzes contracts of test files only.
contract UpgradeHandler is UpgradeWorld {}

/// @notice The upgrade group: code changes by rehearsed releases and comes back inside the window.
contract UpgradeInvariants is Group {
    function setUp() external {
        handler = address(new UpgradeHandler());
    }

    /// @notice INV-GOV-3: inside the window the switch back succeeds unless noRollback was declared, and the data is good.
    function invariant_INV_GOV_3_insideTheWindowTheWayBackIsOpen() external view {
        _kept("INV-GOV-3");
    }

    /// @notice INV-GOV-4: no key without the right changes code or its governor.
    function invariant_INV_GOV_4_nobodyElseChangesCode() external view {
        _kept("INV-GOV-4");
    }

    /// @notice A seeded sequence that reaches the preconditions of INV-GOV-3 and -4.
    function test_INV_GOV_3_everythingIsReached() external {
        _drive(600, 9);
        bytes32[] memory ids = new bytes32[](2);
        (ids[0], ids[1]) = ("INV-GOV-3", "INV-GOV-4");
        _report(ids);
    }

    function _checkAll() internal view override {
        _kept("INV-GOV-3");
        _kept("INV-GOV-4");
    }
}
