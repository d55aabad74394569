// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice While armed, transfers answer, or revert, with more bytes than the caller can pay to copy.
contract ReturnBombToken is ERC20 {
    uint256 public bombSize;
    bool public reverts;

    constructor() ERC20("ReturnBombToken", "BOMB") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @param bombSize_ Bytes; 0 disarms.
    function arm(uint256 bombSize_, bool reverts_) external {
        (bombSize, reverts) = (bombSize_, reverts_);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        return _answer();
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        return _answer();
    }

    function _answer() private view returns (bool) {
        uint256 size = bombSize;
        if (size == 0) return true;
        bool revert_ = reverts;
        assembly {
            mstore(0, 1)
            if revert_ { revert(0, size) }
            return(0, size)
        }
    }
}
