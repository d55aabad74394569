// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IStatementVerifier} from "../interfaces/IStatementVerifier.sol";

/// @title MultisigVerifier
/// @notice k of n keys, each with one ECDSA signature.
contract MultisigVerifier is IStatementVerifier {
    error MultisigVerifier_BadThreshold(uint256 threshold, uint256 signers);
    error MultisigVerifier_TooManySigners(uint256 signers, uint256 most);
    error MultisigVerifier_NotAscending(address signer);

    uint256 public constant MAX_SIGNERS = 32;

    uint256 private constant _SIZE = 65;

    uint256 private immutable _threshold;
    mapping(address signer => bool) private _isSigner;
    address[] private _signers;

    /// @param signers_ Ascending, so that each is there once and none is zero.
    /// @param threshold_ More than half of them: any two quorums share a signer, who has signed twice if they contradict.
    constructor(address[] memory signers_, uint256 threshold_) {
        if (signers_.length > MAX_SIGNERS) revert MultisigVerifier_TooManySigners(signers_.length, MAX_SIGNERS);
        if (threshold_ > signers_.length || threshold_ * 2 <= signers_.length) {
            revert MultisigVerifier_BadThreshold(threshold_, signers_.length);
        }
        address last;
        for (uint256 i; i < signers_.length; ++i) {
            if (signers_[i] <= last) revert MultisigVerifier_NotAscending(signers_[i]);
            last = signers_[i];
            _isSigner[last] = true;
        }
        (_signers, _threshold) = (signers_, threshold_);
    }

    /// @inheritdoc IStatementVerifier
    /// @param signature Exactly as many signatures as the threshold, 65 bytes each, by ascending signer.
    function verify(bytes32 digest, bytes calldata signature) external view returns (bool) {
        if (signature.length != _threshold * _SIZE) return false;
        address last;
        for (uint256 i; i < signature.length; i += _SIZE) {
            (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature[i:i + _SIZE]);
            if (failure != ECDSA.RecoverError.NoError || signer <= last || !_isSigner[signer]) return false;
            last = signer;
        }
        return true;
    }

    function threshold() external view returns (uint256) {
        return _threshold;
    }

    function signers() external view returns (address[] memory) {
        return _signers;
    }
}
