// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {IParams} from "../../shared/interfaces/IParams.sol";

/// @notice An amount as a window counts it, below 2^36: cents, an asset's ticks, seconds, lifts.
type Ticks is uint64;

/// @notice What the Vault knows about a request. Everything a verdict depends on, but for the policy's parameters, the
/// price and the sanctions list.
/// @param subject The customer that `owner` belongs to.
/// @param tier The tier in force, 0 = unverified.
/// @param usableFrom When `to` became or becomes usable for instant exits, Unix seconds; 0 = not in the book.
/// @param instantFrom When `owner`, last moved between subjects, may exit instantly again, Unix seconds.
/// @param amount Raw units.
/// @param seasoned Raw units of the balance that are no longer fresh.
/// @param cap The owner's own limit per trailing day in cents; max uint40 = none.
/// @param freshPeriod T in seconds.
/// @param decimals The asset's decimals.
/// @param tickExponent One tick is 10^tickExponent raw units.
struct Facts {
    address owner;
    address subject;
    uint8 tier;
    address to;
    uint40 usableFrom;
    uint40 instantFrom;
    AssetId asset;
    uint112 amount;
    uint112 seasoned;
    uint40 cap;
    uint32 freshPeriod;
    uint8 decimals;
    uint8 tickExponent;
}

/// @notice A verdict: instant if there is no reason, else the queue's delays.
/// @param soon Seconds until it matures if endorsed.
/// @param late Seconds until it matures in any case.
/// @param reasons Bits of `Reason`.
struct Terms {
    uint32 soon;
    uint32 late;
    uint256 reasons;
}

/// @notice One charge to one of the Vault's windows. An amount of zero with a limit of zero is no charge.
struct Charge {
    bytes32 window;
    Ticks amount;
    Ticks limit;
}

/// @notice The rules of exits as one view: facts in, terms and charges out. Immutable, holds no usage, replaced by pointer.
interface IExitPolicy is IParams {
    error ExitPolicy_ZeroAddress();

    /// @notice The verdict on one request: the meet of all slices, and what an instant exit would charge.
    /// @return terms Delays and reasons.
    /// @return charges The subject's window (cents), the asset's (ticks), and for the unverified their pool (cents).
    function quote(Facts calldata facts) external view returns (Terms memory terms, Charge[3] memory charges);

    /// @notice The sanctions list that this policy and, through it, the Vault consult.
    function sanctionsList() external view returns (address);

    /// @notice The router that prices charges.
    function priceRouter() external view returns (address);
}
