// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @notice What a committee says of one message. There is one statement for a message, ever.
/// @param chain keccak256 of the CAIP-2 name of the chain that it is about.
/// @param messageId What it is about: a deposit, a payout's attempt, how that ended.
/// @param content Hash of what is said.
struct Statement {
    bytes32 chain;
    bytes32 messageId;
    bytes32 content;
}

/// @notice One set of keys in its time.
/// @param verifier Whose signatures count.
/// @param until Unix seconds; its statements count before that. The epoch in office has the largest value.
/// @param revoked Nothing that it ever said counts any more.
struct Epoch {
    address verifier;
    uint40 until;
    bool revoked;
}

/// @notice Who tells this chain what happened on others: epochs of verifiers, one in office. When the next one is named the
/// former one still counts for an overlap, so that statements on their way arrive.
///
/// A proof is `abi.encode(uint32 epoch, bytes signature)`, the signature being over the EIP-712 digest of the `Statement` in
/// this contract's domain ("Strongroom Committee", "1"), as the epoch's verifier wants it.
///
/// Assumptions. Correctness: fewer than an epoch's threshold of keys lie, from the day it takes office until it is revoked or
/// its overlap ends. Liveness: a threshold of them signs what is final on its chain.
interface ICommittee is IAccessManaged {
    /// @param formerUntil When the former epoch's statements end to count; now, without an overlap.
    event CommitteeRotated(uint32 indexed epoch, address indexed verifier, uint40 formerUntil);
    event EpochRevoked(uint32 indexed epoch);

    error Committee_ZeroAddress();
    error Committee_NotAVerifier(address verifier);
    error Committee_KnownVerifier(address verifier, uint32 epoch);
    error Committee_NotTheExpected(uint32 expected, uint32 actual);
    error Committee_OverlapTooLong(uint40 secs, uint40 most);
    error Committee_Expired(uint40 validUntil);
    error Committee_UnknownEpoch(uint32 epoch);
    error Committee_InOffice(uint32 epoch);
    error Committee_EpochRevoked(uint32 epoch);
    error Committee_EpochEnded(uint32 epoch, uint40 until);
    error Committee_BadSignature(uint32 epoch);

    /// @notice Names the next epoch's verifier (timelock).
    ///
    /// Requirements: `expected` is in office, so that nothing scheduled for another situation applies; `verifier` is a contract
    /// that has never been in office here; the overlap is at most `MAX_OVERLAP`.
    /// @param overlap Seconds for which the former epoch still counts. Zero if its keys are not to be trusted.
    /// @param validUntil Unix seconds after which a scheduled call is void.
    function rotate(uint32 expected, address verifier, uint40 overlap, uint40 validUntil) external;

    /// @notice Ends a former epoch at once and takes back what only it has said: see `IGateway.mature` (RISK_OFFICER).
    ///
    /// Requirements: the epoch isn't in office: that one is replaced first, so that there is always somebody to say how
    /// payouts ended.
    function revoke(uint32 epoch) external;

    /// @notice Reverts unless `proof` shows that an epoch whose word counts now has signed the statement.
    /// @return epoch Which.
    function verify(Statement calldata statement, bytes calldata proof) external view returns (uint32 epoch);

    /// @notice The EIP-712 digest that members sign.
    function digestOf(Statement calldata statement) external view returns (bytes32);

    /// @notice The epoch in office. The first is 1.
    function current() external view returns (uint32);

    /// @notice The record of an epoch; empty for one that never was.
    function epochOf(uint32 epoch) external view returns (Epoch memory);

    /// @notice Seconds.
    function MAX_OVERLAP() external view returns (uint40);
}
