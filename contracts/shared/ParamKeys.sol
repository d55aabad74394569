// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "./AssetId.sol";

/// @title ParamKeys
/// @notice The kinds of parameters and how their keys are built. Units are in the comments; bounds and directions are in
/// `VaultParams` and `PolicyParams`; docs/variables.md is generated from all three.
library ParamKeys {
    // Vault
    uint8 internal constant FRESH_PERIOD = 1; // hours, T: how long a credit stays fresh
    uint8 internal constant HOLDINGS_CAP = 2; // ticks of the asset, most that deposits may bring its liabilities to
    uint8 internal constant SMALL_LANE_RATE = 3; // basis points of the asset's liabilities a day
    uint8 internal constant LARGE_LANE_RATE = 4; // basis points of the asset's liabilities a day
    uint8 internal constant HOT_COVER = 5; // basis points of the trailing day's instant exits, kept by a sweep
    uint8 internal constant HOT_MIN = 6; // ticks of the asset, the least that a sweep keeps for instant exits
    uint8 internal constant HOT_MAX = 7; // ticks of the asset, the most
    uint8 internal constant WIND_DOWN_AFTER = 8; // days of governance's silence after which anyone may wind an asset down
    // ExitPolicy
    uint8 internal constant TIER_WINDOW = 16; // cents a trailing day, instant, per subject
    uint8 internal constant TIER_SINGLE = 17; // cents, most for one instant exit
    uint8 internal constant TIER_SOON = 18; // seconds until an endorsed exit of the tier matures
    uint8 internal constant TIER_LATE = 19; // seconds until any exit of the tier matures
    uint8 internal constant ASSET_BREAKER = 20; // ticks a trailing day, instant, of one asset by everyone
    uint8 internal constant UNVERIFIED_POOL = 21; // cents a trailing day, instant, by all unverified subjects together
    // TierRegistry
    uint8 internal constant ATTESTOR_LIFTS = 32; // lifts a trailing day, per attestor
    // Reserve
    uint8 internal constant REFILL_DELAY = 48; // seconds from an exit's announcement until it may be refilled
    uint8 internal constant KEEP = 49; // ticks of the asset that a sweep leaves in the reserve
    // AppRelease
    uint8 internal constant CANARY_SHARE = 64; // basis points of all accounts that open positions in this canary
    uint8 internal constant CANARY_CAP = 65; // ticks of the asset, most that the canary may hold once a position is opened
    // PaymentRules
    uint8 internal constant PAYMENT_TIERS = 80; // how many tiers, from the highest down, may use a feature in new positions
    uint8 internal constant PAYMENT_VOLUME = 81; // cents a trailing day, of new positions, per subject; the largest = not counted

    // Gateway
    uint8 internal constant FOREIGN_CAP = 96; // ticks of the asset, most that its supply comes to, payouts on their way included
    uint8 internal constant FOREIGN_INSTANT = 97; // ticks of the asset a trailing day, credited at once
    uint8 internal constant FOREIGN_DELAY = 98; // seconds that a chain's other credits wait
    uint8 internal constant CHAIN_OUT = 99; // cents a trailing day, of payouts authorised on a chain
    uint8 internal constant FOREIGN_WORTH = 100; // cents that one whole unit of the asset counts in CHAIN_OUT
    uint8 internal constant FOREIGN_LEAST = 101; // ticks of the asset, least that a payout carries

    uint256 private constant _KIND_SHIFT = 248;

    /// @notice A key without an argument.
    function global(uint8 kind) internal pure returns (bytes32) {
        return bytes32(uint256(kind) << _KIND_SHIFT);
    }

    /// @notice The key of one tier, or of another small number.
    function ofTier(uint8 kind, uint8 tier) internal pure returns (bytes32) {
        return bytes32((uint256(kind) << _KIND_SHIFT) | tier);
    }

    /// @notice The key of one account.
    function ofAccount(uint8 kind, address account) internal pure returns (bytes32) {
        return bytes32((uint256(kind) << _KIND_SHIFT) | uint160(account));
    }

    /// @notice The key of one asset: the kind takes the place of the class byte (the rest of an id tells the classes apart,
    /// see `AssetIds.class`).
    function ofAsset(uint8 kind, AssetId asset) internal pure returns (bytes32) {
        return bytes32((uint256(kind) << _KIND_SHIFT) | ((AssetId.unwrap(asset) << 8) >> 8));
    }

    /// @notice The key of one chain by the hash of its name, of which the kind takes the first byte's place.
    function ofChain(uint8 kind, bytes32 chain) internal pure returns (bytes32) {
        return bytes32((uint256(kind) << _KIND_SHIFT) | ((uint256(chain) << 8) >> 8));
    }

    function kindOf(bytes32 key) internal pure returns (uint8) {
        return uint8(uint256(key) >> _KIND_SHIFT);
    }

    function argumentOf(bytes32 key) internal pure returns (uint256) {
        return (uint256(key) << 8) >> 8;
    }
}
