// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A token whose issuer can deny addresses and seize what anyone holds.
contract SeizableToken is ERC20 {
    mapping(address account => bool) public denied;

    error SeizableToken_Denied(address account);

    constructor() ERC20("SeizableToken", "SEIZE") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function seize(address from, uint256 amount) external {
        _burn(from, amount);
    }

    function setDenied(address account, bool denied_) external {
        denied[account] = denied_;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (denied[to]) revert SeizableToken_Denied(to);
        super._update(from, to, value);
    }
}
