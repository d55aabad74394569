// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AssetId, AssetIds} from "../shared/AssetId.sol";
import {IDepositAddress} from "./interfaces/IDepositAddress.sol";
import {IVault} from "./interfaces/IVault.sol";

/// @title DepositAddress
/// @notice Code of its own, not a proxy, so that a plain send of 2300 gas arrives. It has no state, hence nothing that a
/// re-entrant token could find half-written; the Vault's own lock covers deposits.
contract DepositAddress is IDepositAddress {
    using SafeERC20 for IERC20;

    IVault private immutable _vault;
    address private immutable _account;

    constructor(IVault vault_, address account_) {
        _vault = vault_;
        _account = account_;
    }

    /// @dev Empty on purpose: exchanges send with little gas.
    receive() external payable {}

    /// @inheritdoc IDepositAddress
    function forward(AssetId asset) external returns (uint256 credited) {
        // Check
        uint256 amount = _balance(asset);
        if (amount == 0) revert DepositAddress_NothingHere(asset);
        // Interaction
        if (asset.class() == AssetIds.NATIVE) return _vault.deposit{value: amount}(asset, amount, _account);
        IERC20 token = IERC20(asset.token());
        token.forceApprove(address(_vault), amount);
        credited = _vault.deposit(asset, amount, _account);
        // Interaction: nothing stays approved, also where a token has moved less than it was asked to.
        if (token.allowance(address(this), address(_vault)) != 0) token.forceApprove(address(_vault), 0);
    }

    /// @inheritdoc IDepositAddress
    function recover(AssetId asset, uint256 amount, address to) external {
        // Check
        if (msg.sender != _account) revert DepositAddress_OnlyAccount(msg.sender, _account);
        if (to == address(0)) revert DepositAddress_ZeroAddress();
        if (amount == 0) revert DepositAddress_ZeroAmount();
        uint256 balance = _balance(asset);
        if (amount > balance) revert DepositAddress_NotEnough(asset, amount, balance);
        uint256 room = _vault.room(asset);
        uint256 refused = balance > room ? balance - room : 0;
        if (amount > refused) revert DepositAddress_TheVaultTakesIt(asset, amount, refused);
        // Effect
        emit Recovered(asset, to, amount);
        // Interaction
        if (asset.class() == AssetIds.NATIVE) {
            (bool sent,) = to.call{value: amount}("");
            if (!sent) revert DepositAddress_NotSent(to, amount);
        } else {
            IERC20(asset.token()).safeTransfer(to, amount);
        }
    }

    /// @inheritdoc IDepositAddress
    function account() external view returns (address) {
        return _account;
    }

    /// @inheritdoc IDepositAddress
    function vault() external view returns (address) {
        return address(_vault);
    }

    function _balance(AssetId asset) private view returns (uint256) {
        uint8 class = asset.class();
        if (class == AssetIds.NATIVE) return address(this).balance;
        if (class != AssetIds.ERC20) revert DepositAddress_NotOnThisChain(asset);
        return IERC20(asset.token()).balanceOf(address(this));
    }
}
