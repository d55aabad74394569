// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";

/// @notice What an auditor signs.
/// @param report Hash of the report.
/// @param auditor Who signs: an EOA, or a contract by ERC-1271.
/// @param validUntil Unix seconds from which it covers nothing any more; 0 = no end.
/// @param codehashes Of the code that it covers, as `EXTCODEHASH` gives them.
struct Audit {
    bytes32 report;
    address auditor;
    uint40 validUntil;
    bytes32[] codehashes;
}

/// @notice Where a signed audit stands.
enum Standing {
    NONE, // never recorded
    RECORDED,
    REVOKED, // governance may record it again
    WITHDRAWN // by its auditor: for good
}

/// @notice What is kept of an audit: one slot.
/// @param validUntil Unix seconds; max uint40 = no end.
/// @param recordedAt Unix seconds, of the last time.
struct Entry {
    address auditor;
    uint40 validUntil;
    uint40 recordedAt;
    Standing standing;
}

/// @notice Which code an auditor has covered, and how much a Vault may hold while the code that it runs is not covered.
///
/// The code that a Vault runs: its implementation, that one's other half, the policy in force, and each reserve that counts.
/// `check` compares the hash of each with what is recorded, and keeps a verdict on the implementation. The verdict ends by
/// itself with the first audit that it rests on, when an audit is revoked or withdrawn, when the Vault gets another policy or
/// a further reserve, and doesn't hold for another implementation: then the caps apply until someone calls `check` and all
/// is covered. Caps are declared once and never change.
///
/// Nothing of this concerns what leaves: the Vault asks for deposits alone.
///
/// Assumptions. Correctness: governance gives AUDITOR to auditors; code that an audit covers can't destroy itself, and tells
/// the truth about what it runs. Liveness: none; without anyone's help the caps apply.
interface IAuditRecord {
    event UnverifiedCapDeclared(AssetId indexed asset, uint64 ticks);
    event VaultServed(address indexed vault);
    /// @param id The hash that the auditor signed.
    /// @param validUntil Max uint40 = no end.
    event AuditRecorded(
        bytes32 indexed id,
        address indexed auditor,
        bytes32 indexed report,
        uint40 validUntil,
        bytes32[] codehashes,
        uint32 revision
    );
    event AuditRevoked(bytes32 indexed id, address indexed by, uint32 revision);
    event AuditWithdrawn(bytes32 indexed id, address indexed auditor, uint32 revision);
    /// @notice All that runs is covered.
    /// @param until Unix seconds; max uint40 = no end.
    event CodeVerified(address indexed implementation, uint40 until);
    /// @notice Not all that runs is covered.
    /// @param lacking The first contract that isn't.
    event CodeNotVerified(address indexed implementation, address indexed lacking, bytes32 codehash);
    /// @notice What the verdict rested on has changed.
    event VerdictEnded(address indexed implementation);

    error AuditRecord_ZeroAddress();
    error AuditRecord_LengthsDiffer(uint256 assets, uint256 caps);
    error AuditRecord_ZeroCap(AssetId asset);
    error AuditRecord_DeclaredAlready(AssetId asset, uint64 ticks);
    error AuditRecord_ServesAlready(address vault);
    error AuditRecord_NotItsRecord(address vault);
    error AuditRecord_ServesNoVault();
    error AuditRecord_StaleRevision(uint32 expected, uint32 actual);
    error AuditRecord_Expired(uint40 validUntil);
    error AuditRecord_BadCount(uint256 codehashes, uint256 most);
    error AuditRecord_NoCode(bytes32 codehash);
    error AuditRecord_NotAnAuditor(address auditor);
    error AuditRecord_BadSignature(address auditor);
    error AuditRecord_Withdrawn(bytes32 id);
    error AuditRecord_NotInForce(bytes32 id);
    error AuditRecord_NotTheAuditor(address caller);

    // ---- once ----

    /// @notice Names the Vault, for good (timelock; at deployment, as the Vault's code holds this contract's address).
    ///
    /// Requirements: it names this contract as its record.
    function serve(address vault_) external;

    /// @notice Declares an asset's cap while unverified, in ticks, for good (timelock). An asset without one has 0.
    function declareCap(AssetId asset, uint64 ticks) external;

    // ---- audits ----

    /// @notice Records a signed audit (timelock), and checks what runs. What an earlier audit said of the same code, this one
    /// says from now on. An audit that was revoked, or superseded, may be recorded again.
    ///
    /// Requirements: the auditor holds AUDITOR and has signed it for this chain and this contract; it is not withdrawn and
    /// not over.
    /// @param expectedRevision The revision that the caller has seen: whatever was recorded or revoked since makes this
    /// revert, so that an operation that was left over can't undo a revocation.
    function record(Audit calldata audit, uint32 expectedRevision, bytes calldata signature)
        external
        returns (bytes32 id);

    /// @notice Ends an audit at once (RISK_OFFICER).
    function revoke(bytes32 id) external;

    /// @notice Ends an audit for good, recorded or not. Its auditor only.
    function withdraw(Audit calldata audit) external;

    // ---- the verdict ----

    /// @notice Looks at the code that the Vault runs, and keeps whether all of it is covered. By anyone.
    function check() external returns (bool covered);

    /// @notice Ends the verdict when the Vault calls it, after a change of what it rests on. Does nothing for others.
    function lapse() external;

    // ---- views ----

    /// @notice How much deposits may bring the asset's liabilities to, in ticks: max uint64 for a verified implementation,
    /// else the declared cap.
    function capFor(AssetId asset, address implementation) external view returns (uint64 ticks);

    /// @notice The declared cap, in ticks; 0 = none is declared.
    function unverifiedCap(AssetId asset) external view returns (uint64 ticks);

    /// @notice Until when the code that the Vault runs counts as verified, Unix seconds; 0 = it doesn't, max uint40 = no end.
    function verifiedUntil() external view returns (uint40);

    /// @notice The first contract that the Vault runs and no audit covers; zero if there is none.
    function lacking() external view returns (address account, bytes32 codehash);

    /// @notice The audit that covers this code, and until when; 0 = none does now.
    function coverOf(bytes32 codehash) external view returns (bytes32 id, uint40 until);

    /// @notice Whether each of these accounts runs covered code.
    function covers(address[] calldata accounts) external view returns (bool);

    function entryOf(bytes32 id) external view returns (Entry memory);

    /// @notice What the auditor signs: the EIP-712 hash of the audit.
    function idOf(Audit calldata audit) external view returns (bytes32);

    /// @notice Rises by one whenever an audit is recorded, or one in force ends.
    function revision() external view returns (uint32);

    /// @notice The Vault that is served; zero before `serve`.
    function vault() external view returns (address);
}
