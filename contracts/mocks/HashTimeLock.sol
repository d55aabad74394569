// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A hash time-locked contract as other chains have them (BIP-199), which holds one leg of an atomic swap.
contract HashTimeLock {
    /// @notice SHA-256 of a secret of 32 bytes.
    bytes32 public immutable hash;
    /// @notice Unix seconds; the secret counts before, the refund from then on.
    uint256 public immutable refundableFrom;
    address payable public immutable recipient;
    address payable public immutable funder;

    event Claimed(bytes32 secret);

    error HashTimeLock_OtherSecret();
    error HashTimeLock_TooLate();
    error HashTimeLock_TooEarly();
    error HashTimeLock_NotSent();

    constructor(bytes32 hash_, uint256 refundableFrom_, address payable recipient_) payable {
        (hash, refundableFrom, recipient, funder) = (hash_, refundableFrom_, recipient_, payable(msg.sender));
    }

    function claim(bytes32 secret) external {
        if (sha256(abi.encodePacked(secret)) != hash) revert HashTimeLock_OtherSecret();
        if (block.timestamp >= refundableFrom) revert HashTimeLock_TooLate();
        emit Claimed(secret);
        _sendAll(recipient);
    }

    function refund() external {
        if (block.timestamp < refundableFrom) revert HashTimeLock_TooEarly();
        _sendAll(funder);
    }

    function _sendAll(address payable to) private {
        (bool sent,) = to.call{value: address(this).balance}("");
        if (!sent) revert HashTimeLock_NotSent();
    }
}
