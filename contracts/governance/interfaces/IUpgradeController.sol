// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What a probe's answer must be.
enum Compare {
    SAME, // under the old code before and after the migrations, and under the new code
    CHANGED, // the same under the old code before and after; under the new code any answer
    NEW // asked of the new code alone, which must answer
}

/// @notice A view that the rehearsal asks.
/// @param data The call, selector first. An answer is one word at least and `MOST_ANSWER` bytes at most.
struct Probe {
    address target;
    bytes data;
    Compare compare;
}

/// @notice Code that a release relies on beside its implementations: what they hold as immutables, say.
struct Pin {
    address account;
    bytes32 codehash;
}

/// @notice One proxy of a release.
/// @param revision The proxy's as of scheduling: every upgrade and every rollback raises it.
/// @param from The implementation in force.
/// @param codehash Of the code at `to`.
/// @param data The migration: called on the new implementation through the proxy, once. Empty = none.
struct Step {
    address proxy;
    uint32 revision;
    address from;
    address to;
    bytes32 codehash;
    bytes data;
}

/// @notice A set of proxies that change their code together or not at all. Its id is the hash of all of it.
/// @param steps In the order of the migrations.
/// @param noRollback Rolling it back would open what it closes.
/// @param validUntil Unix seconds, the last at which it can be executed: an operation that is ready never expires.
/// @param salt Tells releases apart that are otherwise equal.
struct Release {
    Step[] steps;
    Pin[] pins;
    Probe[] probes;
    bool noRollback;
    uint40 validUntil;
    bytes32 salt;
}

/// @notice A proxy that the controller governs.
/// @param proxyAdmin The proxy's own; zero = not governed.
/// @param revision How often the proxy has been upgraded and rolled back.
/// @param implementation In force.
/// @param release The one that it runs; zero = the code that it was adopted with.
struct Governed {
    address proxyAdmin;
    uint32 revision;
    address implementation;
    bytes32 release;
}

/// @notice What a release did to one proxy.
/// @param previous The release that the proxy ran before.
struct Switch {
    address proxy;
    address from;
    address to;
    bytes32 previous;
}

/// @notice A release that was executed.
/// @param executedAt Unix seconds; 0 = unknown.
/// @param windowEnd Unix seconds from which it can't be rolled back; 0 = never could.
struct Executed {
    uint40 executedAt;
    uint40 windowEnd;
    bool rolledBack;
    Switch[] switches;
}

/// @notice Owner of the ProxyAdmins: changes code as rehearsed sets and undoes them from outside the code that changed.
///
/// Assumptions. Correctness: the proxies and ProxyAdmins are OpenZeppelin's (5.x): the admin is the proxy's immutable, and
/// a switch without data runs no code of any implementation. A migration that a release schedules is code with all of the
/// proxy's power; the rehearsal finds what its probes look at, in that transaction, and no more. Liveness: UPGRADER and
/// ROLLBACK have holders; the chain deletes no code that stood there before the transaction (EIP-6780).
interface IUpgradeController {
    event Adopted(address indexed proxy, address indexed proxyAdmin, address implementation);
    /// @param windowEnd Unix seconds; 0 = it can't be rolled back.
    event ReleaseExecuted(bytes32 indexed id, uint40 windowEnd);
    event ReleaseRolledBack(bytes32 indexed id);
    /// @param governed The proxy's record after the write.
    event Switched(address indexed proxy, bytes32 indexed id, Governed governed);
    /// @notice After a rollback the Vault was told to pay nothing instantly.
    /// @param closed Whether it says that it does. If not, guardians hold everyone.
    event InstantExitsAsked(bytes32 indexed id, bool closed);
    event HandOverAnnounced(address indexed successor, uint40 readyAt);
    event HandOverCancelled(address indexed successor);
    event HandedOver(address indexed successor);

