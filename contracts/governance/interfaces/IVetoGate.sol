// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice The timelock's canceller. Its Safe vetoes operations by their ids, however large they are; what was vetoed can be
/// cancelled again by anyone, should it be scheduled again. The one thing it can't veto is its own replacement, announced
/// long enough before: so a stolen canceller delays its removal, and doesn't prevent it.
///
/// Assumptions. Correctness: the Safe vetoes what harms; the timelock is OpenZeppelin's and grants CANCELLER to this gate
/// alone. Liveness: someone calls `enforce` while a vetoed operation that was scheduled again waits; the timelock's delay is
/// the time for that.
interface IVetoGate {
    event OperationVetoed(bytes32 indexed id);
    event VetoEnforced(bytes32 indexed id, address indexed by);
    /// @param id The operation that puts `successor` in place.
    /// @param from When it can no longer be vetoed, Unix seconds.
    event ReplacementAnnounced(
        bytes32 indexed id, address indexed successor, bytes32 salt, uint40 from, address indexed by
    );
    event ReplacementWithdrawn(bytes32 indexed id, address indexed by);

    error VetoGate_ZeroAddress();
    error VetoGate_NotTheSafe(address caller);
    error VetoGate_NotAProposer(address caller);
    error VetoGate_NotPending(bytes32 id);
    error VetoGate_NotVetoed(bytes32 id);
    error VetoGate_OwnReplacement(bytes32 id);
    error VetoGate_BadSuccessor(address successor);
    error VetoGate_VetoedBefore(bytes32 id);
    error VetoGate_AnnouncedAlready(bytes32 id, uint40 since);
    error VetoGate_NotAnnounced(bytes32 id);
    error VetoGate_OtherTimelock(address former);

    /// @notice Cancels a pending operation of the timelock, scheduled as a batch or as one call, and remembers its id for
    /// ever. Several in one transaction: `multicall`.
    /// @dev By the id of `CallScheduled`, not by the words: those can be too long for a transaction of the Safe, as a contract
    /// that schedules them makes them in memory.
    ///
    /// Requirements: the caller is the Safe; the operation is waiting or ready; it isn't the gate's own replacement, due.
    function veto(bytes32 id) external;

    /// @notice Cancels an operation that was vetoed and is scheduled again (anyone). The council, if it means it, changes
    /// the salt: then it is another operation, and the Safe looks at it again.
    ///
    /// Requirements: vetoed by this gate or a former one; pending.
    function enforce(bytes32 id) external;

    /// @notice Announces that `successor` shall take this gate's place. From `NOTICE` on, and for `WINDOW` and the
    /// timelock's delay after that, the gate can't veto the replacement: exactly the operation of `replacementOf`. Schedule it
    /// within `WINDOW`, and it is safe until it is ready. Then the announcement lapses: a forgotten one would be a standing
    /// right to remove the gate without notice.
    /// @dev Called by proposers themselves: what goes through the timelock could be vetoed.
    ///
    /// Requirements: the caller holds PROPOSER on the timelock; `successor` is another contract, with code, so that everyone
    /// can read what is coming; the operation was never vetoed; no announcement of it stands.
    function announceReplacement(address successor, bytes32 salt) external returns (bytes32 id);

    /// @notice Takes an announcement back; announced again, it waits again (any proposer).
    function withdrawReplacement(bytes32 id) external;

    /// @notice Whether the operation was vetoed, by this gate or one before it.
    function vetoed(bytes32 id) external view returns (bool);

    /// @notice The operation that puts `successor` in this gate's place: the batch of `grantRole(CANCELLER, successor)` and
    /// `revokeRole(CANCELLER, gate)` on the timelock, without value, without predecessor.
    function replacementOf(address successor, bytes32 salt) external view returns (bytes32 id);

    /// @notice When a replacement was announced, Unix seconds; 0 = never, or withdrawn.
    function announcedAt(bytes32 id) external view returns (uint40);

    /// @notice Whether it can't be vetoed now.
    function isDue(bytes32 id) external view returns (bool);

    /// @notice The Safe that vetoes.
    function safe() external view returns (address);

    /// @notice The timelock.
    function timelock() external view returns (address);

    /// @notice The gate that this one has taken the place of, whose vetoes stand; zero for none.
    function former() external view returns (address);
}
