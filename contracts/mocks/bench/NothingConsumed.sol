// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsume} from "./IConsume.sol";

/// @notice The call alone: what a limiter costs is measured against this.
contract NothingConsumed is IConsume {
    function consume(bytes32 key, uint256 amount) external {}
}
