// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlidingWindow} from "../../policy/libraries/SlidingWindow.sol";
import {IConsume} from "./IConsume.sol";

/// @notice Our window as the Vault uses it: the limit comes with the charge.
contract WindowConsumed is IConsume {
    using SlidingWindow for uint256;

    struct Slot {
        uint256 packed;
    }

    uint256 private immutable _limit;
    mapping(bytes32 key => Slot) private _windows;

    error WindowConsumed_Full(bytes32 key);

    constructor(uint256 limit) {
        _limit = limit;
    }

    function consume(bytes32 key, uint256 amount) external {
        Slot storage slot = _windows[key];
        (bool fits, uint256 next) = slot.packed.charge(1 days, block.timestamp, amount, _limit);
        if (!fits) revert WindowConsumed_Full(key);
        slot.packed = next;
    }
}
