// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exit} from "../custody/interfaces/IVaultTypes.sol";

/// @notice A level that takes no native currency and covers nothing.
contract SickReserve {
    address public vault;
    uint256 public constant refillDelay = 1 hours;

    error SickReserve_Fails();

    constructor(address vault_) {
        vault = vault_;
    }

    receive() external payable {
        revert SickReserve_Fails();
    }

    function cover(Exit calldata) external pure {
        revert SickReserve_Fails();
    }
}
