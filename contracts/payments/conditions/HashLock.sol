// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICondition} from "../interfaces/ICondition.sol";
import {ISecretRegistry} from "../interfaces/ISecretRegistry.sol";

/// @title HashLock
/// @notice Met by the preimage of a SHA-256 hash that is known in time: brought now, or shown to the SecretRegistry then. One
/// secret may serve several payments, as legs of one swap do: the hash in the terms says so.
contract HashLock is ICondition {
    /// @param hash SHA-256 of a secret of 32 bytes.
    /// @param before Unix seconds; the secret counts until then, this second included.
    struct Terms {
        bytes32 hash;
        uint40 before;
    }

    ISecretRegistry private immutable _registry;

    error HashLock_ZeroRegistry();

    constructor(ISecretRegistry registry_) {
        if (address(registry_) == address(0)) revert HashLock_ZeroRegistry();
        _registry = registry_;
    }

    /// @inheritdoc ICondition
    /// @param terms `Terms`
    /// @param witness The secret, or nothing where the registry has seen it.
    function check(bytes32, bytes calldata terms, bytes calldata witness) external view returns (bool) {
        Terms memory agreed = abi.decode(terms, (Terms));
        uint256 shownAt = _registry.shownAt(agreed.hash);
        if (shownAt != 0 && shownAt <= agreed.before) return true;
        return witness.length == 32 && block.timestamp <= agreed.before && sha256(witness) == agreed.hash;
    }

    function registry() external view returns (address) {
        return address(_registry);
    }
}
