// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {AssetId} from "../../shared/AssetId.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";
import {Exit, Intent, Verb} from "../interfaces/IVaultTypes.sol";

/// @title Intents
/// @notice The one typed text that owners sign (EIP-712), and the rule that unused fields are zero.
library Intents {
    bytes32 internal constant TYPEHASH = keccak256(
        "Intent(address owner,uint8 verb,uint256 asset,uint112 amount,address to,bytes32 ref,uint256 nonce,uint40 deadline)"
    );

    /// @notice The EIP-712 struct hash.
    function hash(Intent calldata intent) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                TYPEHASH,
                intent.owner,
                intent.verb,
                intent.asset,
                intent.amount,
                intent.to,
                intent.ref,
                intent.nonce,
                intent.deadline
            )
        );
    }

    /// @notice Reverts unless the intent is in time, its fields and `data` are what its verb uses and no more, and its
    /// owner, a key or an ERC-1271 contract, signed `digest`.
    function check(Intent calldata intent, bytes calldata data, bytes32 digest, bytes calldata signature)
        internal
        view
    {
        if (block.timestamp > intent.deadline) revert IVaultEvents.Vault_DeadlinePassed(intent.deadline);
        Verb verb = intent.verb;
        bool ok;
        if (verb == Verb.TRANSFER || verb == Verb.WITHDRAW) {
            ok = data.length == 0;
        } else if (verb == Verb.CALL) {
            ok = _bare(intent) && intent.amount == 0 && intent.ref == keccak256(data);
        } else if (verb == Verb.CANCEL) {
            // abi.encode of a static struct: the id is the hash of the very same bytes.
            ok = _bare(intent) && intent.amount == 0 && intent.to == address(0) && intent.ref == keccak256(data)
                && data.length == 7 * 32;
        } else if (verb == Verb.SET_DESTINATION) {
            ok = _bare(intent) && intent.amount <= 1 && data.length == 0;
        } else {
            ok = _bare(intent) && intent.amount <= type(uint40).max && intent.to == address(0) && data.length == 0;
        }
        if (!ok) revert IVaultEvents.Vault_BadIntent(verb);
        if (!SignatureChecker.isValidSignatureNowCalldata(intent.owner, digest, signature)) {
            revert IVaultEvents.Vault_BadSignature(intent.owner);
        }
    }

    function _bare(Intent calldata intent) private pure returns (bool) {
        return AssetId.unwrap(intent.asset) == 0;
    }
}
