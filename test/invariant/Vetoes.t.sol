// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Group} from "./support/Group.sol";
import {VetoWorld} from "./support/VetoWorld.sol";

/// @notice Stands here because the runner fuzzes contracts of test files only.
contract VetoHandler is VetoWorld {}

/// @notice The veto group: what was vetoed is never executed, provided that anyone enforces within the delay; and the gate
/// can't keep its own successor out.
contract VetoInvariants is Group {
    function setUp() external {
        handler = address(new VetoHandler());
    }

    /// @notice INV-GOV-2: vetoed is never executable.
    function invariant_INV_GOV_2_vetoedIsNeverExecuted() external view {
        _kept("INV-GOV-2");
    }

    /// @notice INV-GOV-4: no single role can lock governance out, the canceller neither.
    function invariant_INV_GOV_4_theGateCantKeepItsSuccessorOut() external view {
        _kept("INV-GOV-4");
    }

    /// @notice A seeded sequence that reaches the preconditions of INV-GOV-2 and -4.
    function test_INV_GOV_2_everythingIsReached() external {
        _drive(600, 7);
        bytes32[] memory ids = new bytes32[](2);
        (ids[0], ids[1]) = ("INV-GOV-2", "INV-GOV-4");
        _report(ids);
    }

    function _checkAll() internal view override {
        _kept("INV-GOV-2");
        _kept("INV-GOV-4");
    }
}
