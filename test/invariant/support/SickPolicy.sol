// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A policy whose quotes fail in every way that a quote can fail: reverting, burning all gas, answering too little
/// or far too much.
contract SickPolicy {
    address public immutable sanctionsList;
    uint32 public constant revision = 0;
    uint256 public illness;

    error SickPolicy_NoQuote();

    constructor(address sanctionsList_) {
        sanctionsList = sanctionsList_;
    }

    function setIllness(uint256 illness_) external {
        illness = illness_ % 4;
    }

    fallback() external {
        uint256 kind = illness;
        if (kind == 0) revert SickPolicy_NoQuote();
        while (kind == 1) {}
        uint256 size = kind == 2 ? 352 : 30_000;
        assembly ("memory-safe") {
            return(0x80, size)
        }
    }
}
