// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";

/// @notice One account's own address for deposits, the same before and after its deployment. Takes the native currency by
/// a plain send of 2300 gas. What arrives belongs to the account and leaves in two ways: into the Vault, by anyone; or,
/// as far as the Vault would refuse it, to wherever its account says.
interface IDepositAddress {
    event Recovered(AssetId indexed asset, address indexed to, uint256 amount);

    error DepositAddress_OnlyAccount(address caller, address account);
    error DepositAddress_ZeroAddress();
    error DepositAddress_ZeroAmount();
    error DepositAddress_NothingHere(AssetId asset);
    error DepositAddress_NotEnough(AssetId asset, uint256 amount, uint256 balance);
    error DepositAddress_NotOnThisChain(AssetId asset);
    error DepositAddress_TheVaultTakesIt(AssetId asset, uint256 amount, uint256 refused);
    error DepositAddress_NotSent(address to, uint256 amount);

    /// @notice Deposits all that is here of `asset` into the Vault, for the account, by anyone.
    /// @return credited What the Vault credited.
    function forward(AssetId asset) external returns (uint256 credited);

    /// @notice Sends what the Vault would refuse: of an unlisted asset anything, of a listed one what exceeds the Vault's
    /// room. What the Vault would take has no second door, or a stolen key would pass by freshness and holds.
    /// Requirements: the caller is the account.
    function recover(AssetId asset, uint256 amount, address to) external;

    /// @notice The account that this address belongs to.
    function account() external view returns (address);

    /// @notice The Vault that it deposits into.
    function vault() external view returns (address);
}
