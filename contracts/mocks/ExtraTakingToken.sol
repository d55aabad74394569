// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Takes more from the sender than it was asked to: the recipient gets it all, the rest is burnt.
contract ExtraTakingToken is ERC20 {
    uint256 public extra;

    constructor(uint256 extra_) ERC20("ExtraTakingToken", "EXTRA") {
        extra = extra_;
    }

    function setExtra(uint256 extra_) external {
        extra = extra_;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0) && extra != 0) super._update(from, address(0), extra);
    }
}
