// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice How a Safe calls: as one byte in its transactions.
enum Operation {
    CALL,
    DELEGATECALL
}

/// @notice What a Safe 1.5 asks of a guard of its owners' transactions. ERC-165 id 0xe6d7a83a.
interface ISafeTransactionGuard {
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
    ) external;

    function checkAfterExecution(bytes32 hash, bool success) external;
}

/// @notice What a Safe 1.5 asks of a guard of its modules' transactions. ERC-165 id 0x58401ed8.
interface ISafeModuleGuard {
    function checkModuleTransaction(
        address to,
        uint256 value,
        bytes calldata data,
        Operation operation,
        address module
    ) external returns (bytes32 moduleTxHash);

    function checkAfterModuleExecution(bytes32 txHash, bool success) external;
}

/// @notice The few functions of a Safe 1.5 that our contracts call. Its code is its authors', never linked to ours.
interface ISafe {
    function enableModule(address module) external;
    function setGuard(address guard) external;
    function setModuleGuard(address moduleGuard) external;
    function isModuleEnabled(address module) external view returns (bool);
    function getStorageAt(uint256 offset, uint256 length) external view returns (bytes memory);
}
