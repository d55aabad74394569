// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Forces the native currency onto an account that refuses payments.
contract SelfDestructingSender {
    constructor() payable {}

    function send(address payable to) external {
        // Deprecated, not gone: the balance still moves (EIP-6780).
        assembly {
            selfdestruct(to)
        }
    }
}
