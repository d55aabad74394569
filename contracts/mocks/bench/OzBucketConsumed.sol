// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {IConsume} from "./IConsume.sol";

/// @notice OpenZeppelin's refilling bucket, which lets nearly twice its capacity through in a window.
contract OzBucketConsumed is IConsume {
    using RateLimiter for RateLimiter.RefillingBucket;

    RateLimiter.RefillingBucket private _limiter;

    constructor(uint208 limit) {
        _limiter.updateSettings(1 days, limit);
    }

    function consume(bytes32 key, uint256 amount) external {
        _limiter.consume(key, amount);
    }
}
