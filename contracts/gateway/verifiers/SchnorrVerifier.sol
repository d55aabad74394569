// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStatementVerifier} from "../interfaces/IStatementVerifier.sol";
import {Bip340} from "../libraries/Bip340.sol";

/// @title SchnorrVerifier
/// @notice One BIP-340 signature under one key: a FROST group's, for about the price of an `ecrecover`.
contract SchnorrVerifier is IStatementVerifier {
    error SchnorrVerifier_NotAKey(uint256 x);

    uint256 private immutable _x;

    /// @param x The key, x only. One that is no x of a point, or not below the group's order (one in 2^128), is refused.
    constructor(uint256 x) {
        (bool found,) = Bip340.liftX(x);
        if (!found || x >= Bip340.N) revert SchnorrVerifier_NotAKey(x);
        _x = x;
    }

    /// @inheritdoc IStatementVerifier
    /// @param signature 64 bytes as BIP-340 has them, R's x and s; or the same and R's y, which saves computing it.
    function verify(bytes32 digest, bytes calldata signature) external view returns (bool) {
        if (signature.length != 64 && signature.length != 96) return false;
        uint256 rx = uint256(bytes32(signature[:32]));
        uint256 s = uint256(bytes32(signature[32:64]));
        if (signature.length == 96) return Bip340.verify(_x, digest, rx, uint256(bytes32(signature[64:])), s);
        (bool found, uint256 ry) = Bip340.liftX(rx);
        return found && Bip340.verify(_x, digest, rx, ry, s);
    }

    /// @notice The key, x only.
    function key() external view returns (uint256) {
        return _x;
    }
}
