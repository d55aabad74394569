// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Intent} from "../../custody/interfaces/IVaultTypes.sol";
import {AssetId} from "../../shared/AssetId.sol";

/// @notice One signed payload for one source.
/// @param asset Whose feed set the source is in.
/// @param source Which of the feed set's sources, from 0.
struct Signed {
    AssetId asset;
    uint8 source;
    bytes payload;
}

/// @notice What a caller brings to make prices fresh.
/// @param pyth Updates for the Pyth contract, paid for out of `msg.value`.
/// @param signed Payloads for sources that cache them.
/// @param assets Whose prices are then read and stored in the router.
struct Updates {
    bytes[] pyth;
    Signed[] signed;
    AssetId[] assets;
}

/// @notice Fresh prices in the transaction that needs them: brings updates, then carries out a signed exit, so that it finds
/// them. Without state, roles or money of its own; replaced by deploying another.
///
/// An update that fails is told by an event and stops nothing: the exit then finds the prices that there are, and queues if
/// they don't do. Nothing binds a signed exit to this contract: whoever has seen the signature may send it straight to the
/// Vault, where it queues if prices are old. An owner who can't have that sends the transaction themself: an account with
/// code (a Safe, by MultiSend) calls `update` and the Vault's `withdraw` in one transaction.
interface IPullPrices {
    /// @notice An update, or the storing of a price, did not happen; the rest did.
    /// @param target What was called; zero if the router named nobody to call.
    /// @param reason The first four bytes of what it answered; zero if it said nothing or wasn't called.
    event UpdateFailed(address indexed target, bytes4 reason);

    error PullPrices_NoCode(address target);
    error PullPrices_NotEnoughGas(uint256 left, uint256 needed);
    error PullPrices_RefundFailed(address to, uint256 amount);

    /// @notice Brings updates, by anyone. Pays exactly Pyth's fee and gives the rest of `msg.value` back to the caller.
    /// @dev If the fee is above `msg.value`, Pyth isn't updated.
    function update(Updates calldata updates) external payable;

    /// @notice The same, then hands `intent` to the Vault, by anyone with the owner's signature. Reverts as the Vault's
    /// `bySig` does; never because of an update.
    /// @dev Any verb is handed on; withdrawals are what asks for a price.
    function withdrawBySig(
        Updates calldata updates,
        Intent calldata intent,
        bytes calldata data,
        bytes calldata signature
    ) external payable;
}
