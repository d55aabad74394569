// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";

/// @notice What arrived on another chain, and whose it is.
/// @param chain keccak256 of the chain's CAIP-2 name.
/// @param txId The transaction, 32 bytes as explorers show them.
/// @param index The output, or the log.
/// @param account Whom it credits.
/// @param asset A foreign asset of that chain.
/// @param amount In the asset's smallest unit.
struct Deposit {
    bytes32 chain;
    bytes32 txId;
    uint256 index;
    address account;
    AssetId asset;
    uint112 amount;
}

/// @notice Where a deposit stands. What is CREDITED or REFUSED is consumed for good.
enum DepositStatus {
    NONE,
    DELAYED,
    CREDITED,
    REFUSED
}

/// @notice Where a payout stands. SETTLED, REFUNDED and CANCELLED are ends.
enum PayoutStatus {
    NONE,
    REQUESTED, // its account may cancel it
    AUTHORISED, // it has a conflict token: signers may pay it
    SETTLED, // paid on its chain
    VOIDED, // its token was spent otherwise: it can't be paid any more
    REFUNDED, // back in its account's balance
    CANCELLED // likewise, before it was authorised
}

/// @notice Money on its way out.
/// @param attempt Counts from 1; one more with each retry. Statements name it.
/// @param account Whose it is: the handle's account.
/// @param handle Where it goes.
/// @param amount In the asset's smallest unit.
/// @param token The conflict token of this attempt; zero while it has none.
struct Payout {
    PayoutStatus status;
    uint40 attempt;
    address account;
    address handle;
    AssetId asset;
    uint112 amount;
    bytes32 token;
}

/// @notice The full text behind a handle.
/// @param account Who gets back what can't be paid, and may cancel and retry.
/// @param chain keccak256 of the chain's CAIP-2 name; zero for a handle that nobody registered.
/// @param script Where the money goes on that chain: a script's bytes, or an address's.
struct Destination {
    address account;
    bytes32 chain;
    bytes script;
}

/// @notice A foreign asset that the gateway serves.
/// @param token Zero for one that it doesn't.
/// @param place Its number, from 1.
/// @param tickExponent One tick is 10^tickExponent of the smallest unit, as the Vault lists it.
/// @param chain keccak256 of the chain's CAIP-2 name.
struct ForeignRow {
    address token;
    uint16 place;
    uint8 decimals;
    uint8 tickExponent;
    bytes32 chain;
}
