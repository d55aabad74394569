// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Group} from "./support/Group.sol";
import {GovernanceWorld} from "./support/GovernanceWorld.sol";

/// @notice Stands here because the runner fuzzes contracts of test files only.
contract GovernanceHandler is GovernanceWorld {}

/// @notice The governance group: numbers, roles and code change through the timelock or not at all.
contract GovernanceInvariants is Group {
    function setUp() external {
        handler = address(new GovernanceHandler());
    }

    /// @notice INV-GOV-1: no base value loosens before its delay.
    function invariant_INV_GOV_1_noBaseLoosensBeforeItsDelay() external view {
        _kept("INV-GOV-1");
    }

    /// @notice INV-GOV-4: keys below the threshold change nothing; no single role can lock governance out.
    function invariant_INV_GOV_4_singleKeysChangeNothing() external view {
        _kept("INV-GOV-4");
    }

    /// @notice A seeded sequence that reaches the preconditions of INV-GOV-1 and -4.
    function test_INV_GOV_everythingIsReached() external {
        _drive(800, 4);
        bytes32[] memory ids = new bytes32[](2);
        (ids[0], ids[1]) = ("INV-GOV-1", "INV-GOV-4");
        _report(ids);
    }

    function _checkAll() internal view override {
        _kept("INV-GOV-1");
        _kept("INV-GOV-4");
    }
}
