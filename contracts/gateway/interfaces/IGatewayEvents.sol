// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {PayoutStatus} from "./IGatewayTypes.sol";

/// @notice What the gateway says: events from which deposits, payouts, routes and windows can be rebuilt; and errors, one per
/// failure.
interface IGatewayEvents {
    // ---- in ----

    /// @param window The asset's window of immediate credits after the charge, as `SlidingWindow` packs it.
    event DepositCredited(
        bytes32 indexed depositId, address indexed account, AssetId indexed asset, uint256 amount, uint256 window
    );
    /// @param from Unix seconds from which it can be matured.
    /// @param epoch Of the committee that stated it: once that is revoked, it must be stated anew.
    event DepositDelayed(
        bytes32 indexed depositId,
        address indexed account,
        AssetId indexed asset,
        uint256 amount,
        uint40 from,
        uint32 epoch
    );
    event DepositMatured(
        bytes32 indexed depositId, address indexed account, AssetId indexed asset, uint256 amount
    );
    event DepositRefused(bytes32 indexed depositId);

    // ---- out ----

    event DestinationRegistered(
        address indexed handle, address indexed account, bytes32 indexed chain, bytes script
    );
    event PayoutRequested(
        bytes32 indexed payoutId,
        address indexed account,
        address indexed handle,
        AssetId asset,
        uint256 amount,
        bytes32 chain,
        bytes script,
        uint256 attempt
    );
    /// @param token The conflict token: keccak256 of its kind and value.
    /// @param window The chain's window of payouts after the charge.
    event PayoutAuthorised(bytes32 indexed payoutId, uint256 attempt, bytes32 token, uint256 window);
    event PayoutSettled(bytes32 indexed payoutId, uint256 attempt, bytes32 foreignTxId);
    /// @param spentBy The transaction that spent the token otherwise.
    event PayoutVoided(bytes32 indexed payoutId, uint256 attempt, bytes32 spentBy);
    event PayoutRefunded(bytes32 indexed payoutId);
    event PayoutCancelled(bytes32 indexed payoutId);
    event PayoutRetried(bytes32 indexed payoutId, uint256 attempt);

    // ---- routes ----

    event ForeignAssetAdded(AssetId indexed asset, bytes32 indexed chain, address token, string caip19);
    event EquivocationProven(
        bytes32 indexed chain, bytes32 indexed messageId, bytes32 contentA, bytes32 contentB
    );
    event ChainResumed(bytes32 indexed chain);
    event GatewaySucceeded(address indexed successor);

    // ---- errors ----

    error Gateway_ZeroAddress();
    error Gateway_NobodysAccount(address account);
    error Gateway_NotThePredecessorsVault(address predecessor, address vault);
    error Gateway_Succeeded(address successor);
    error Gateway_NotASuccessor(address successor);
    error Gateway_UnknownAsset(AssetId asset);
    error Gateway_KnownAsset(AssetId asset);
    error Gateway_TooManyAssets(uint256 most);
    error Gateway_NotListed(AssetId asset);
    error Gateway_NotOurs(address token);
    error Gateway_ParameterMissing(bytes32 key);
    error Gateway_UnknownChain(bytes32 chain);
    error Gateway_OtherChain(AssetId asset, bytes32 chain, bytes32 actual);
    error Gateway_ChainHeld(bytes32 chain, uint40 until);
    error Gateway_ChainHalted(bytes32 chain, bytes32 messageId);
    error Gateway_NotHalted(bytes32 chain, bytes32 messageId);
    error Gateway_ShownAlready(bytes32 chain, bytes32 messageId);
    error Gateway_NoEquivocation(bytes32 messageId);
    error Gateway_ZeroAmount();
    error Gateway_Consumed(bytes32 depositId);
    error Gateway_Delayed(bytes32 depositId, uint40 from);
    error Gateway_NotDelayed(bytes32 depositId);
    error Gateway_OtherContent(bytes32 depositId);
    error Gateway_CommitteeRevoked(uint32 epoch);
    error Gateway_NoRoom(AssetId asset, uint256 room);
    error Gateway_BadScript(uint256 size, uint256 most);
    error Gateway_HandleTaken(address handle);
    error Gateway_UnknownHandle(address handle);
    error Gateway_BelowLeast(AssetId asset, uint256 amount, uint256 least);
    error Gateway_NotIn(bytes32 payoutId, PayoutStatus status);
    error Gateway_NotTheAccount(address caller, address account);
    error Gateway_ZeroToken();
    error Gateway_AccountHeld(address subject, uint40 until);
    error Gateway_AccountListed(address subject);
    error Gateway_EveryoneHeld(uint40 until);
    /// @param fitsFrom Unix seconds, if nothing else is charged; the largest value if it never fits.
    error Gateway_ChainLimitReached(bytes32 chain, uint256 cents, uint256 room, uint256 fitsFrom);
}
