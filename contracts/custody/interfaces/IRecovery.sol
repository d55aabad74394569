// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {Exit} from "./IVaultTypes.sol";

/// @notice Who asked for a recovery.
enum Path {
    NONE,
    AGENTS, // a threshold of the agents that the owner has appointed
    OFFICE // an attestor, confirmed by REVIEWER
}

/// @notice Where a recovery stands.
enum Stage {
    NONE,
    DELAY,
    OPEN // it may be executed
}

/// @notice Whom an owner trusts with its account if its key is lost or stolen.
/// @param agents Ascending, at most `MOST_AGENTS`; empty = none.
/// @param threshold How many of them it takes; 0 with no agents.
/// @param delay Seconds from their approval to the recovery; 0 with no agents.
/// @param closed Whether the office's path is closed: the agents, or nobody.
struct Appointment {
    address[] agents;
    uint8 threshold;
    uint40 delay;
    bool closed;
}

/// @notice An agent's signed vote.
struct AgentSignature {
    address agent;
    bytes signature;
}

/// @notice An agent's last vote on an owner's account.
/// @param to Where it would have everything go; zero = nowhere.
/// @param time When, Unix seconds; 0 = never. It counts for `VOTE_TERM`.
/// @param round The round it was cast in; it counts in no other.
/// @param nonce The agent's next for this owner.
struct Vote {
    address to;
    uint40 time;
    uint32 round;
    uint24 nonce;
}

/// @notice What an attestor has asked for.
/// @param time When, Unix seconds; 0 = not asked.
struct Proposal {
    address attestor;
    uint40 time;
}

/// @notice An owner's recovery, for a screen.
/// @param to Who gets everything.
/// @param from Unix seconds from which it may be executed.
/// @param until Unix seconds from which no more.
/// @param round What agents' votes count in now.
/// @param officeFrom Unix seconds before which no attestor may propose, after a veto.
struct RecoveryStatus {
    Stage stage;
    Path path;
    address to;
    uint40 from;
    uint40 until;
    uint32 round;
    uint40 officeFrom;
}

/// @notice Recovery of an account whose key is lost or stolen: its open exits are cancelled and its balances moved to
/// another account, fresh; nothing else changes. There are two ways to it. Agents whom the owner appointed at least
/// `APPOINTMENT_WAIT` before, which the key can neither veto nor change in time, as it may be a thief's; or an attestor
/// and REVIEWER, which the key can veto.
///
/// Assumptions. Correctness: fewer than a threshold of an owner's agents are rogue, or the owner moves its money within
/// their delay; attestors and REVIEWER aren't both rogue, or someone vetoes within `OFFICE_DELAY`. Liveness: a threshold
/// of agents, or an attestor and REVIEWER; the Vault grants RECOVERY to this contract.
interface IRecovery {
    /// @param appointment Its number: the owner's first is 1.
    /// @param from When it takes the place of the one in force, unless agents' recovery runs then; Unix seconds.
    event AgentsAppointed(
        address indexed owner,
        uint32 indexed appointment,
        address[] agents,
        uint8 threshold,
        uint40 delay,
        bool closed,
        uint40 from
    );
    event AppointmentDropped(address indexed owner, uint32 indexed appointment);
    /// @param to Zero = nowhere.
    /// @param nonce The agent's next for this owner: what it signed for earlier ones is void.
    event RecoveryVoted(
        address indexed owner, address indexed agent, address indexed to, uint32 round, uint24 nonce
    );
    event RecoveryProposed(
        address indexed owner, address indexed to, address indexed attestor, bytes32 evidence, uint40 until
    );
    event RecoveryStarted(address indexed owner, address indexed to, Path indexed path, uint40 from, uint40 until);
    /// @notice By a threshold of its agents.
    event RecoveryWithdrawn(address indexed owner, address indexed to);
    /// @param officeFrom When an attestor may propose again, Unix seconds.
    event RecoveryVetoed(address indexed owner, address indexed to, address indexed by, uint40 officeFrom);
    event RecoveryExecuted(address indexed owner, address indexed to, address indexed by);

    error Recovery_ZeroAddress();
    error Recovery_TooManyAgents(uint256 agents, uint256 most);
    error Recovery_BadThreshold(uint8 threshold, uint256 agents);
    error Recovery_BadDelay(uint40 delay, uint40 least, uint40 most);
    error Recovery_OwnAgent(address owner);
    error Recovery_NotSorted(address previous, address next);
    error Recovery_NothingWaits(address owner);
    error Recovery_NoAgents(address owner);
    error Recovery_NotAnAgent(address owner, address caller);
    error Recovery_DeadlinePassed(uint40 deadline);
    error Recovery_BadSignature(address signer);
    error Recovery_BadRecipient(address to);
    error Recovery_RecipientListed(address to);
    error Recovery_AppsCannot(address owner);
    error Recovery_Running(address owner, uint40 until);
    error Recovery_NotRunning(address owner);
    error Recovery_TooSoon(address owner, uint40 from);
    error Recovery_OfficeClosed(address owner);
    error Recovery_VetoedUntil(address owner, uint40 officeFrom);
    error Recovery_NotProposed(address owner, address to);
    error Recovery_SameParty(address attestor);
    error Recovery_ConfirmationsSpent(uint256 limit, uint256 fitsFrom);
    error Recovery_NothingToVeto(address owner);
    error Recovery_NotAVetoer(address caller);

