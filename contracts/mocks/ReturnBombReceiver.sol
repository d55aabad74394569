// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Answers a payment with more bytes than the payer can pay to copy.
contract ReturnBombReceiver {
    uint256 private immutable _size;
    bool private immutable _reverts;

    constructor(uint256 size, bool reverts) {
        _size = size;
        _reverts = reverts;
    }

    receive() external payable {
        uint256 size = _size;
        bool revert_ = _reverts;
        assembly {
            if revert_ { revert(0, size) }
            return(0, size)
        }
    }
}
