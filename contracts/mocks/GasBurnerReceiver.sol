// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Burns all gas it is given when it is paid.
contract GasBurnerReceiver {
    uint256 public burnt;

    receive() external payable {
        while (true) ++burnt;
    }
}
