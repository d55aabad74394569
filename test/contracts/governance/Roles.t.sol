// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/governance/Roles.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice Role ids are written into AccessManagers that outlive a release: one that changes gives its members another power.
contract RolesTest is Cheats {
    function test_idsAreForEver() external pure {
        assertEq(Roles.PARAMETERS, 1);
        assertEq(Roles.UPGRADER, 2);
        assertEq(Roles.RISK_OFFICER, 3);
        assertEq(Roles.GUARDIAN, 4);
        assertEq(Roles.REVIEWER, 5);
        assertEq(Roles.ATTESTOR, 6);
        assertEq(Roles.ORACLE_ADMIN, 7);
        assertEq(Roles.TREASURER, 8);
        assertEq(Roles.RELAYER, 9);
        assertEq(Roles.AUDITOR, 10);
        assertEq(Roles.REGISTRY, 11);
        assertEq(Roles.ROLLBACK, 12);
        assertEq(Roles.CONTROLLER, 13);
        assertEq(Roles.RECOVERY, 14);
    }
}
