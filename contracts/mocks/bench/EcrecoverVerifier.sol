// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStatementVerifier} from "../../gateway/interfaces/IStatementVerifier.sol";

/// @notice One ECDSA signature by one key, and nothing but the precompile: what the bench compares with.
contract EcrecoverVerifier is IStatementVerifier {
    address private immutable _signer;

    constructor(address signer) {
        _signer = signer;
    }

    function verify(bytes32 digest, bytes calldata signature) external view returns (bool) {
        return ecrecover(digest, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64])) == _signer;
    }
}
