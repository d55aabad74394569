// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice An upgrade that passes every rehearsal and goes bad a while later: the old code until then, nothing afterwards.
contract SpoilingVault {
    address private immutable _old;
    uint256 private immutable _spoilsAt;

    error SpoilingVault_Spoiled();

    constructor(address old, uint256 spoilsAt) {
        (_old, _spoilsAt) = (old, spoilsAt);
    }

    receive() external payable {
        revert SpoilingVault_Spoiled();
    }

    fallback() external payable {
        if (block.timestamp >= _spoilsAt) revert SpoilingVault_Spoiled();
        address old = _old;
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, 0, calldatasize())
            let ok := delegatecall(gas(), old, data, calldatasize(), 0, 0)
            returndatacopy(data, 0, returndatasize())
            if ok { return(data, returndatasize()) }
            revert(data, returndatasize())
        }
    }
}
