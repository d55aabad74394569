// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Its deployer owns 2^120 of it: amounts that no ledger slot is wide enough for.
contract HugeToken is ERC20 {
    uint256 public constant SUPPLY = 1 << 120;

    constructor() ERC20("HugeToken", "HUGE") {
        _mint(msg.sender, SUPPLY);
    }
}
