// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice The one face of all limiters under measurement, so that their calls cost the same.
interface IConsume {
    /// @notice Counts `amount` against `key`; reverts if it doesn't fit.
    function consume(bytes32 key, uint256 amount) external;
}
