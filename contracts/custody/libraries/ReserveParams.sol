// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SlidingWindow} from "../../policy/libraries/SlidingWindow.sol";
import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Direction, IParams, ParamSpec} from "../../shared/interfaces/IParams.sol";

/// @title ReserveParams
/// @notice A reserve's rows of the parameter table: bounds and direction by kind.
library ReserveParams {
    /// @notice The longest refill delay, and the one of a reserve whose delay was never set.
    uint64 internal constant LONGEST_DELAY = 7 days;

    /// @dev A delay of an hour at least, or there is no time for a veto; of a week at most, or a number traps money.
    function spec(bytes32 key) internal pure returns (ParamSpec memory) {
        uint8 kind = ParamKeys.kindOf(key);
        if (kind == ParamKeys.REFILL_DELAY) return ParamSpec(1 hours, LONGEST_DELAY, Direction.UP);
        if (kind == ParamKeys.KEEP) return ParamSpec(0, uint64(SlidingWindow.MAX), Direction.DOWN);
        revert IParams.Params_UnknownKey(key);
    }
}
