// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Calls a target once per armed transfer, before balances change or after. What the call answered is kept.
contract ReentrantToken is ERC20 {
    address public target;
    bytes public data;
    bool public beforeMove;
    bool public called;
    bool public succeeded;
    bytes public answer;

    constructor() ERC20("ReentrantToken", "RE") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @param target_ Zero disarms.
    function arm(address target_, bytes calldata data_, bool beforeMove_) external {
        (target, data, beforeMove, called, succeeded) = (target_, data_, beforeMove_, false, false);
        delete answer;
    }

    function _update(address from, address to, uint256 value) internal override {
        bool due = from != address(0) && target != address(0) && !called;
        if (due && beforeMove) _callBack();
        super._update(from, to, value);
        if (due && !beforeMove) _callBack();
    }

    function _callBack() private {
        called = true;
        (succeeded, answer) = target.call(data);
    }
}
