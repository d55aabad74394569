// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ICondition} from "../interfaces/ICondition.sol";

/// @title Quorum
/// @notice Met by enough of the named signers, each once: keys or ERC-1271 contracts, by EIP-712 signatures of
/// `Approval(bytes32 payment,bytes32 terms)`.
contract Quorum is ICondition, EIP712 {
    /// @param signers Ascending, so that each is there once.
    /// @param threshold How many of them, at least 1.
    /// @param shared Whether one approval serves every payment of these terms: `payment` is zero then.
    struct Terms {
        address[] signers;
        uint256 threshold;
        bool shared;
    }

    /// @param place The signer's, counted from 0.
    struct Approval {
        uint256 place;
        bytes signature;
    }

    bytes32 private constant _TYPEHASH = keccak256("Approval(bytes32 payment,bytes32 terms)");

    constructor() EIP712("Strongroom Quorum", "1") {}

    /// @inheritdoc ICondition
    /// @param terms `Terms`
    /// @param witness `Approval[]` by ascending place; exactly as many as the threshold.
    function check(bytes32 id, bytes calldata terms, bytes calldata witness) external view returns (bool) {
        Terms memory agreed = abi.decode(terms, (Terms));
        Approval[] memory approvals = abi.decode(witness, (Approval[]));
        if (agreed.threshold == 0 || approvals.length != agreed.threshold) return false;
        for (uint256 i = 1; i < agreed.signers.length; ++i) {
            if (agreed.signers[i - 1] >= agreed.signers[i]) return false;
        }
        bytes32 payment = agreed.shared ? bytes32(0) : id;
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(_TYPEHASH, payment, keccak256(terms))));
        for (uint256 i; i < approvals.length; ++i) {
            Approval memory approval = approvals[i];
            if (i != 0 && approvals[i - 1].place >= approval.place) return false;
            if (approval.place >= agreed.signers.length) return false;
            address signer = agreed.signers[approval.place];
            if (!SignatureChecker.isValidSignatureNow(signer, digest, approval.signature)) return false;
        }
        return true;
    }
}
