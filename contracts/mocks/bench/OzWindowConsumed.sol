// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {IConsume} from "./IConsume.sol";

/// @notice OpenZeppelin's exact window.
contract OzWindowConsumed is IConsume {
    using RateLimiter for RateLimiter.SlidingWindow;

    RateLimiter.SlidingWindow private _limiter;

    constructor(uint208 limit) {
        _limiter.updateSettings(1 days, limit);
    }

    function consume(bytes32 key, uint256 amount) external {
        _limiter.consume(key, amount);
    }
}
