// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ICondition} from "../interfaces/ICondition.sol";

/// @title Attestation
/// @notice Met by the word of one attestor, a key or an ERC-1271 contract, that something happened inside a window: an EIP-712
/// signature of `Attestation(bytes32 payment,bytes32 claim,uint40 time)`.
contract Attestation is ICondition, EIP712 {
    /// @param claim Hash of what must have happened, in whatever words were agreed.
    /// @param from Unix seconds, this second included.
    /// @param until Unix seconds, this second included; it may be shown later.
    /// @param shared Whether one attestation serves every payment on this claim: `payment` is zero then.
    struct Terms {
        address attestor;
        bytes32 claim;
        uint40 from;
        uint40 until;
        bool shared;
    }

    /// @param time When it happened, Unix seconds, says the attestor; not in the future.
    struct Witness {
        uint40 time;
        bytes signature;
    }

    bytes32 private constant _TYPEHASH = keccak256("Attestation(bytes32 payment,bytes32 claim,uint40 time)");

    constructor() EIP712("Strongroom Attestation", "1") {}

    /// @inheritdoc ICondition
    /// @param terms `Terms`
    /// @param witness `Witness`
    function check(bytes32 id, bytes calldata terms, bytes calldata witness) external view returns (bool) {
        Terms memory agreed = abi.decode(terms, (Terms));
        Witness memory shown = abi.decode(witness, (Witness));
        if (shown.time < agreed.from || shown.time > agreed.until || shown.time > block.timestamp) return false;
        bytes32 payment = agreed.shared ? bytes32(0) : id;
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(_TYPEHASH, payment, agreed.claim, shown.time)));
        return SignatureChecker.isValidSignatureNow(agreed.attestor, digest, shown.signature);
    }
}
