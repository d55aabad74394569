// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Roles} from "../governance/Roles.sol";
import {SlidingWindow} from "../policy/libraries/SlidingWindow.sol";
import {AssetId} from "../shared/AssetId.sol";
import {
    AgentSignature,
    Appointment,
    IRecovery,
    Path,
    Proposal,
    RecoveryStatus,
    Stage,
    Vote
} from "./interfaces/IRecovery.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Exit} from "./interfaces/IVaultTypes.sol";
import {Appointments, Owner} from "./libraries/Appointments.sol";
import {Recoverable} from "./libraries/Recoverable.sol";

/// @title Recovery
/// @notice Sole holder of RECOVERY: who may have an account's balances moved to another, and after how long.
/// @dev Calls the Vault, whose `recover` calls nobody, and asks signers by staticcall: no lock is needed.
contract Recovery is IRecovery, AccessManaged, EIP712 {
    using Appointments for Appointment;
    using Appointments for Owner;
    using Appointments for Vote;
    using Recoverable for IVault;

    /// @notice From an appointment to its force: the time that true agents have to act against a thief's.
    uint40 public constant APPOINTMENT_WAIT = 30 days;
    uint256 public constant MOST_AGENTS = Appointments.MOST_AGENTS;
    uint40 public constant SHORTEST_DELAY = Appointments.SHORTEST_DELAY;
    uint40 public constant LONGEST_DELAY = Appointments.LONGEST_DELAY;
    /// @notice How long an agent's vote counts.
    uint40 public constant VOTE_TERM = Appointments.VOTE_TERM;
    /// @notice How long a proposal can be confirmed.
    uint40 public constant PROPOSAL_TERM = 7 days;
    /// @notice From the confirmation to the recovery: the time in which the owner, its agents or an officer veto it.
    uint40 public constant OFFICE_DELAY = 14 days;
    /// @notice How long after a veto by the owner or an agent nothing may be proposed.
    uint40 public constant PEACE = 30 days;
    /// @notice How long a recovery may be executed.
    uint40 public constant WINDOW = 14 days;
    /// @notice How many recoveries the office may start in a trailing `CONFIRMATIONS_PERIOD`: as many as can be vetoed.
    uint256 public constant CONFIRMATIONS = 50;
    /// @notice A constant: see `SlidingWindow`.
    uint256 public constant CONFIRMATIONS_PERIOD = 7 days;

    bytes32 private constant _VOTE_TYPEHASH =
        keccak256("Vote(address owner,address to,uint256 round,uint256 nonce,uint40 deadline)");

    IVault private immutable _vault;
    mapping(address owner => Owner) private _owners;
    mapping(address owner => mapping(uint32 number => Appointment)) private _appointments;
    mapping(address owner => mapping(address agent => Vote)) private _votes;
    mapping(address owner => mapping(address to => Proposal)) private _proposals;
    uint256 private _confirmations;

    /// @param authority The AccessManager.
    /// @param vault_ The Vault whose accounts are recovered.
    constructor(address authority, IVault vault_) AccessManaged(authority) EIP712("Strongroom Recovery", "1") {
        if (authority == address(0) || address(vault_) == address(0)) revert Recovery_ZeroAddress();
        _vault = vault_;
    }

    // ---- the owner ----

    /// @inheritdoc IRecovery
    function appoint(address[] calldata agents, uint8 threshold, uint40 delay, bool closed) external {
        // Check
        Appointments.check(msg.sender, agents, threshold, delay);
        // Effect
        Owner memory o = _settled(msg.sender);
        uint32 number = ++o.appointments;
        uint40 from = uint40(block.timestamp) + APPOINTMENT_WAIT;
        (o.waiting, o.waitingFrom) = (number, from);
        _owners[msg.sender] = o;
        _appointments[msg.sender][number] = Appointment(agents, threshold, delay, closed);
        emit AgentsAppointed(msg.sender, number, agents, threshold, delay, closed, from);
    }

    /// @inheritdoc IRecovery
    function dropAppointment() external {
        Owner memory o = _settled(msg.sender);
        // Check
        if (o.waitingFrom == 0) revert Recovery_NothingWaits(msg.sender);
        // Effect
        emit AppointmentDropped(msg.sender, o.waiting);
        (o.waiting, o.waitingFrom) = (0, 0);
        _owners[msg.sender] = o;
    }

    // ---- path A: agents ----

    /// @inheritdoc IRecovery
    function vote(address owner, address to) external {
        Owner memory o = _votable(owner, to);
        _cast(owner, o, msg.sender, to);
        _count(owner, o, to);
    }

    /// @inheritdoc IRecovery
    function voteBySig(address owner, address to, uint40 deadline, AgentSignature[] calldata signatures) external {
        // Check
        if (block.timestamp > deadline) revert Recovery_DeadlinePassed(deadline);
        Owner memory o = _votable(owner, to);
        for (uint256 i; i < signatures.length; ++i) {
            address agent = signatures[i].agent;
            Vote memory v = _votes[owner][agent];
            bytes32 text = keccak256(abi.encode(_VOTE_TYPEHASH, owner, to, o.round, uint256(v.nonce), deadline));
            if (SignatureChecker.isValidSignatureNowCalldata(agent, _hashTypedDataV4(text), signatures[i].signature)) {
                _cast(owner, o, agent, to);
            } else if (!v.counts(to, o.round)) {
                // One that counts already, brought alone by somebody else, doesn't stop the others.
                revert Recovery_BadSignature(agent);
            }
        }
        _count(owner, o, to);
    }

    // ---- path B: the office ----

    /// @inheritdoc IRecovery
    function propose(address owner, address to, bytes32 evidence) external restricted {
        Owner memory o = _settled(owner);
        // Check
        if (_appointments[owner][o.inForce].closed) revert Recovery_OfficeClosed(owner);
        if (block.timestamp < o.officeFrom) revert Recovery_VetoedUntil(owner, o.officeFrom);
        _vault.checkParties(owner, to);
        // Effect
        uint40 time = uint40(block.timestamp);
        _proposals[owner][to] = Proposal(msg.sender, time);
        emit RecoveryProposed(owner, to, msg.sender, evidence, time + PROPOSAL_TERM);
    }

    /// @inheritdoc IRecovery
    function confirm(address owner, address to) external restricted {
        Owner memory o = _settled(owner);
        Proposal memory p = _proposals[owner][to];
        // Check
        if (_appointments[owner][o.inForce].closed) revert Recovery_OfficeClosed(owner);
        if (o.path != Path.NONE) revert Recovery_Running(owner, o.until);
        // One made before a veto is void, as `officeFrom` is later.
        bool lapsed = p.time < o.officeFrom || block.timestamp >= p.time + PROPOSAL_TERM;
        if (p.time == 0 || lapsed || !_has(Roles.ATTESTOR, p.attestor)) revert Recovery_NotProposed(owner, to);
        if (p.attestor == msg.sender) revert Recovery_SameParty(msg.sender);
        _vault.checkParties(owner, to);
        // Effect
        delete _proposals[owner][to];
        _chargeConfirmation();
        _start(owner, o, to, Path.OFFICE, OFFICE_DELAY);
    }

    /// @inheritdoc IRecovery
    function veto(address owner) external {
        Owner memory o = _settled(owner);
        // Check
        if (o.path != Path.OFFICE) revert Recovery_NothingToVeto(owner);
        bool own = msg.sender == owner || _appointments[owner][o.inForce].has(msg.sender);
        if (!own && !_has(Roles.REVIEWER, msg.sender) && !_has(Roles.RISK_OFFICER, msg.sender)) {
            revert Recovery_NotAVetoer(msg.sender);
        }
        // Effect: an officer's veto, of a mistake say, is no reason to keep the owner waiting.
        if (own) o.officeFrom = uint40(block.timestamp) + PEACE;
        emit RecoveryVetoed(owner, o.to, msg.sender, o.officeFrom);
        o.end();
        _owners[owner] = o;
    }

    // ---- both ----

    /// @inheritdoc IRecovery
    function execute(address owner, AssetId[] calldata assets, Exit[] calldata exits) external {
        Owner memory o = _settled(owner);
        // Check
        if (o.path == Path.NONE) revert Recovery_NotRunning(owner);
        if (block.timestamp < o.from) revert Recovery_TooSoon(owner, o.from);
        _vault.checkParties(owner, o.to);
        // Effect: none here, as it may be executed again until the window is over.
        emit RecoveryExecuted(owner, o.to, msg.sender);
        // Interaction: the Vault, which calls nobody.
        _vault.recover(owner, o.to, assets, _vault.stillOpen(exits));
    }

    // ---- views ----

    /// @inheritdoc IRecovery
    function agentsOf(address owner)
        external
        view
        returns (Appointment memory inForce, Appointment memory waiting, uint40 from)
    {
        Owner memory o = _settled(owner);
        // Number 0 is nobody's: an empty one.
        return (_appointments[owner][o.inForce], _appointments[owner][o.waiting], o.waitingFrom);
    }

    /// @inheritdoc IRecovery
    function recoveryOf(address owner) external view returns (RecoveryStatus memory) {
        Owner memory o = _settled(owner);
        Stage stage = block.timestamp < o.from ? Stage.DELAY : Stage.OPEN;
        if (o.path == Path.NONE) stage = Stage.NONE;
        return RecoveryStatus(stage, o.path, o.to, o.from, o.until, o.round, o.officeFrom);
    }

    /// @inheritdoc IRecovery
    function votesFor(address owner, address to) external view returns (uint256 votes, uint256 threshold) {
        Owner memory o = _settled(owner);
        Appointment storage appointment = _appointments[owner][o.inForce];
        return (appointment.votes(_votes[owner], to, o.round), appointment.threshold);
    }

    /// @inheritdoc IRecovery
    function voteOf(address owner, address agent) external view returns (Vote memory) {
        return _votes[owner][agent];
    }

    /// @inheritdoc IRecovery
    function proposalOf(address owner, address to) external view returns (Proposal memory) {
        return _proposals[owner][to];
    }

    /// @inheritdoc IRecovery
    function confirmationsWindow() external view returns (uint256) {
        return _confirmations;
    }

    /// @inheritdoc IRecovery
    function vault() external view returns (address) {
        return address(_vault);
    }

    // ---- inside ----

    function _settled(address owner) private view returns (Owner memory) {
        return _owners[owner].settled(_appointments[owner]);
    }

    /// @dev The owner's record if its agents may vote for `to` now.
    function _votable(address owner, address to) private view returns (Owner memory o) {
        o = _settled(owner);
        // Check: without agents the threshold would be zero.
        if (_appointments[owner][o.inForce].threshold == 0) revert Recovery_NoAgents(owner);
        if (to == address(0)) return o;
        if (o.path == Path.AGENTS) revert Recovery_Running(owner, o.until);
        _vault.checkParties(owner, to);
    }

    function _cast(address owner, Owner memory o, address agent, address to) private {
        // Check
        if (!_appointments[owner][o.inForce].has(agent)) revert Recovery_NotAnAgent(owner, agent);
        // Effect: each vote uses the nonce, so that what was signed before can't be brought afterwards.
        uint24 nonce = _votes[owner][agent].nonce + 1;
        _votes[owner][agent] = Vote(to, uint40(block.timestamp), o.round, nonce);
        emit RecoveryVoted(owner, agent, to, o.round, nonce);
    }

    /// @dev Starts or withdraws the recovery if a threshold wants it.
    function _count(address owner, Owner memory o, address to) private {
        Appointment storage appointment = _appointments[owner][o.inForce];
        bool enough = appointment.votes(_votes[owner], to, o.round) >= appointment.threshold;
        // Effect
        if (enough && to != address(0)) {
            // A new round: what was voted for is done. It takes the place of the office's.
            ++o.round;
            return _start(owner, o, to, Path.AGENTS, appointment.delay);
        }
        if (enough && o.path == Path.AGENTS) {
            emit RecoveryWithdrawn(owner, o.to);
            o.end();
        }
        _owners[owner] = o;
    }

    function _start(address owner, Owner memory o, address to, Path path, uint40 delay) private {
        uint40 from = uint40(block.timestamp) + delay;
        (o.path, o.to, o.from, o.until) = (path, to, from, from + WINDOW);
        _owners[owner] = o;
        emit RecoveryStarted(owner, to, path, from, from + WINDOW);
    }

    function _chargeConfirmation() private {
        uint256 window = _confirmations;
        (bool fits, uint256 next) =
            SlidingWindow.charge(window, CONFIRMATIONS_PERIOD, block.timestamp, 1, CONFIRMATIONS);
        if (!fits) {
            uint256 from = SlidingWindow.fitsFrom(window, CONFIRMATIONS_PERIOD, block.timestamp, 1, CONFIRMATIONS);
            revert Recovery_ConfirmationsSpent(CONFIRMATIONS, from);
        }
        _confirmations = next;
    }

    function _has(uint64 role, address account) private view returns (bool isMember) {
        (isMember,) = IAccessManager(authority()).hasRole(role, account);
    }
}
