// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice The timelock's canceller. Its Safe vetoes operations whose preimage it has seen; what was vetoed can be cancelled
/// again by anyone, should it be scheduled again. The one thing it can't veto is its own replacement, announced long enough
/// before: so a stolen canceller delays its removal, and doesn't prevent it.
///
/// Assumptions. Correctness: the Safe vetoes what harms; the timelock is OpenZeppelin's and grants CANCELLER to this gate
/// alone. Liveness: someone calls `enforce` while a vetoed operation that was scheduled again waits; the timelock's delay is
/// the time for that.
interface IVetoGate {
    event OperationVetoed(bytes32 indexed id);
    event VetoEnforced(bytes32 indexed id, address indexed by);
    /// @param from When the replacement by `successor` can no longer be vetoed, Unix seconds.
    event ReplacementAnnounced(address indexed successor, uint40 from, address indexed by);
    event ReplacementWithdrawn(address indexed successor, address indexed by);

    error VetoGate_ZeroAddress();
    error VetoGate_NotTheSafe(address caller);
    error VetoGate_NotAProposer(address caller);
    error VetoGate_NotPending(bytes32 id);
    error VetoGate_NotVetoed(bytes32 id);
    error VetoGate_OwnReplacement(address successor);
    error VetoGate_BadSuccessor(address successor);
    error VetoGate_AnnouncedAlready(address successor, uint40 since);
    error VetoGate_NotAnnounced(address successor);
    error VetoGate_OtherTimelock(address former);

    /// @notice Cancels a pending operation of the timelock and remembers its id for ever. The words are those of
    /// `CallScheduled` and `CallSalt`. Several in one transaction: `multicall`.
    ///
    /// Requirements: the caller is the Safe; the operation is waiting or ready; it isn't the gate's own replacement, due.
    function veto(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt
    ) external;

    /// @notice Likewise, for an operation that was scheduled as one call (`schedule`, not `scheduleBatch`).
    function vetoOne(address target, uint256 value, bytes calldata payload, bytes32 predecessor, bytes32 salt)
        external;

    /// @notice Cancels an operation that was vetoed and is scheduled again (anyone). The council, if it means it, changes
    /// the salt: then it is another operation, and the Safe looks at it again.
    ///
    /// Requirements: vetoed by this gate or a former one; pending.
    function enforce(bytes32 id) external;

    /// @notice Announces that `successor` shall take this gate's place. From `NOTICE` on, and for `WINDOW` and the
    /// timelock's delay after that, the gate can't veto the replacement: exactly the batch of `grantRole(CANCELLER,
    /// successor)` and `revokeRole(CANCELLER, gate)` on the timelock, without value, without predecessor, with any salt.
    /// Schedule it within `WINDOW`, and it is safe until it is ready. Then the announcement lapses: a forgotten one would be
    /// a standing right to remove the gate without notice.
    /// @dev Called by proposers themselves: what goes through the timelock could be vetoed.
    ///
    /// Requirements: the caller holds PROPOSER on the timelock; `successor` is another contract, with code, so that everyone
    /// can read what is coming; no announcement of it stands.
    function announceReplacement(address successor) external;

    /// @notice Takes an announcement back; announced again, it waits again (any proposer).
    function withdrawReplacement(address successor) external;

    /// @notice Whether the operation was vetoed, by this gate or one before it.
    function vetoed(bytes32 id) external view returns (bool);

    /// @notice When the successor was announced, Unix seconds; 0 = never, or withdrawn.
    function announcedAt(address successor) external view returns (uint40);

    /// @notice Whether the replacement by `successor` can't be vetoed now.
    function isDue(address successor) external view returns (bool);

    /// @notice The Safe that vetoes.
    function safe() external view returns (address);

    /// @notice The timelock.
    function timelock() external view returns (address);

    /// @notice The gate that this one has taken the place of, whose vetoes stand; zero for none.
    function former() external view returns (address);
}
