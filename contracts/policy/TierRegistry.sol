// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {Subject} from "../custody/interfaces/IVaultTypes.sol";
import {Roles} from "../governance/Roles.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {Parametrised} from "../shared/Parametrised.sol";
import {Params} from "../shared/Params.sol";
import {Direction, IParams, ParamSpec} from "../shared/interfaces/IParams.sol";
import {Attestation, ITierRegistry} from "./interfaces/ITierRegistry.sol";
import {SlidingWindow} from "./libraries/SlidingWindow.sol";
import {TierLimits} from "./libraries/TierLimits.sol";

/// @title TierRegistry
/// @notice Attestations in, tiers out; and links between accounts, which need both signatures (never an attestor's).
contract TierRegistry is ITierRegistry, Parametrised, AccessManaged, EIP712 {
    using Params for Params.Table;

    /// @notice How long after its attestation a lift begins to work.
    uint40 public constant LIFT_DELAY = 24 hours;
    /// @notice Added to every attestation's `until`, so that a renewal that comes late breaks nothing.
    uint40 public constant GRACE = 7 days;
    /// @notice The longest that evidence may hold.
    uint40 public constant LONGEST = 730 days;
    /// @notice The trailing period in which an attestor's lifts are counted. A constant: see `SlidingWindow`.
    uint256 public constant LIFTS_PERIOD = 1 days;

    bytes32 private constant _ATTESTATION_TYPEHASH = keccak256(
        "Attestation(address subject,uint8 tier,uint40 until,bytes32 evidence,uint256 nonce,uint40 deadline)"
    );
    bytes32 private constant _LINK_TYPEHASH =
        keccak256("Link(address account,address subject,uint256 nonceAccount,uint256 nonceSubject,uint40 deadline)");
    bytes32 private constant _UNLINK_TYPEHASH =
        keccak256("Unlink(address account,address by,uint256 nonce,uint40 deadline)");

    IVault private immutable _vault;
    Params.Table private _table;
    mapping(address subject => uint256) private _attestationNonces;
    mapping(address account => uint256) private _linkNonces;
    mapping(address attestor => uint256) private _windows;

    /// @param authority The AccessManager.
    /// @param vault_ The Vault to write to.
    constructor(address authority, IVault vault_) AccessManaged(authority) EIP712("Strongroom TierRegistry", "1") {
        if (authority == address(0) || address(vault_) == address(0)) revert TierRegistry_ZeroAddress();
        _vault = vault_;
    }

    // ---- tiers ----

    /// @inheritdoc ITierRegistry
    function attest(Attestation calldata a, bytes calldata signature, address attestor) external {
        // Check: the signer's right, the signature, and that it is meant for here, now and once.
        _checkDeadline(a.deadline);
        if (!_has(Roles.ATTESTOR, attestor)) revert TierRegistry_NotAnAttestor(attestor);
        uint256 nonce = _attestationNonces[a.subject];
        if (a.nonce != nonce) revert TierRegistry_BadNonce(a.subject, nonce, a.nonce);
        _checkSignature(
            attestor,
            keccak256(
                abi.encode(_ATTESTATION_TYPEHASH, a.subject, a.tier, a.until, a.evidence, a.nonce, a.deadline)
            ),
            signature
        );
        // Check: what is attested.
        if (a.tier == 0 || a.tier > TierLimits.TOP_TIER) revert TierRegistry_BadTier(a.tier);
        _checkPrimary(a.subject);
        bool lift = a.tier > tierInForce(a.subject);
        uint40 from = uint40(block.timestamp) + (lift ? LIFT_DELAY : 0);
        uint40 most = uint40(block.timestamp) + LONGEST;
        if (a.until <= from) revert TierRegistry_UntilTooSoon(a.until, from);
        if (a.until > most) revert TierRegistry_UntilTooFar(a.until, most);
        // Effect
        _attestationNonces[a.subject] = nonce + 1;
        uint256 window = lift ? _chargeLift(attestor) : _windows[attestor];
        uint40 until = a.until + GRACE;
        emit Attested(a.subject, attestor, a.tier, from, until, a.evidence, nonce, window);
        // Interaction: the Vault, which calls nobody.
        _vault.setTier(a.subject, a.tier, from, until);
    }

    /// @inheritdoc ITierRegistry
    function revoke(address subject, bytes32 reason) external {
        // Check
        if (!_has(Roles.ATTESTOR, msg.sender) && !_has(Roles.RISK_OFFICER, msg.sender)) {
            revert TierRegistry_NotARevoker(msg.sender);
        }
        _checkPrimary(subject);
        // Effect
        emit Revoked(subject, msg.sender, reason, ++_attestationNonces[subject]);
        // Interaction: the Vault, which calls nobody.
        _unverify(subject);
    }

    // ---- links ----

    /// @inheritdoc ITierRegistry
    function link(
        address account,
        address subject,
        uint40 deadline,
        bytes calldata accountSignature,
        bytes calldata subjectSignature
    ) external {
        // Check: both are free, one level deep.
        _checkDeadline(deadline);
        if (account == subject) revert TierRegistry_LinkToItself(account);
        _checkPrimary(account);
        _checkPrimary(subject);
        uint8 members = _vault.accountOf(account).members;
        if (members != 0) revert TierRegistry_HasMembers(account, members);
        // Effect: both nonces are used, whoever signed.
        bytes32 digest = keccak256(
            abi.encode(
                _LINK_TYPEHASH, account, subject, _useLinkNonce(account), _useLinkNonce(subject), deadline
            )
        );
        // Check: both agree.
        if (msg.sender != account) _checkSignature(account, digest, accountSignature);
        if (msg.sender != subject) _checkSignature(subject, digest, subjectSignature);
        // Effect: a tier that sleeps under a link couldn't be revoked, nor could attestations kept for afterwards.
        ++_attestationNonces[account];
        emit Linked(account, subject);
        // Interaction: the Vault, which calls nobody.
        if (_vault.subjectRecord(account).tiers != 0) _unverify(account);
        _vault.setSubject(account, subject);
    }

    /// @inheritdoc ITierRegistry
    function unlink(address account) external {
        _unlink(account, msg.sender);
    }

    /// @inheritdoc ITierRegistry
    function unlinkBySig(address account, address by, uint40 deadline, bytes calldata signature) external {
        // Check
        _checkDeadline(deadline);
        // Effect
        uint256 nonce = _useLinkNonce(by);
        // Check
        _checkSignature(by, keccak256(abi.encode(_UNLINK_TYPEHASH, account, by, nonce, deadline)), signature);
        _unlink(account, by);
    }

    /// @inheritdoc ITierRegistry
    function useLinkNonce() external {
        _useLinkNonce(msg.sender);
    }

    // ---- parameters ----

    /// @inheritdoc IParams
    function tighten(bytes32 key, uint64 value) external restricted {
        _tighten(key, value);
    }

    /// @inheritdoc IParams
    function set(bytes32 key, uint32 expectedVersion, uint40 validUntil, uint64 value) external restricted {
        _set(key, expectedVersion, validUntil, value);
    }

    // ---- views ----

    /// @inheritdoc ITierRegistry
    function tierInForce(address subject) public view returns (uint8) {
        Subject memory s = _vault.subjectRecord(subject);
        if (block.timestamp < s.tierFrom) return s.tiers >> 4;
        return block.timestamp < s.tierUntil ? s.tiers & 0x0f : 0;
    }

    /// @inheritdoc ITierRegistry
    function attestationNonce(address subject) external view returns (uint256) {
        return _attestationNonces[subject];
    }

    /// @inheritdoc ITierRegistry
    function linkNonce(address account) external view returns (uint256) {
        return _linkNonces[account];
    }

    /// @inheritdoc ITierRegistry
    function windowOf(address attestor) external view returns (uint256) {
        return _windows[attestor];
    }

    /// @inheritdoc ITierRegistry
    function vault() external view returns (address) {
        return address(_vault);
    }

    // ---- inside ----

    function _chargeLift(address attestor) private returns (uint256 window) {
        uint256 before = _windows[attestor];
        uint256 limit = _table.inForce(ParamKeys.global(ParamKeys.ATTESTOR_LIFTS));
        bool fits;
        (fits, window) = SlidingWindow.charge(before, LIFTS_PERIOD, block.timestamp, 1, limit);
        if (!fits) {
            uint256 from = SlidingWindow.fitsFrom(before, LIFTS_PERIOD, block.timestamp, 1, limit);
            revert TierRegistry_LiftsSpent(attestor, limit, from);
        }
        _windows[attestor] = window;
    }

    function _unlink(address account, address by) private {
        // Check
        address subject = _vault.subjectOf(account);
        if (subject == account) revert TierRegistry_NotLinked(account);
        if (by != account && by != subject) revert TierRegistry_NotAParty(by, account);
        // Effect
        emit Unlinked(account, subject, by);
        // Interaction: the Vault, which calls nobody.
        _vault.setSubject(account, account);
    }

    /// @dev Tier 0 at once, also where a lift was waiting.
    function _unverify(address subject) private {
        uint40 time = uint40(block.timestamp);
        _vault.setTier(subject, 0, time, time);
    }

    function _useLinkNonce(address account) private returns (uint256 used) {
        used = _linkNonces[account]++;
        emit LinkNonceUsed(account, used + 1);
    }

    function _has(uint64 role, address account) private view returns (bool isMember) {
        (isMember,) = IAccessManager(authority()).hasRole(role, account);
    }

    function _checkPrimary(address account) private view {
        address subject = _vault.subjectOf(account);
        if (subject != account) revert TierRegistry_NotPrimary(account, subject);
    }

    function _checkDeadline(uint40 deadline) private view {
        if (block.timestamp > deadline) revert TierRegistry_DeadlinePassed(deadline);
    }

    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) private view {
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, _hashTypedDataV4(structHash), signature)) {
            revert TierRegistry_BadSignature(signer);
        }
    }

    function _params() internal view override returns (Params.Table storage) {
        return _table;
    }

    function _spec(bytes32 key) internal pure override returns (ParamSpec memory) {
        // One global row: the number is the same for every attestor, the window is each one's own.
        if (key != ParamKeys.global(ParamKeys.ATTESTOR_LIFTS)) revert IParams.Params_UnknownKey(key);
        return ParamSpec(0, 1000, Direction.DOWN);
    }
}
