// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice Who an office wants to take whose place.
/// @param from The proposer that is lost.
/// @param to The Safe that shall propose instead.
/// @param at Unix seconds of the office's word; 0 = none.
struct Choice {
    address from;
    uint40 at;
    address to;
}

/// @notice A succession that enough offices stand behind.
/// @param from The proposer that is lost.
/// @param since When the quorum was reached, Unix seconds; 0 = none is announced.
/// @param to The Safe that shall propose instead.
struct Announced {
    address from;
    uint40 since;
    address to;
}

/// @notice The way back when the council's keys are lost. Holds PROPOSER on the timelock and can schedule one kind of
/// operation only: PROPOSER passes from a proposer to a new Safe. Enough offices name both; for `NOTICE` a living proposer
/// ends it by one transaction; then anyone schedules it, and the timelock's delay and the veto apply as to all else.
///
/// A stolen council objects too: against theft stand the veto and the guard, not this.
///
/// Assumptions. Correctness: fewer offices than the quorum are stolen, or a proposer lives that objects, or the canceller
/// vetoes. Liveness: a quorum of offices.
interface ISuccession {
    event SuccessionSupported(address indexed office, address indexed from, address indexed to);
    event SupportWithdrawn(address indexed office, address indexed from, address indexed to);
    /// @param schedulable When anyone may schedule it, Unix seconds.
    event SuccessionAnnounced(address indexed from, address indexed to, uint40 schedulable);
    /// @notice Too few offices are left behind what was announced, or it has lapsed.
    event SuccessionEnded(address indexed from, address indexed to);
    event SuccessionObjected(address indexed by, address indexed from, address indexed to);
    event SuccessionScheduled(bytes32 indexed id, address indexed from, address indexed to, bytes32 salt);

    error Succession_ZeroAddress();
    error Succession_BadQuorum(uint256 quorum, uint256 offices);
    error Succession_OfficeTwice(address office);
    error Succession_OfficeProposes(address office);
    error Succession_NotAnOffice(address caller);
    error Succession_NotAProposer(address account);
    error Succession_BadSuccessor(address to);
    error Succession_SupportedAlready(address office);
    error Succession_NothingToWithdraw(address office);
    error Succession_NothingAnnounced();
    error Succession_TooEarly(uint256 schedulable);
    error Succession_Lapsed(uint256 until);

    /// @notice An office's word that `to` shall take `from`'s place; it replaces the office's earlier word, and counts for
    /// `WINDOW`. With the quorum's last word the succession is announced.
    ///
    /// Requirements: the caller is an office; `from` holds PROPOSER and isn't this contract; `to` is another contract, with
    /// code; the office doesn't stand behind the same announcement already.
    function support(address from, address to) external;

    /// @notice Takes an office's word back; an announcement with too few words left ends.
    function withdrawSupport() external;

    /// @notice Ends what is announced, and all words behind it: the proposer lives.
    ///
    /// Requirements: the caller holds PROPOSER, and isn't this contract; something is announced.
    function object() external;

    /// @notice Schedules the batch of `grantRole(PROPOSER, to)` and `revokeRole(PROPOSER, from)` with the timelock's delay
    /// (anyone).
    ///
    /// Requirements: announced, unobjected, for `NOTICE`, and not for `WINDOW` longer; `from` still holds PROPOSER.
    function schedule() external returns (bytes32 id);

    /// @notice What is announced; all zero for nothing.
    function announced() external view returns (Announced memory);

    /// @notice An office's word; all zero for none.
    function choiceOf(address office) external view returns (Choice memory);

    /// @notice The offices.
    function offices() external view returns (address[] memory);

    /// @notice How many offices it takes.
    function quorum() external view returns (uint256);

    /// @notice The timelock.
    function timelock() external view returns (address);
}
