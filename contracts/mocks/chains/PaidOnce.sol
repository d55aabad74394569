// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a test's chain pays and is paid with: passes money on once for an id, and tells of deposits.
contract PaidOnce {
    /// @notice The ids that were paid.
    mapping(bytes32 id => bool) public paid;
    /// @notice While set, nothing is paid.
    bool public held;

    event Paid(bytes32 indexed id, address indexed recipient, uint256 amount);
    // Named as observers of every chain name it.
    event deposit(address indexed account, string asset, uint256 amount);

    error PaidOnce_Paid(bytes32 id);
    error PaidOnce_Held(uint256 until);
    error PaidOnce_Refused(address recipient);

    /// @notice Passes on what it is sent.
    function pay(bytes32 id, address payable recipient) external payable {
        if (held) revert PaidOnce_Held(1);
        if (paid[id]) revert PaidOnce_Paid(id);
        paid[id] = true;
        (bool ok,) = recipient.call{value: msg.value}("");
        if (!ok) revert PaidOnce_Refused(recipient);
        emit Paid(id, recipient, msg.value);
    }

    /// @notice Tells of as many deposits as asked.
    function tell(address account, string calldata asset, uint256 amount, uint256 times) external {
        for (uint256 i; i < times; ++i) emit deposit(account, asset, amount);
    }

    function setHeld(bool held_) external {
        held = held_;
    }
}
