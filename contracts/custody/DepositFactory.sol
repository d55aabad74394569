// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {AssetId} from "../shared/AssetId.sol";
import {DepositAddress} from "./DepositAddress.sol";
import {IDepositAddress} from "./interfaces/IDepositAddress.sol";
import {IDepositFactory} from "./interfaces/IDepositFactory.sol";
import {IVault} from "./interfaces/IVault.sol";

/// @title DepositFactory
/// @notice CREATE2 with the account as salt: the address follows from this factory, its Vault and the account alone.
contract DepositFactory is IDepositFactory {
    IVault private immutable _vault;

    constructor(IVault vault_) {
        if (address(vault_) == address(0)) revert DepositFactory_ZeroAddress();
        _vault = vault_;
    }

    /// @inheritdoc IDepositFactory
    function addressOf(address account) public view returns (address) {
        bytes memory init = abi.encodePacked(type(DepositAddress).creationCode, abi.encode(_vault, account));
        return Create2.computeAddress(_salt(account), keccak256(init));
    }

    /// @inheritdoc IDepositFactory
    function deploy(address account) public returns (address depositAddress) {
        // Check
        if (account == address(0)) revert DepositFactory_ZeroAddress();
        depositAddress = addressOf(account);
        if (depositAddress.code.length != 0) return depositAddress;
        // Effect
        emit DepositAddressDeployed(account, depositAddress);
        // Interaction: a constructor that calls nobody.
        new DepositAddress{salt: _salt(account)}(_vault, account);
    }

    /// @inheritdoc IDepositFactory
    function flush(address account, AssetId asset) external returns (uint256 credited) {
        // Interaction
        credited = IDepositAddress(deploy(account)).forward(asset);
        emit Flushed(account, asset, credited);
    }

    /// @inheritdoc IDepositFactory
    function vault() external view returns (address) {
        return address(_vault);
    }

    function _salt(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
