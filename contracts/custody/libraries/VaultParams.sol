// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SlidingWindow} from "../../policy/libraries/SlidingWindow.sol";
import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Direction, IParams, ParamSpec} from "../../shared/interfaces/IParams.sol";

/// @title VaultParams
/// @notice The Vault's rows of the parameter table: bounds and direction by kind.
library VaultParams {
    /// @dev A lane pays at least 2 % of liabilities a day: nobody can be made to wait longer by a number.
    function spec(bytes32 key) internal pure returns (ParamSpec memory) {
        uint8 kind = ParamKeys.kindOf(key);
        if (kind == ParamKeys.FRESH_PERIOD) return ParamSpec(1, 168, Direction.NONE);
        if (kind == ParamKeys.HOLDINGS_CAP) return ParamSpec(0, uint64(SlidingWindow.MAX), Direction.DOWN);
        if (kind == ParamKeys.SMALL_LANE_RATE || kind == ParamKeys.LARGE_LANE_RATE) {
            return ParamSpec(200, 10_000, Direction.DOWN);
        }
        if (kind == ParamKeys.HOT_COVER) return ParamSpec(0, 1_000_000, Direction.DOWN);
        if (kind == ParamKeys.HOT_MIN || kind == ParamKeys.HOT_MAX) {
            return ParamSpec(0, uint64(SlidingWindow.MAX), Direction.DOWN);
        }
        if (kind == ParamKeys.WIND_DOWN_AFTER) return ParamSpec(90, 730, Direction.NONE);
        revert IParams.Params_UnknownKey(key);
    }
}