    // ---- the owner ----

    /// @notice Appoints agents for the caller's account, or none. Takes the place of the appointment in force after
    /// `APPOINTMENT_WAIT`, and of one that waits at once: until then a thief with the key changes nothing.
    ///
    /// Requirements: at most `MOST_AGENTS`, ascending, none of them zero or the caller; a threshold of 1 to their
    /// number; a delay of `SHORTEST_DELAY` to `LONGEST_DELAY`. With no agents threshold and delay are 0.
    /// @dev Warning: a threshold of agents that are in force can take everything after their delay; the key has no veto,
    /// only the time to move its money.
    /// @param closed Whether the office may not recover the account either.
    function appoint(address[] calldata agents, uint8 threshold, uint40 delay, bool closed) external;

    /// @notice Drops the caller's appointment that waits; the one in force stays.
    function dropAppointment() external;

    // ---- path A: agents ----

    /// @notice Votes to recover an owner's account to `to`; zero takes the vote back or, while the agents' recovery runs,
    /// votes to withdraw it. At the threshold of equal votes the recovery starts or ends. An agent has one vote, its
    /// last; it counts for `VOTE_TERM`, until the agents' recovery starts or ends, or others come into force.
    ///
    /// Requirements: the caller is an agent in force; no agents' recovery runs, unless `to` is zero; `to` is fit to
    /// receive, see `execute`.
    function vote(address owner, address to) external;

    /// @notice Brings votes that agents have signed (EIP-712; EOA or ERC-1271), by anyone: the text is
    /// `Vote(address owner,address to,uint256 round,uint256 nonce,uint40 deadline)` with the owner's round of
    /// `recoveryOf` and each agent's nonce of `voteOf`.
    ///
    /// Requirements: as for `vote`, for each; the deadline hasn't passed. A signature that was brought before is passed over
    /// while its agent's vote for `to` counts.
    function voteBySig(address owner, address to, uint40 deadline, AgentSignature[] calldata signatures) external;

    // ---- path B: the office ----

    /// @notice Asks for a recovery (ATTESTOR), for REVIEWER to confirm within `PROPOSAL_TERM`.
    ///
    /// Requirements: the owner hasn't closed this path, nor vetoed within `PEACE`; `to` is fit to receive.
    /// @param evidence Hash of the evidence, which stays with the attestor.
    function propose(address owner, address to, bytes32 evidence) external;

    /// @notice Starts a recovery that an attestor has proposed (REVIEWER); it may be executed after `OFFICE_DELAY`.
    ///
    /// Requirements: proposed within `PROPOSAL_TERM`, and since the last veto's `PEACE`, by one who is still an attestor
    /// and isn't the caller; the owner hasn't closed this path; no recovery runs; `to` is fit to receive; fewer than
    /// `CONFIRMATIONS` in the trailing `CONFIRMATIONS_PERIOD`.
    function confirm(address owner, address to) external;

    /// @notice Ends the office's recovery, until its window is over. After a veto by the owner or an agent none may be
    /// proposed for `PEACE`.
    ///
    /// Requirements: the caller is the owner, one of its agents in force, or holds REVIEWER or RISK_OFFICER.
    function veto(address owner) external;

    // ---- both ----

    /// @notice Cancels exits of the owner and moves its whole balances of `assets` to the recovery's `to`, by anyone, as
    /// often as needed in the window. Exits that are no longer open are passed over, so that nobody can stop it by
    /// cancelling one first.
    ///
    /// Requirements: the delay has passed and the window, `WINDOW` long, hasn't; owner and `to` are not apps; `to` isn't
    /// zero, the owner, the Vault, this contract, or listed; of the Vault: the owner isn't listed.
    function execute(address owner, AssetId[] calldata assets, Exit[] calldata exits) external;

    // ---- views ----

    /// @notice The owner's appointment in force and the one that waits, whose `from` is zero if none does. A wait that is
    /// over while agents' recovery runs ends with that recovery.
    function agentsOf(address owner)
        external
        view
        returns (Appointment memory inForce, Appointment memory waiting, uint40 from);

    /// @notice Where the owner's recovery stands.
    function recoveryOf(address owner) external view returns (RecoveryStatus memory);

    /// @notice How many votes for `to` count now, and how many it takes; zero = no agents.
    function votesFor(address owner, address to) external view returns (uint256 votes, uint256 threshold);

    /// @notice The agent's last vote, whether or not it counts.
    function voteOf(address owner, address agent) external view returns (Vote memory);

    /// @notice An attestor's last proposal of this recovery, whether or not it can be confirmed.
    function proposalOf(address owner, address to) external view returns (Proposal memory);

    /// @notice The window of confirmations, a slot of `SlidingWindow`.
    function confirmationsWindow() external view returns (uint256);

    /// @notice The Vault whose accounts are recovered.
    function vault() external view returns (address);
}
