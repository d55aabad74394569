// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC4626Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC4626Upgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice OpenZeppelin's plain ERC-4626 vault of one token, behind a proxy like ours.
contract OzTokenVault is ERC4626Upgradeable {
    constructor() {
        _disableInitializers();
    }

    function initialize(IERC20 token) external initializer {
        __ERC20_init("Vault", "V");
        __ERC4626_init(token);
    }
}
