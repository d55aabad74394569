// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {AssetId, AssetIds} from "../shared/AssetId.sol";

/// @notice A reserve without rules: it gives to its Vault whatever anyone tells it to.
contract PlainReserve {
    address public immutable vault;
    uint256 public constant refillDelay = 1 hours;

    constructor(address vault_) {
        vault = vault_;
    }

    receive() external payable {}

    function give(AssetId asset, uint256 amount) external payable {
        if (asset.eq(AssetIds.native())) {
            IVault(vault).refill{value: amount}(asset);
        } else {
            IERC20(asset.token()).transfer(vault, amount);
            IVault(vault).refill{value: msg.value}(asset);
        }
    }
}
