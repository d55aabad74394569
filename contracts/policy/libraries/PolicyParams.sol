// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Direction, IParams, ParamSpec} from "../../shared/interfaces/IParams.sol";
import {SlidingWindow} from "./SlidingWindow.sol";

/// @title PolicyParams
/// @notice The ExitPolicy's rows of the parameter table: bounds and direction by kind.
library PolicyParams {
    /// @dev Delays are at most 30 days: nobody can be made to wait longer by a number. Zero means never set.
    function spec(bytes32 key) internal pure returns (ParamSpec memory) {
        uint8 kind = ParamKeys.kindOf(key);
        if (kind == ParamKeys.TIER_WINDOW || kind == ParamKeys.TIER_SINGLE) {
            return ParamSpec(0, uint64(SlidingWindow.MAX), Direction.DOWN);
        }
        if (kind == ParamKeys.TIER_SOON || kind == ParamKeys.TIER_LATE) return ParamSpec(1, 30 days, Direction.UP);
        if (kind == ParamKeys.ASSET_BREAKER || kind == ParamKeys.UNVERIFIED_POOL) {
            return ParamSpec(0, uint64(SlidingWindow.MAX), Direction.DOWN);
        }
        revert IParams.Params_UnknownKey(key);
    }
}
