// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";

/// @notice What a ledger account is. Apps never become users again: they hold other people's money.
enum Kind {
    USER,
    APP,
    RETIRED // an app that takes no new positions
}

/// @notice Where an exit stands. Gone (paid or cancelled) is NONE again: the id's sequence number never recurs.
enum Phase {
    NONE,
    OPEN,
    ENDORSED
}

/// @notice What a signed `Intent` asks for.
enum Verb {
    TRANSFER,
    CALL,
    WITHDRAW,
    CANCEL,
    SET_DESTINATION,
    SET_CAP
}

/// @notice How a token behaves when moved. Set at listing; tokens of other behaviours (rebasing ones, say) are not listed.
enum TokenClass {
    UNLISTED,
    NATIVE,
    EXACT, // the recipient gets what the sender gives; any difference refuses the deposit
    FEE_TAKING // the recipient may get less; what arrived is credited
}

/// @notice One slot per account.
/// @param subject Its customer's primary account; zero = itself.
/// @param instantFrom Unix seconds before which nothing is instant, after a move between subjects.
/// @param exits How many exits it has queued; numbers the next.
/// @param listed On the sanctions list as last screened.
/// @param members How many accounts are linked to it.
struct Account {
    address subject;
    uint40 instantFrom;
    uint32 exits;
    Kind kind;
    bool listed;
    uint8 members;
}

/// @notice One slot per subject.
/// @param tiers Low half: the tier from `tierFrom` until `tierUntil`; high half: the one until `tierFrom`.
/// @param heldUntil Unix seconds.
/// @param listed How many of its accounts are on the sanctions list as last screened.
/// @param cap Own limit in cents plus one; 0 = none.
/// @param nextCap The looser one in waiting, likewise.
/// @param nextCapFrom When it takes over; 0 = none waits.
struct Subject {
    uint8 tiers;
    uint40 tierFrom;
    uint40 tierUntil;
    uint40 heldUntil;
    uint8 listed;
    uint40 cap;
    uint40 nextCap;
    uint40 nextCapFrom;
}

/// @notice One slot per asset, which `Assets` packs.
/// @param liabilities Balances and open exits, raw units.
/// @param queuedTicks Open exits, each in ticks rounded up.
/// @param smallLane When the lane of small exits is free, in 1/256 s since 1970.
/// @param largeLane Likewise for the others.
/// @param class How the token behaves.
/// @param decimals The token's.
/// @param tickExponent One tick is 10^tickExponent raw units.
/// @param freshHours T in hours, a copy of the parameter for the verbs that credit.
/// @param impaired Liabilities exceeded holdings when last checked.
/// @param windingDown Governance has been silent for too long: nothing comes in, and anyone may settle what is open.
struct Asset {
    uint112 liabilities;
    uint64 queuedTicks;
    uint48 smallLane;
    uint48 largeLane;
    TokenClass class;
    uint8 decimals;
    uint8 tickExponent;
    uint8 freshHours;
    bool impaired;
    bool windingDown;
}

/// @notice One slot per open exit.
/// @param large Which lane its slot is in.
/// @param slot From when it may be paid, in 1/256 s since 1970; 0 = none taken yet.
/// @param prior What the lane's clock was before.
struct Open {
    Phase phase;
    bool large;
    uint48 slot;
    uint48 prior;
}

/// @notice The full terms of a queued exit, re-sent as calldata; its id is their hash.
/// @param soon When it matures if endorsed, Unix seconds.
/// @param late When it matures in any case.
/// @param seq The owner's exit number.
struct Exit {
    address owner;
    address to;
    AssetId asset;
    uint112 amount;
    uint40 soon;
    uint40 late;
    uint32 seq;
}

/// @notice A verb asked for by signature. Unused fields are zero, so that one text has one signature.
/// @param ref CALL: keccak256 of `data`, which is abi.encode(AssetId[], uint112[], bytes). CANCEL: the exit's id, `data`
/// being abi.encode(Exit). TRANSFER, WITHDRAW: any reference, evented.
/// @param amount SET_CAP: cents, max uint40 = none. SET_DESTINATION: 1 = on, 0 = off.
/// @param nonce Keyed: 192 bits of key, 64 of sequence; each key counts on its own.
/// @param deadline Unix seconds.
struct Intent {
    address owner;
    Verb verb;
    AssetId asset;
    uint112 amount;
    address to;
    bytes32 ref;
    uint256 nonce;
    uint40 deadline;
}
