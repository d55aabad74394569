// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice A guardian's key: typically a Safe, or the on-call engineer's account.
/// @param expiry Unix seconds from which it can do nothing; 0 = not a key.
/// @param budget Seconds that it may hold single subjects for, all together, in any 90 days.
struct GuardianKey {
    uint40 expiry;
    uint32 budget;
}

/// @notice Sole holder of GUARDIAN in the Vault: who may hold, for how long, and no more. A key can stop, never take; what
/// it can do is bounded by its budget, by its expiry (governance renews it, or it dies) and by the Vault's own budget of
/// 7 days in any 90 for each subject and for everyone.
///
/// Assumptions. Correctness: none, a stolen key spends its budgets and nothing else. Liveness: one live key.
interface IGuardian {
    event KeySet(address indexed key, uint40 expiry, uint32 budget);
    event KeyRemoved(address indexed key);
    /// @param subject Zero = everyone.
    /// @param windowSlot The key's window after the write: the one for everyone, or the one for single subjects.
    event HoldPlaced(address indexed key, address indexed subject, uint40 secs, uint256 windowSlot);
    event HoldLifted(address indexed key, address indexed subject);

    error Guardian_ZeroAddress();
    error Guardian_ExpiryTooSoon(uint40 expiry);
    error Guardian_ExpiryTooFar(uint40 expiry, uint40 most);
    error Guardian_NotAKey(address caller);
    error Guardian_KeyExpired(address key, uint40 expiry);
    error Guardian_ZeroSeconds();
    error Guardian_BudgetSpent(address key, uint256 secs, uint256 room);
    error Guardian_BudgetForEveryoneSpent(address key, uint256 secs, uint256 room);

    /// @notice Names a key or renews it (timelock). What it has used of its budgets stays used.
    ///
    /// Requirements: the expiry is ahead, by at most `LONGEST_TERM`.
    /// @param budget Seconds for single subjects, all together, in any 90 days. For everyone a key has 7 days in any 90.
    function setKey(address key, uint40 expiry, uint32 budget) external;

    /// @notice Ends a key now (by whom the AccessManager says; it only tightens). What it holds stays held.
    function removeKey(address key) external;

    /// @notice Holds a subject, or everyone (zero address), until `secs` from now.
    /// @dev All of `secs` is charged to the key, also where a hold in place makes it shorter; the Vault charges what it
    /// adds.
    ///
    /// Requirements: the caller is a live key whose budget has room.
    function hold(address subject, uint40 secs) external;

    /// @notice Ends a hold, whichever key has placed it. Refunds nothing.
    ///
    /// Requirements: the caller is a live key.
    function lift(address subject) external;

    /// @notice The key as stored; all zero for none.
    function keyOf(address key) external view returns (GuardianKey memory);

    /// @notice The key's windows of hold seconds, slots of `SlidingWindow` with a period of 90 days.
    function windowsOf(address key) external view returns (uint256 subjects, uint256 everyone);

    /// @notice Seconds that the key may hold now: single subjects, everyone. The Vault may allow less.
    function roomOf(address key) external view returns (uint256 subjects, uint256 everyone);

    /// @notice The Vault that this contract guards.
    function vault() external view returns (address);
}
