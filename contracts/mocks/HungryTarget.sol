// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title HungryTarget
/// @notice Work that takes much gas: whoever gives it too little makes it fail, and has a 64th left to go on with.
contract HungryTarget {
    mapping(uint256 => uint256) private _slots;
    uint256 public done;

    function work(uint256 slots) external {
        for (uint256 i; i < slots; ++i) {
            _slots[i] = block.number;
        }
        ++done;
    }
}
