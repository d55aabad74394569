// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Moves what it is asked to without lowering the allowance.
contract KeepsAllowanceToken is ERC20 {
    constructor() ERC20("KeepsAllowanceToken", "KEEP") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _spendAllowance(address, address, uint256) internal override {}
}
