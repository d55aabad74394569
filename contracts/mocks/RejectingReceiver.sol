// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Refuses payments while it is told to.
contract RejectingReceiver {
    bool public rejects = true;

    error RejectingReceiver_Rejected(uint256 amount);

    receive() external payable {
        if (rejects) revert RejectingReceiver_Rejected(msg.value);
    }

    function setRejects(bool rejects_) external {
        rejects = rejects_;
    }
}
