// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Roles
/// @notice The role ids of the AccessManager. Its ADMIN_ROLE (0) is the timelock's alone; execution delays are all 0,
/// because the timelock is the only delay.
library Roles {
    uint64 internal constant PARAMETERS = 1; // timelock: sets numbers, lists assets, names guardian keys
    uint64 internal constant UPGRADER = 2; // timelock: upgrades proxies
    uint64 internal constant RISK_OFFICER = 3; // tightens numbers for 14 days, revokes tiers
    uint64 internal constant GUARDIAN = 4; // the Guardian contract: holds and lifts
    uint64 internal constant REVIEWER = 5; // endorses queued exits
    uint64 internal constant ATTESTOR = 6; // signs attestations of tiers
    uint64 internal constant ORACLE_ADMIN = 7; // feeds and sources of prices
    uint64 internal constant TREASURER = 8; // refills from reserves
    uint64 internal constant RELAYER = 9; // submits what others have signed
    uint64 internal constant AUDITOR = 10; // signs audits of the code, which the AuditRecord keeps
    uint64 internal constant REGISTRY = 11; // the TierRegistry contract: writes tiers and subjects into the Vault
    uint64 internal constant ROLLBACK = 12; // rolls an upgrade back inside its window
    uint64 internal constant CONTROLLER = 13; // the UpgradeController contract: ends instant exits after a rollback
    uint64 internal constant RECOVERY = 14; // the Recovery contract: moves what an account without its key has
}
