// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {AssetId} from "../shared/AssetId.sol";
import {Audit, Entry, IAuditRecord, Standing} from "./interfaces/IAuditRecord.sol";
import {Roles} from "./Roles.sol";

/// @title AuditRecord
/// @notice Caps a Vault's holdings while the code that it runs isn't covered by an audit.
/// @dev Not upgradeable, and an immutable of the Vault's code: governance can record audits, and never raise a cap.
contract AuditRecord is IAuditRecord, AccessManaged, EIP712 {
    /// @notice Most hashes in one audit: recording them fits a block by far.
    uint256 public constant MAX_CODEHASHES = 64;

    bytes32 private constant _AUDIT_TYPEHASH =
        keccak256("Audit(bytes32 report,address auditor,uint40 validUntil,bytes32[] codehashes)");
    /// @dev What `EXTCODEHASH` says of an account that has no code.
    bytes32 private constant _EMPTY = keccak256("");

    /// @param until Unix seconds; 0 = none.
    struct Verdict {
        address implementation;
        uint40 until;
    }

    Verdict private _verdict;
    mapping(AssetId asset => uint64) private _caps;
    mapping(bytes32 codehash => bytes32 id) private _covers;
    mapping(bytes32 id => Entry) private _entries;
    // One slot.
    address private _vault;
    uint32 private _revision;

    /// @param authority The AccessManager.
    /// @param assets Whose caps are known from the beginning.
    /// @param caps Theirs, in ticks.
    constructor(address authority, AssetId[] memory assets, uint64[] memory caps)
        AccessManaged(authority)
        EIP712("Strongroom AuditRecord", "1")
    {
        if (authority == address(0)) revert AuditRecord_ZeroAddress();
        if (assets.length != caps.length) revert AuditRecord_LengthsDiffer(assets.length, caps.length);
        for (uint256 i; i < assets.length; ++i) {
            _declare(assets[i], caps[i]);
        }
    }

    // ---- once ----

    /// @inheritdoc IAuditRecord
    function serve(address vault_) external restricted {
        // Check
        if (_vault != address(0)) revert AuditRecord_ServesAlready(_vault);
        if (vault_.code.length == 0 || IVault(vault_).auditRecord() != address(this)) {
            revert AuditRecord_NotItsRecord(vault_);
        }
        // Effect
        _vault = vault_;
        emit VaultServed(vault_);
    }

    /// @inheritdoc IAuditRecord
    function declareCap(AssetId asset, uint64 ticks) external restricted {
        _declare(asset, ticks);
    }

    // ---- audits ----

    /// @inheritdoc IAuditRecord
    function record(Audit calldata audit, uint32 expectedRevision, bytes calldata signature)
        external
        restricted
        returns (bytes32 id)
    {
        id = idOf(audit);
        // Check: what was scheduled was meant for the state that it finds.
        if (_revision != expectedRevision) revert AuditRecord_StaleRevision(expectedRevision, _revision);
        if (audit.validUntil != 0 && block.timestamp >= audit.validUntil) {
            revert AuditRecord_Expired(audit.validUntil);
        }
        if (audit.codehashes.length == 0 || audit.codehashes.length > MAX_CODEHASHES) {
            revert AuditRecord_BadCount(audit.codehashes.length, MAX_CODEHASHES);
        }
        // Check: who says so.
        (bool isAuditor,) = IAccessManager(authority()).hasRole(Roles.AUDITOR, audit.auditor);
        if (!isAuditor) revert AuditRecord_NotAnAuditor(audit.auditor);
        if (_entries[id].standing == Standing.WITHDRAWN) revert AuditRecord_Withdrawn(id);
        if (!SignatureChecker.isValidSignatureNowCalldata(audit.auditor, id, signature)) {
            revert AuditRecord_BadSignature(audit.auditor);
        }
        // Effect
        uint40 validUntil = audit.validUntil == 0 ? type(uint40).max : audit.validUntil;
        _entries[id] = Entry(audit.auditor, validUntil, uint40(block.timestamp), Standing.RECORDED);
        for (uint256 i; i < audit.codehashes.length; ++i) {
            bytes32 codehash = audit.codehashes[i];
            // Check: an account without code runs nothing that could be covered.
            if (codehash == 0 || codehash == _EMPTY) revert AuditRecord_NoCode(codehash);
            _covers[codehash] = id;
        }
        emit AuditRecorded(id, audit.auditor, audit.report, validUntil, audit.codehashes, ++_revision);
        if (_vault != address(0)) _check();
    }

    /// @inheritdoc IAuditRecord
    function revoke(bytes32 id) external restricted {
        // Check
        if (_entries[id].standing != Standing.RECORDED) revert AuditRecord_NotInForce(id);
        // Effect
        _entries[id].standing = Standing.REVOKED;
        emit AuditRevoked(id, msg.sender, ++_revision);
        _endVerdict();
    }

    /// @inheritdoc IAuditRecord
    function withdraw(Audit calldata audit) external {
        bytes32 id = idOf(audit);
        Entry storage entry = _entries[id];
        // Check
        if (msg.sender != audit.auditor) revert AuditRecord_NotTheAuditor(msg.sender);
        if (entry.standing == Standing.WITHDRAWN) revert AuditRecord_Withdrawn(id);
        // Effect: anyone may withdraw what he alone has signed, so only an audit in force moves the revision.
        bool inForce = entry.standing == Standing.RECORDED;
        (entry.auditor, entry.standing) = (msg.sender, Standing.WITHDRAWN);
        if (inForce) ++_revision;
        emit AuditWithdrawn(id, msg.sender, _revision);
        if (inForce) _endVerdict();
    }

    // ---- the verdict ----

    /// @inheritdoc IAuditRecord
    function check() external returns (bool covered) {
        if (_vault == address(0)) revert AuditRecord_ServesNoVault();
        return _check();
    }

    /// @inheritdoc IAuditRecord
    function lapse() external {
        // Never a revert: the Vault's governance doesn't depend on this contract.
        if (msg.sender == _vault) _endVerdict();
    }

    // ---- views ----

    /// @inheritdoc IAuditRecord
    function capFor(AssetId asset, address implementation) external view returns (uint64 ticks) {
        return _isVerified(implementation) ? type(uint64).max : _caps[asset];
    }

    /// @inheritdoc IAuditRecord
    function unverifiedCap(AssetId asset) external view returns (uint64 ticks) {
        return _caps[asset];
    }

    /// @inheritdoc IAuditRecord
    function verifiedUntil() external view returns (uint40) {
        if (_vault == address(0)) return 0;
        (address implementation,) = IVault(_vault).runningCode();
        return _isVerified(implementation) ? _verdict.until : 0;
    }

    /// @inheritdoc IAuditRecord
    function lacking() external view returns (address account, bytes32 codehash) {
        if (_vault == address(0)) revert AuditRecord_ServesNoVault();
        (, account,) = _look();
        codehash = account.codehash;
    }

    /// @inheritdoc IAuditRecord
    function coverOf(bytes32 codehash) public view returns (bytes32 id, uint40 until) {
        id = _covers[codehash];
        Entry storage entry = _entries[id];
        if (entry.standing == Standing.RECORDED && block.timestamp < entry.validUntil) until = entry.validUntil;
    }

    /// @inheritdoc IAuditRecord
    function covers(address[] calldata accounts) external view returns (bool) {
        for (uint256 i; i < accounts.length; ++i) {
            (, uint40 until) = coverOf(accounts[i].codehash);
            if (until == 0) return false;
        }
        return true;
    }

    /// @inheritdoc IAuditRecord
    function entryOf(bytes32 id) external view returns (Entry memory) {
        return _entries[id];
    }

    /// @inheritdoc IAuditRecord
    function idOf(Audit calldata audit) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    _AUDIT_TYPEHASH,
                    audit.report,
                    audit.auditor,
                    audit.validUntil,
                    keccak256(abi.encodePacked(audit.codehashes))
                )
            )
        );
    }

    /// @inheritdoc IAuditRecord
    function revision() external view returns (uint32) {
        return _revision;
    }

    /// @inheritdoc IAuditRecord
    function vault() external view returns (address) {
        return _vault;
    }

    // ---- inside ----

    function _declare(AssetId asset, uint64 ticks) private {
        // Check: once, so that nobody raises it.
        if (ticks == 0) revert AuditRecord_ZeroCap(asset);
        if (_caps[asset] != 0) revert AuditRecord_DeclaredAlready(asset, _caps[asset]);
        // Effect
        _caps[asset] = ticks;
        emit UnverifiedCapDeclared(asset, ticks);
    }

    function _check() private returns (bool covered) {
        (address implementation, address account, uint40 until) = _look();
        covered = account == address(0);
        // Effect
        if (covered) {
            _verdict = Verdict(implementation, until);
            emit CodeVerified(implementation, until);
        } else {
            delete _verdict;
            emit CodeNotVerified(implementation, account, account.codehash);
        }
    }

    function _endVerdict() private {
        if (_verdict.until == 0) return;
        emit VerdictEnded(_verdict.implementation);
        delete _verdict;
    }

    function _isVerified(address implementation) private view returns (bool) {
        Verdict memory verdict = _verdict;
        return verdict.implementation == implementation && block.timestamp < verdict.until;
    }

    /// @dev All that the Vault runs: the first contract that isn't covered, or the time of the first cover's end.
    function _look() private view returns (address implementation, address account, uint40 until) {
        address[] memory reserves = IVault(_vault).reserves();
        address[] memory running = new address[](reserves.length + 3);
        (running[0], running[1]) = IVault(_vault).runningCode();
        running[2] = IVault(_vault).policy();
        for (uint256 i; i < reserves.length; ++i) {
            running[i + 3] = reserves[i];
        }
        implementation = running[0];
        until = type(uint40).max;
        for (uint256 i; i < running.length; ++i) {
            (, uint40 end) = coverOf(running[i].codehash);
            if (end == 0) return (implementation, running[i], 0);
            if (end < until) until = end;
        }
    }
}
