// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {IParams} from "../../shared/interfaces/IParams.sol";

/// @notice What the Vault knows about a request. Everything a verdict depends on, but for the policy's parameters, the
/// price and the sanctions list. Numbers are whole words: they are read once each, and nothing is packed.
/// Their ranges are the Vault's (amounts below 2^112, times and caps below 2^40, exponents at most 30); what a quote says of
/// others means nothing.
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
    uint256 tier;
    address to;
    uint256 usableFrom;
    uint256 instantFrom;
    AssetId asset;
    uint256 amount;
    uint256 seasoned;
    uint256 cap;
    uint256 freshPeriod;
    uint256 decimals;
    uint256 tickExponent;
}

/// @notice A verdict and what an instant exit would be charged to: instant if there is no reason and every charge fits, else
/// the queue's delays. A window of zero is no charge.
/// @param soon Seconds until it matures if endorsed.
/// @param late Seconds until it matures in any case.
/// @param reasons Bits of `Reason`.
/// @param subjectAmount Cents in the subject's window.
/// @param assetAmount Ticks in the asset's window.
/// @param poolAmount Cents in the window of all unverified subjects.
struct Quote {
    uint256 soon;
    uint256 late;
    uint256 reasons;
    bytes32 subjectWindow;
    uint256 subjectAmount;
    uint256 subjectLimit;
    bytes32 assetWindow;
    uint256 assetAmount;
    uint256 assetLimit;
    bytes32 poolWindow;
    uint256 poolAmount;
    uint256 poolLimit;
}

/// @notice The rules of exits as one view: facts in, terms and charges out. Immutable, holds no usage, replaced by pointer.
interface IExitPolicy is IParams {
    error ExitPolicy_ZeroAddress();

    /// @notice The verdict on one request: the meet of all slices, and what an instant exit would charge.
    function quote(Facts calldata facts) external view returns (Quote memory);

    /// @notice The sanctions list that this policy and, through it, the Vault consult.
    function sanctionsList() external view returns (address);

    /// @notice The router that prices charges.
    function priceRouter() external view returns (address);
}
