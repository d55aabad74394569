// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice A store of the Vault's assets that gives only to it.
interface IReserve {
    /// @notice The Vault that it serves.
    function vault() external view returns (address);
}
