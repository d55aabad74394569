// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Till} from "./Till.sol";

/// @notice A well-behaved next version: it appends, and migrates once.
contract TillV2 is Till {
    uint256 public bonus;
    uint256 public migrations;

    function migrate(uint256 bonus_) external reinitializer(2) {
        bonus = bonus_;
        ++migrations;
    }

    /// @notice For a release after a rollback: the initialised version has stayed 2.
    function migrateAgain(uint256 bonus_) external reinitializer(3) {
        bonus = bonus_;
        ++migrations;
    }

    function version() external pure override returns (uint256) {
        return 2;
    }
}
