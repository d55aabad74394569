// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ISafeModuleGuard, ISafeTransactionGuard, Operation} from "./ISafe.sol";

/// @notice Guard of owners' and of modules' transactions of all Safes of a deployment. A quorum of owners does the Safe's
/// work and can't touch the Safe: owners, threshold, modules, guards and fallback handler change only through the timelock,
/// in public and under the veto. So a stolen quorum can't throw the honest owners out, nor give itself a module.
///
/// Assumptions. Correctness: the Safe is the canonical 1.5; the timelock is one of its modules before this becomes its
/// guard (`SafeSetup` does it in that order). Liveness: the timelock's; it can restore any Safe, and remove this guard.
interface ISafeGuard is IERC165, ISafeTransactionGuard, ISafeModuleGuard {
    error SafeGuard_ZeroAddress();
    error SafeGuard_Delegatecall(address to);
    error SafeGuard_SelfCall(address safe);
    error SafeGuard_Refund(uint256 gasPrice, address gasToken, address refundReceiver);
    error SafeGuard_ForeignModule(address module);
    error SafeGuard_ModuleCallFailed();
    error SafeGuard_LocksOut(address safe);

    /// @notice Owners' transactions. Requirements: a call, not a delegatecall (MultiSend by delegatecall would hide calls of
    /// the Safe to itself); not to the Safe itself, but for the empty call that spends a nonce; no gas refund.
    function checkTransaction(
        address to,
        uint256 value,
        bytes calldata data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes memory signatures,
        address msgSender
    ) external override;

    /// @notice Modules' transactions. Requirements: from the timelock, whatever else is enabled or was hidden among the
    /// modules when the Safe was made; a call, not a delegatecall.
    function checkModuleTransaction(
        address to,
        uint256 value,
        bytes calldata data,
        Operation operation,
        address module
    ) external override returns (bytes32 moduleTxHash);

    /// @notice After a module's transaction. Requirements: it succeeded (a Safe only answers `false`, so an operation that
    /// somebody starved of gas would count as done); while this is the guard of owners' transactions, it is that of modules
    /// too and the timelock is a module: else nobody could ever change the Safe again.
    function checkAfterModuleExecution(bytes32 txHash, bool success) external override;

    /// @notice The one module whose transactions pass.
    function timelock() external view returns (address);
}
