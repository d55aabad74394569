// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IParams} from "../../shared/interfaces/IParams.sol";

/// @notice What an attestor signs about a customer (EIP-712).
/// @param subject The customer's primary account.
/// @param tier 1 to 3; to take a tier away, see `revoke`.
/// @param until Unix seconds until which the evidence holds.
/// @param evidence Hash of the evidence, which stays with the attestor.
/// @param nonce The subject's `attestationNonce`.
/// @param deadline Unix seconds after which the signature is void.
struct Attestation {
    address subject;
    uint8 tier;
    uint40 until;
    bytes32 evidence;
    uint256 nonce;
    uint40 deadline;
}

/// @notice Who is verified, on whose word and until when; and which accounts are one customer's. Writes both into the
/// Vault, of which it holds REGISTRY.
///
/// Assumptions. Correctness: attestors sign true evidence; a stolen attestor lifts at most `ATTESTOR_LIFTS` subjects a
/// trailing day, none of them before 24 hours have passed, in which anyone with the right may revoke. Liveness: none;
/// without attestors tiers lapse, which never stops an exit.
interface ITierRegistry is IParams {
    /// @param from When the tier begins to work, Unix seconds.
    /// @param until When it lapses, the grace included, Unix seconds.
    /// @param windowSlot The attestor's window of lifts after the write.
    event Attested(
        address indexed subject,
        address indexed attestor,
        uint8 tier,
        uint40 from,
        uint40 until,
        bytes32 indexed evidence,
        uint256 nonce,
        uint256 windowSlot
    );
    /// @param nonce The subject's next attestation nonce: what was signed for earlier ones is void.
    event Revoked(address indexed subject, address indexed by, bytes32 indexed reason, uint256 nonce);
    event Linked(address indexed account, address indexed subject);
    event Unlinked(address indexed account, address indexed subject, address indexed by);
    /// @param nonce The account's next nonce: what it signed for earlier ones is void.
    event LinkNonceUsed(address indexed account, uint256 nonce);

    error TierRegistry_ZeroAddress();
    error TierRegistry_BadTier(uint8 tier);
    error TierRegistry_UntilTooSoon(uint40 until, uint40 from);
    error TierRegistry_UntilTooFar(uint40 until, uint40 most);
    error TierRegistry_DeadlinePassed(uint40 deadline);
    error TierRegistry_BadNonce(address subject, uint256 expected, uint256 given);
    error TierRegistry_NotAnAttestor(address attestor);
    error TierRegistry_NotARevoker(address caller);
    error TierRegistry_BadSignature(address signer);
    error TierRegistry_LiftsSpent(address attestor, uint256 limit, uint256 fitsFrom);
    error TierRegistry_NotPrimary(address account, address subject);
    error TierRegistry_LinkToItself(address account);
    error TierRegistry_HasMembers(address account, uint8 members);
    error TierRegistry_NotLinked(address account);
    error TierRegistry_NotAParty(address caller, address account);

    /// @notice Brings an attestation to the Vault, by anyone. A lift, that is a tier above the one in force, works after
    /// `LIFT_DELAY` and charges one to the attestor's window; renewing and lowering work at once and charge nothing.
    ///
    /// Requirements: the tier is 1 to 3; `attestor` holds ATTESTOR and has signed (EOA or ERC-1271); the nonce is the
    /// subject's; neither deadline nor `until` has passed; `until` is at most `LONGEST` away; the subject isn't linked
    /// to another.
    function attest(Attestation calldata attestation, bytes calldata signature, address attestor) external;

    /// @notice Makes a subject unverified at once and voids all attestations signed for it so far.
    ///
    /// Requirements: the caller holds ATTESTOR or RISK_OFFICER; the subject isn't linked to another.
    /// @param reason Hash of the reason, or a short text.
    function revoke(address subject, bytes32 reason) external;

    /// @notice Makes `account` one of `subject`'s, with the consent of both: each signs the typed
    /// `Link(account, subject, nonceAccount, nonceSubject, deadline)` or is the caller, whose signature isn't read.
    /// The account loses a tier of its own, and attestations signed for it so far are void: unlinked again, it is
    /// unverified.
    ///
    /// Requirements: neither is linked yet; no account is linked to `account`. The Vault adds: neither is held or listed,
    /// neither is an app.
    function link(
        address account,
        address subject,
        uint40 deadline,
        bytes calldata accountSignature,
        bytes calldata subjectSignature
    ) external;

    /// @notice Makes a linked account its own subject again. The caller is the account or its subject.
    function unlink(address account) external;

    /// @notice Likewise, by anyone, with the signature of `by`, the account or its subject, on the typed
    /// `Unlink(account, by, nonce, deadline)`.
    function unlinkBySig(address account, address by, uint40 deadline, bytes calldata signature) external;

    /// @notice Voids what the caller has signed for linking and unlinking so far.
    function useLinkNonce() external;

    /// @notice The tier that works for `subject` now, links aside.
    function tierInForce(address subject) external view returns (uint8);

    /// @notice The nonce that the subject's next attestation carries.
    function attestationNonce(address subject) external view returns (uint256);

    /// @notice The nonce that the account's next `Link` or `Unlink` carries.
    function linkNonce(address account) external view returns (uint256);

    /// @notice The attestor's window of lifts, a slot of `SlidingWindow` with a period of a day.
    function windowOf(address attestor) external view returns (uint256 packed);

    /// @notice The Vault that this registry writes to.
    function vault() external view returns (address);
}
