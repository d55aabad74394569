// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ISafe, ISafeModuleGuard, ISafeTransactionGuard, Operation} from "./interfaces/ISafe.sol";
import {ISafeGuard} from "./interfaces/ISafeGuard.sol";

/// @title SafeGuard
/// @notice Owners act through their Safe, and change it through the timelock only. One instance guards all Safes.
contract SafeGuard is ISafeGuard {
    // Where a Safe 1.5 keeps its guards.
    uint256 private constant _GUARD_SLOT = uint256(keccak256("guard_manager.guard.address"));
    uint256 private constant _MODULE_GUARD_SLOT = uint256(keccak256("module_manager.module_guard.address"));

    address private immutable _timelock;

    /// @param timelock_ The module through which Safes change.
    constructor(address timelock_) {
        if (timelock_ == address(0)) revert SafeGuard_ZeroAddress();
        _timelock = timelock_;
    }

    /// @inheritdoc ISafeGuard
    function checkTransaction(
        address to,
        uint256,
        bytes calldata data,
        Operation operation,
        uint256,
        uint256,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes memory,
        address
    ) external view {
        if (operation != Operation.CALL) revert SafeGuard_Delegatecall(to);
        // Without data a Safe receives, and does nothing else: so a quorum spends the nonce of what it regrets.
        if (to == msg.sender && data.length != 0) revert SafeGuard_SelfCall(to);
        if (gasPrice != 0 || gasToken != address(0) || refundReceiver != address(0)) {
            revert SafeGuard_Refund(gasPrice, gasToken, refundReceiver);
        }
    }

    /// @inheritdoc ISafeTransactionGuard
    function checkAfterExecution(bytes32, bool) external pure {}

    /// @inheritdoc ISafeGuard
    function checkModuleTransaction(address to, uint256, bytes calldata, Operation operation, address module)
        external
        view
        returns (bytes32 moduleTxHash)
    {
        if (module != _timelock) revert SafeGuard_ForeignModule(module);
        if (operation != Operation.CALL) revert SafeGuard_Delegatecall(to);
        return 0; // nothing to carry to the second look
    }

    /// @inheritdoc ISafeGuard
    function checkAfterModuleExecution(bytes32, bool success) external view {
        if (!success) revert SafeGuard_ModuleCallFailed();
        ISafe safe = ISafe(msg.sender);
        if (_addressIn(safe, _GUARD_SLOT) != address(this)) return;
        if (_addressIn(safe, _MODULE_GUARD_SLOT) != address(this) || !safe.isModuleEnabled(_timelock)) {
            revert SafeGuard_LocksOut(msg.sender);
        }
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(ISafeTransactionGuard).interfaceId
            || interfaceId == type(ISafeModuleGuard).interfaceId || interfaceId == type(IERC165).interfaceId;
    }

    /// @inheritdoc ISafeGuard
    function timelock() external view returns (address) {
        return _timelock;
    }

    function _addressIn(ISafe safe, uint256 slot) private view returns (address) {
        return abi.decode(safe.getStorageAt(slot, 1), (address));
    }
}
