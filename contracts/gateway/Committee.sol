// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Epoch, ICommittee, Statement} from "./interfaces/ICommittee.sol";
import {IStatementVerifier} from "./interfaces/IStatementVerifier.sol";

/// @title Committee
/// @notice Whose word about other chains counts here, and until when: see `ICommittee`.
/// @dev Not upgradeable.
contract Committee is ICommittee, EIP712, AccessManaged {
    /// @inheritdoc ICommittee
    uint40 public constant MAX_OVERLAP = 7 days;

    bytes32 private constant _STATEMENT = keccak256("Statement(bytes32 chain,bytes32 messageId,bytes32 content)");
    uint40 private constant _IN_OFFICE = type(uint40).max;

    mapping(uint32 epoch => Epoch) private _epochs;
    mapping(address verifier => uint32 epoch) private _epochBy;
    uint32 private _current;

    /// @param authority_ The AccessManager.
    /// @param first The verifier of epoch 1.
    constructor(address authority_, address first) EIP712("Strongroom Committee", "1") AccessManaged(authority_) {
        if (authority_ == address(0)) revert Committee_ZeroAddress();
        _begin(first, uint40(block.timestamp));
    }

    /// @inheritdoc ICommittee
    function rotate(uint32 expected, address verifier, uint40 overlap, uint40 validUntil) external restricted {
        uint32 former = _current;
        // Check
        if (block.timestamp > validUntil) revert Committee_Expired(validUntil);
        if (former != expected) revert Committee_NotTheExpected(expected, former);
        if (overlap > MAX_OVERLAP) revert Committee_OverlapTooLong(overlap, MAX_OVERLAP);
        // Effect
        uint40 until = uint40(block.timestamp) + overlap;
        _epochs[former].until = until;
        _begin(verifier, until);
    }

    /// @inheritdoc ICommittee
    function revoke(uint32 epoch) external restricted {
        // Check
        if (epoch == 0 || epoch > _current) revert Committee_UnknownEpoch(epoch);
        if (epoch == _current) revert Committee_InOffice(epoch);
        if (_epochs[epoch].revoked) revert Committee_EpochRevoked(epoch);
        // Effect
        _epochs[epoch].revoked = true;
        emit EpochRevoked(epoch);
    }

    /// @inheritdoc ICommittee
    function verify(Statement calldata statement, bytes calldata proof) external view returns (uint32 epoch) {
        bytes memory signature;
        (epoch, signature) = abi.decode(proof, (uint32, bytes));
        Epoch memory record = _epochs[epoch];
        if (record.verifier == address(0)) revert Committee_UnknownEpoch(epoch);
        if (record.revoked) revert Committee_EpochRevoked(epoch);
        if (block.timestamp >= record.until) revert Committee_EpochEnded(epoch, record.until);
        if (!IStatementVerifier(record.verifier).verify(digestOf(statement), signature)) {
            revert Committee_BadSignature(epoch);
        }
    }

    /// @inheritdoc ICommittee
    function digestOf(Statement calldata statement) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(abi.encode(_STATEMENT, statement.chain, statement.messageId, statement.content))
        );
    }

    /// @inheritdoc ICommittee
    function current() external view returns (uint32) {
        return _current;
    }

    /// @inheritdoc ICommittee
    function epochOf(uint32 epoch) external view returns (Epoch memory) {
        return _epochs[epoch];
    }

    function _begin(address verifier, uint40 formerUntil) private {
        // Check: one that was in office stays what it has become.
        if (verifier.code.length == 0) revert Committee_NotAVerifier(verifier);
        if (_epochBy[verifier] != 0) revert Committee_KnownVerifier(verifier, _epochBy[verifier]);
        // Effect
        uint32 epoch = ++_current;
        _epochBy[verifier] = epoch;
        _epochs[epoch] = Epoch(verifier, _IN_OFFICE, false);
        emit CommitteeRotated(epoch, verifier, formerUntil);
    }
}
