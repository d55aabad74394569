// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice An account that calls back when it is paid in the native currency, and does whatever it is told.
contract ReentrantReceiver {
    address public target;
    bytes public data;
    bool public called;
    bool public succeeded;
    bytes public answer;

    receive() external payable {
        if (target == address(0) || called) return;
        called = true;
        (succeeded, answer) = target.call(data);
    }

    /// @param target_ Zero disarms.
    function arm(address target_, bytes calldata data_) external {
        (target, data, called, succeeded) = (target_, data_, false, false);
        delete answer;
    }

    /// @notice Makes the receiver an actor of its own: it owns balances and asks for exits.
    function execute(address to, uint256 value, bytes calldata data_) external payable returns (bytes memory result) {
        bool ok;
        (ok, result) = to.call{value: value}(data_);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }
}
