// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Facts} from "../../policy/interfaces/IExitPolicy.sol";
import {AssetId} from "../../shared/AssetId.sol";
import {IParams} from "../../shared/interfaces/IParams.sol";
import {Account, Asset, Exit, Kind, Open, Subject, TokenClass} from "./IVaultTypes.sol";

/// @notice The Vault's other verbs: what subjects say of themselves, what roles may do, and the records.
interface IVaultAdmin is IAccessManaged, IParams {
    /// @notice Sets the AccessManager, once.
    function initialize(address authority) external;

    /// @notice Lets an exit mature at `soon` (REVIEWER).
    function endorse(bytes32 id) external;

    // ---- subjects ----

    /// @notice Names a recipient for instant exits, usable after T, or removes it at once. For the caller's subject.
    function setDestination(address to, bool on) external;

    /// @notice Sets the caller's subject's own limit of instant exits per trailing day: down at once, up after 2T.
    /// @param cents Max uint40 = none.
    function setCap(uint40 cents) external;

    /// @notice Records the sanctions list's answer on `account`, by anyone.
    function screen(address account) external;

    /// @notice Holds a subject, or everyone (zero address), until `secs` from now (GUARDIAN). Charges the added seconds to a
    /// budget of 7 days in any 90.
    function hold(address subject, uint40 secs) external;

    /// @notice Ends a hold (GUARDIAN). Refunds nothing.
    function lift(address subject) external;

    /// @notice Adds up to 30 days to a hold, or starts one (timelock).
    function extend(address subject, uint40 secs) external;

    /// @notice Makes `account` one of `subject`'s, or its own again with `subject == account` (REGISTRY).
    function setSubject(address account, address subject) external;

    /// @notice Sets a subject's tier from `from` until `until`; before that the one in force now (REGISTRY).
    function setTier(address subject, uint8 tier, uint40 from, uint40 until) external;

    /// @notice Puts open exits of `from` back into its balance, and moves all that it then has of `assets` to `to`, fresh
    /// (RECOVERY). Works under a hold.
    ///
    /// Requirements: `from` is neither listed nor an app; `to` is neither listed, nor an app, nor `from`.
    function recover(address from, address to, AssetId[] calldata assets, Exit[] calldata exits) external;

    // ---- reserves ----

    /// @notice Moves what the Vault holds above `hotCeiling` to its nearest reserve, by anyone.
    ///
    /// Requirements: the asset moves exactly, is not impaired and not being wound down; there is a reserve, and an excess.
    function sweep(AssetId asset) external returns (uint256 amount);

    /// @notice Where a reserve brings money: native as this call's value, tokens by a transfer before it.
    ///
    /// Requirements: the caller is one of `reserves`; no other verb of the Vault is running.
    function refill(AssetId asset) external payable;

    /// @notice Adds a reserve, whose holdings then count (timelock). The first one is where `sweep` leads.
    ///
    /// Requirements: it serves this Vault; at most 4.
    function addReserve(address reserve) external;

    /// @notice Removes a reserve (timelock). What it still holds no longer counts.
    function removeReserve(address reserve) external;

    // ---- governance ----

    /// @notice Ends instant exits of everyone, whatever the policy says (CONTROLLER, when an upgrade is rolled back).
    function closeInstant() external;

    /// @notice Allows them again (timelock).
    /// @param validUntil Unix seconds after which a scheduled call is void: one that was left over must not open what the next
    /// rollback closes.
    function openInstant(uint40 validUntil) external;

    /// @notice Shows that governance is alive, as all of the timelock's verbs here do (timelock).
    function heartbeat() external;

    /// @notice Begins an asset's winding down, by anyone, once governance has been silent for WIND_DOWN_AFTER: nothing more
    /// comes in, reserves give back all, and anyone may settle mature exits, under impairment too.
    function windDown(AssetId asset) external;

    /// @notice Ends it: governance is back (timelock).
    function revive(AssetId asset) external;

    /// @notice Lists an asset by class (timelock). Its parameters are set before.
    function list(AssetId asset, TokenClass tokenClass, uint8 tickExponent) external;

    /// @notice Compares liabilities with holdings and sets or clears the flag, by anyone.
    function checkImpairment(AssetId asset) external;

    /// @notice Registers an app, or retires it (timelock).
    function setKind(address app, Kind kind) external;

    /// @notice Replaces the policy (timelock).
    /// @param expected The policy in force that the caller has seen.
    /// @param expectedRevision Its revision: any tightening in between makes this revert.
    function setPolicy(address expected, uint32 expectedRevision, uint40 validUntil, address next) external;

    // ---- views ----

    /// @notice What the policy would be told.
    function facts(address owner, AssetId asset, uint112 amount, address to) external view returns (Facts memory);

    /// @notice What the Vault keeps of the asset when it is swept, raw units: all open exits, and HOT_COVER times the instant
    /// exits of the trailing day, at least HOT_MIN and at most HOT_MAX of them.
    function hotCeiling(AssetId asset) external view returns (uint256);

    /// @notice Its reserves, the nearest first.
    function reserves() external view returns (address[] memory);

    /// @notice When governance last acted, Unix seconds.
    function governedAt() external view returns (uint40);

    function instantClosed() external view returns (bool);

    /// @notice What the Vault and its reserves hold of the asset.
    function holdings(AssetId asset) external view returns (uint256);

    /// @notice Raw units that deposits may still bring, audit record included; 0 for an asset that is unlisted or being wound
    /// down.
    function room(AssetId asset) external view returns (uint256);

    /// @notice Every listed asset, in the order of listing.
    function listedAssets() external view returns (AssetId[] memory);

    function balanceSlot(address account, AssetId asset) external view returns (uint256 packed);
    function accountOf(address account) external view returns (Account memory);
    function subjectOf(address account) external view returns (address);
    function subjectRecord(address subject) external view returns (Subject memory);
    function assetOf(AssetId asset) external view returns (Asset memory);
    function openOf(bytes32 id) external view returns (Open memory);
    function windowOf(bytes32 key) external view returns (uint256 packed);
    function destinationOf(address subject, address to) external view returns (uint40 usableFrom);
    function policy() external view returns (address);

    /// @notice The `IAuditRecord` that caps deposits while the code that runs isn't covered by an audit.
    function auditRecord() external view returns (address);
    function sanctionsList() external view returns (address);
    function everyoneHeldUntil() external view returns (uint40);
}
