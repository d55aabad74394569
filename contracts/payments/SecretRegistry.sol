// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISecretRegistry} from "./interfaces/ISecretRegistry.sol";

/// @title SecretRegistry
/// @notice Remembers when each secret was first shown: see `ISecretRegistry`.
contract SecretRegistry is ISecretRegistry {
    mapping(bytes32 hash => uint40 time) private _shownAt;

    /// @inheritdoc ISecretRegistry
    function register(bytes32 secret) external returns (bytes32) {
        return _register(secret);
    }

    /// @inheritdoc ISecretRegistry
    function registerBatch(bytes32[] calldata secrets) external {
        for (uint256 i; i < secrets.length; ++i) {
            _register(secrets[i]);
        }
    }

    /// @inheritdoc ISecretRegistry
    function shownAt(bytes32 hash) external view returns (uint40) {
        return _shownAt[hash];
    }

    function _register(bytes32 secret) private returns (bytes32 hash) {
        hash = sha256(abi.encodePacked(secret));
        // Check: the first time counts.
        if (_shownAt[hash] != 0) return hash;
        // Effect
        uint40 time = uint40(block.timestamp);
        _shownAt[hash] = time;
        emit SecretRegistered(hash, secret, time);
    }
}
