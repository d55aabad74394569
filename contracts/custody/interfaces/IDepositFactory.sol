// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";

/// @notice Knows, deploys and empties the deposit addresses of all accounts.
interface IDepositFactory {
    event DepositAddressDeployed(address indexed account, address indexed depositAddress);
    event Flushed(address indexed account, AssetId indexed asset, uint256 credited);

    error DepositFactory_ZeroAddress();

    /// @notice The account's deposit address, whether deployed or not.
    function addressOf(address account) external view returns (address);

    /// @notice Deploys the account's deposit address if it isn't there yet, by anyone.
    function deploy(address account) external returns (address depositAddress);

    /// @notice Brings all that the account's deposit address has of `asset` into the Vault, by anyone. Deploys it first
    /// if needed.
    /// @return credited What the Vault credited.
    function flush(address account, AssetId asset) external returns (uint256 credited);

    /// @notice The Vault that deposits go to.
    function vault() external view returns (address);
}
