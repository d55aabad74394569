// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Group} from "./support/Group.sol";
import {RecoveryWorld} from "./support/RecoveryWorld.sol";

/// @notice Stands here because the runner fuzzes contracts of test files only.
contract RecoveryHandler is RecoveryWorld {}

/// @notice The recovery group: no account's claims move but by agents in force for 30 days, after their delay, or by the
/// office after its own, unvetoed.
contract RecoveryInvariants is Group {
    function setUp() external {
        handler = address(new RecoveryHandler());
    }

    /// @notice INV-CUS-4: only the owner's own verbs, recovery and impairment lower a claim.
    function invariant_INV_CUS_4_onlyDueRecoveriesMoveClaims() external view {
        _checkAll();
    }

    /// @notice A seeded sequence that executes recoveries of both kinds.
    function test_INV_CUS_4_recoveriesAreReached() external {
        _drive(900, 7);
        bytes32[] memory ids = new bytes32[](3);
        (ids[0], ids[1], ids[2]) = ("INV-CUS-4", "INV-CUS-4 agents", "INV-CUS-4 office");
        _report(ids);
    }

    function _checkAll() internal view override {
        _kept("INV-CUS-4");
        _kept("INV-CUS-4 agents");
        _kept("INV-CUS-4 office");
    }
}
