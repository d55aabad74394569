// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Units} from "../../shared/Units.sol";
import {Open} from "../interfaces/IVaultTypes.sol";
import {Assets} from "./Assets.sol";

/// @title Lanes
/// @notice Paces what matured exits take out of an asset: each of its two lanes is a virtual clock (the generic cell rate
/// algorithm, ITU-T I.371) that a slot moves on by amount ÷ (rate × liabilities). Counted in the asset's own units, so no
/// price is needed; taken at release, so requests that never mature cost others nothing.
library Lanes {
    using Assets for uint256;

    /// @notice How much unused lane time is remembered, in 1/65536 s.
    uint256 internal constant BURST = 1 days * Units.LANE_ONE;

    /// @notice Exits of at most 1/1000 of the asset's liabilities take the small lane.
    uint256 internal constant SMALL_SHARE = 1000;

    /// @notice Whether an exit belongs into the large lane.
    function isLarge(uint256 asset, uint256 amount) internal pure returns (bool) {
        return amount * SMALL_SHARE > asset.liabilities();
    }

    /// @notice Takes the next slot for `amount` in `open`'s lane: slot = max(clock, now - burst) + cost.
    /// @param rateBps Basis points of liabilities a day. At 200 or more and an amount of at most the liabilities a slot costs
    /// at most 50 days; 2^40 s fit.
    /// @return The asset's word with the lane's clock at the slot.
    function take(uint256 asset, Open memory open, uint256 amount, uint256 rateBps) internal view returns (uint256) {
        uint256 clock = asset.clock(open.large);
        uint256 floor = block.timestamp * Units.LANE_ONE - BURST;
        uint256 slot = (clock > floor ? clock : floor) + Units.laneTimeUp(amount, asset.liabilities(), rateBps);
        (open.prior, open.slot) = (uint56(clock), uint56(slot));
        return asset.withClock(open.large, open.slot);
    }

    /// @notice Gives a slot back if it is its lane's last.
    function giveBack(uint256 asset, Open memory open) internal pure returns (uint256) {
        bool last = open.slot != 0 && open.slot == asset.clock(open.large);
        return last ? asset.withClock(open.large, open.prior) : asset;
    }

    /// @notice Whether the slot has come.
    function isDue(Open memory open) internal view returns (bool) {
        return block.timestamp * Units.LANE_ONE >= open.slot;
    }

    /// @notice The slot as Unix seconds, rounded up.
    function slotTime(Open memory open) internal pure returns (uint40) {
        return uint40(Units.stepsUp(open.slot, Units.LANE_ONE));
    }
}
