// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice While it lies, transfers return true and move nothing.
contract LyingToken is ERC20 {
    bool public lies = true;

    constructor() ERC20("LyingToken", "LIE") {}

    function setLies(bool lies_) external {
        lies = lies_;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return lies || super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return lies || super.transferFrom(from, to, amount);
    }
}
