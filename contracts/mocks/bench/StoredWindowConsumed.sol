// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlidingWindow} from "../../policy/libraries/SlidingWindow.sol";
import {IConsume} from "./IConsume.sol";

/// @notice Our window with its limit and period in storage, as other limiters keep theirs: like with like.
contract StoredWindowConsumed is IConsume {
    using SlidingWindow for uint256;

    struct Slot {
        uint256 packed;
    }

    uint208 private _limit;
    uint48 private _period;
    mapping(bytes32 key => Slot) private _windows;

    error StoredWindowConsumed_Full(bytes32 key);

    constructor(uint208 limit) {
        (_limit, _period) = (limit, 1 days);
    }

    function consume(bytes32 key, uint256 amount) external {
        (uint256 limit, uint256 period) = (_limit, _period);
        Slot storage slot = _windows[key];
        (bool fits, uint256 next) = slot.packed.charge(period, block.timestamp, amount, limit);
        if (!fits) revert StoredWindowConsumed_Full(key);
        slot.packed = next;
    }
}
