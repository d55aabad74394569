// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Moves nothing from or to a denied address, as USDC.
contract DenyListToken is ERC20 {
    mapping(address account => bool) public denied;

    error DenyListToken_Denied(address account);

    constructor() ERC20("DenyListToken", "DENY") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setDenied(address account, bool denied_) external {
        denied[account] = denied_;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (denied[from]) revert DenyListToken_Denied(from);
        if (denied[to]) revert DenyListToken_Denied(to);
        super._update(from, to, value);
    }
}