    error UpgradeController_NotAContract(address account);
    error UpgradeController_BadWindow(uint40 window);
    error UpgradeController_NotItsOwner(address proxyAdmin);
    error UpgradeController_GovernedAlready(address proxy);
    error UpgradeController_TooManyProxies();
    error UpgradeController_NotTheImplementation(uint256 probe);
    error UpgradeController_Expired(uint40 validUntil);
    error UpgradeController_ExecutedAlready(bytes32 id);
    error UpgradeController_NoSteps();
    error UpgradeController_NotGoverned(address proxy);
    error UpgradeController_Twice(address proxy);
    error UpgradeController_Unchanged(address proxy);
    error UpgradeController_NotTheExpected(address proxy, address implementation);
    error UpgradeController_StaleRevision(address proxy, uint32 revision);
    error UpgradeController_WrongCode(address account, bytes32 codehash);
    error UpgradeController_Unprobed(address proxy);
    error UpgradeController_ProbeFailed(uint256 probe);
    error UpgradeController_DataChanged(uint256 probe);
    error UpgradeController_AnswerChanged(uint256 probe);
    error UpgradeController_EtherMoved(address proxy);
    error UpgradeController_NotEnoughGas(uint256 left, uint256 needed);
    error UpgradeController_UnknownRelease(bytes32 id);
    error UpgradeController_NoRollback(bytes32 id);
    error UpgradeController_RolledBackAlready(bytes32 id);
    error UpgradeController_WindowClosed(bytes32 id, uint40 windowEnd);
    error UpgradeController_NotRunning(bytes32 id, address proxy);
    error UpgradeController_BadSuccessor(address successor);
    error UpgradeController_AnnouncedAlready(address successor);
    error UpgradeController_BadDelay(uint256 readyAt);
    error UpgradeController_NothingAnnounced();
    error UpgradeController_TooSoon(uint40 readyAt);
    error UpgradeController_Lapsed(uint40 readyAt);
    error UpgradeController_WindowOpen(uint40 until);

    /// @notice Takes a proxy under this controller (UPGRADER).
    /// @dev Switches the proxy to `implementation`, so that the record is true whatever it was.
    ///
    /// Requirements: this contract owns the ProxyAdmin; the proxy isn't governed; a probe asks it; every probe answers the
    /// same before and after the switch.
    /// @param probes Each as if `SAME`.
    function adopt(address proxyAdmin, address proxy, address implementation, Probe[] calldata probes) external;

    /// @notice Rehearses a release and executes it (UPGRADER, the timelock), all in this transaction: new code with its
    /// migrations, old code, new code without them. Whatever the rehearsal finds reverts all of it.
    ///
    /// Requirements: not expired, not executed before; every step starts from the implementation and revision in force;
    /// code hashes are as scheduled; a probe asks each proxy, under the old code too unless `noRollback`.
    /// @dev Warning: a migration must not go on after a call of its own that ran out of gas: who executes chooses the gas.
    function upgrade(Release calldata release) external returns (bytes32 id);

    /// @notice Switches all proxies of a release back, last first (ROLLBACK), and tells the Vault that nothing is instant
    /// until the timelock says so. Runs no code of the release; where the Vault doesn't obey, the event says so.
    ///
    /// Requirements: executed less than `WINDOW` ago, not `noRollback`, not rolled back; every proxy of it still runs it.
    function rollback(bytes32 id) external;

    /// @notice Names a successor for all proxies (UPGRADER). Works after the timelock's delay once more.
    ///
    /// Requirements: the successor has code; none is announced, unless that has lapsed.
    function announceHandOver(address successor) external;

    /// @notice Withdraws the announcement (UPGRADER).
    function cancelHandOver() external;

    /// @notice Makes the announced successor the owner of every ProxyAdmin, by anyone.
    ///
    /// Requirements: the delay has passed, `HAND_OVER_TERM` has not; no release's window is open.
    function handOver() external;

    /// @notice Seconds in which a release can be rolled back.
    function WINDOW() external view returns (uint40);

    /// @notice The Vault that a rollback closes, and the timelock whose delay a hand-over waits for.
    function vault() external view returns (address);
    function timelock() external view returns (address);

    /// @notice A release's id.
    function idOf(Release calldata release) external pure returns (bytes32);

    /// @notice What became of a release; all zero if it wasn't executed.
    function releaseOf(bytes32 id) external view returns (Executed memory);

    /// @notice A proxy's record; all zero but the revision if it isn't governed.
    function governedOf(address proxy) external view returns (Governed memory);

    /// @notice Every governed proxy, in the order of adoption.
    function proxies() external view returns (address[] memory);

    /// @notice The announced successor and from when it can take over; zero if none is.
    function announced() external view returns (address successor, uint40 readyAt);
}
