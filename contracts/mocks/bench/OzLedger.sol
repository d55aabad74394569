// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC6909Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC6909/ERC6909Upgradeable.sol";

/// @notice OpenZeppelin's plain ERC-6909 ledger, behind a proxy like ours.
contract OzLedger is ERC6909Upgradeable {
    constructor() {
        _disableInitializers();
    }

    function initialize(address holder, uint256 id, uint256 amount) external initializer {
        __ERC6909_init();
        _mint(holder, id, amount);
    }
}
