// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice Remembers when each secret was first shown here, by its SHA-256 hash: the hash of Lightning payments (BOLT 2) and
/// of hash time-locked contracts on UTXO chains (BIP-199), so that one secret settles legs on several chains.
///
/// A leg that is claimed by a secret asks whether it was shown in time, not whether it is known now: a secret that was
/// registered before a deadline counts for good, whoever brings it later. Anyone registers; who is overtaken loses nothing.
interface ISecretRegistry {
    /// @param secret The preimage, for whoever waits for it on another chain.
    event SecretRegistered(bytes32 indexed hash, bytes32 secret, uint40 time);

    /// @notice Registers a secret of 32 bytes. Registering it again changes nothing.
    /// @return hash `sha256(secret)`
    function register(bytes32 secret) external returns (bytes32 hash);

    /// @notice Registers several; those that stand already are passed over.
    function registerBatch(bytes32[] calldata secrets) external;

    /// @notice When the secret of `hash` was first shown here, Unix seconds; 0 = never.
    function shownAt(bytes32 hash) external view returns (uint40);
}
