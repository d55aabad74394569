// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Units} from "../../shared/Units.sol";
import {Assets} from "./Assets.sol";
import {Opens} from "./Opens.sol";

/// @title Lanes
/// @notice Paces what matured exits take out of an asset: each of its two lanes is a virtual clock (the generic cell rate
/// algorithm, ITU-T I.371) that a slot moves on by amount ÷ (rate × liabilities). Counted in the asset's own units, so no
/// price is needed; taken at release, so requests that never mature cost others nothing.
library Lanes {
    using Assets for uint256;
    using Opens for uint256;

    /// @notice How much unused lane time is remembered, in 1/256 s.
    uint256 internal constant BURST = 1 days * Units.LANE_ONE;

    /// @notice Exits of at most 1/1000 of the asset's liabilities take the small lane.
    uint256 internal constant SMALL_SHARE = 1000;

    /// @notice Whether an exit belongs into the large lane.
    function isLarge(uint256 asset, uint256 amount) internal pure returns (bool) {
        return amount * SMALL_SHARE > asset.liabilities();
    }

    /// @notice Takes the next slot for `amount` in its lane: slot = max(clock, now - burst) + cost.
    /// @param open The exit's word, without a slot.
    /// @param rateBps Basis points of liabilities a day. At 200 or more and an amount of at most the liabilities a slot costs
    /// at most 50 days; 2^40 s fit.
    /// @return The asset's word with the lane's clock at the slot, and the exit's with the slot.
    function take(uint256 asset, uint256 open, uint256 amount, bool large, uint256 rateBps)
        internal
        view
        returns (uint256, uint256)
    {
        uint256 clock = asset.clock(large);
        uint256 floor = block.timestamp * Units.LANE_ONE - BURST;
        uint256 slot = (clock > floor ? clock : floor) + Units.laneTimeUp(amount, asset.liabilities(), rateBps);
        if (slot > Assets.MAX_CLOCK) slot = Assets.MAX_CLOCK;
        return (asset.withClock(large, slot), open.withSlot(large, slot, clock));
    }

    /// @notice A clock or slot as Unix seconds, rounded up.
    function secondsUp(uint256 clock) internal pure returns (uint40) {
        return uint40(Units.stepsUp(clock, Units.LANE_ONE));
    }

    /// @notice Gives a slot back if it is its lane's last.
    function giveBack(uint256 asset, uint256 open) internal pure returns (uint256) {
        uint256 slot = open.slot();
        if (slot == 0) return asset;
        bool large = open.large();
        return slot == asset.clock(large) ? asset.withClock(large, open.prior()) : asset;
    }
}
