// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {AssetId} from "../../shared/AssetId.sol";
import {Exit, Intent} from "./IVaultTypes.sol";

/// @notice The Vault's money verbs: in, inside, out. Amounts are raw token units, times Unix seconds.
interface IVaultCore is IERC6909 {
    // ---- money in ----

    /// @notice Takes `amount` from the caller and credits `to` what arrived; the credit is fresh.
    /// Requirements: the asset is listed; the holdings cap has room, and so has the audit record's while the code that runs
    /// isn't covered; native: `msg.value == amount`, else no value.
    function deposit(AssetId asset, uint256 amount, address to) external payable returns (uint256 credited);

    // ---- the ledger ----

    /// @notice Moves `amounts` of `assets` to a registered app and calls its fixed hook.
    function callWith(address app, AssetId[] calldata assets, uint112[] calldata amounts, bytes calldata data) external;

    /// @notice Carries out a signed intent, by anyone. EOA or ERC-1271.
    /// @param data See `Intent.ref`.
    function bySig(Intent calldata intent, bytes calldata data, bytes calldata signature) external;

    // ---- the door ----

    /// @notice Asks for `amount` to leave to `to`: paid now if the policy gives no reason and every charge fits, else queued.
    /// @return id Zero if paid now, else the queued exit's.
    function withdraw(AssetId asset, uint112 amount, address to) external returns (bytes32 id);

    /// @notice Pays a mature exit, by anyone. The first call after maturity takes a slot in the asset's lane and pays only
    /// if that has come; under impairment only the owner's call pays, pro rata, until the asset is being wound down. Reverts
    /// with `Vault_NotFunded` while the rest is in the reserves.
    /// @return paid Whether it was paid; false = a slot was taken, see `SlotTaken`.
    function release(Exit calldata exit) external returns (bool paid);

    /// @notice Puts an open exit back into its owner's balance, fresh. Owner only, also while held.
    function cancel(Exit calldata exit) external;

    // ---- views ----

    /// @notice The implementation that the proxy points at, and its other half.
    function runningCode() external view returns (address implementation, address admin);

    /// @notice The customer that an account belongs to, and its tier in force: the lowest while the account can't exit
    /// instantly because it was moved between customers. Cheap, for apps that ask it of each new position.
    function standingOf(address account) external view returns (address subject, uint8 tier);

    /// @notice The next nonce of `key`, with the key in its upper 192 bits, as `Intent.nonce` wants it.
    function nonces(address owner, uint192 key) external view returns (uint256);
}
