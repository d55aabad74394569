// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Appointment, IRecovery, Path, Vote} from "../interfaces/IRecovery.sol";

/// @notice Two slots per owner.
/// @param inForce The number of the appointment in force; 0 = none.
/// @param waiting The number of the one that waits.
/// @param waitingFrom When it takes over, Unix seconds; 0 = none waits.
/// @param appointments How many the owner has made.
/// @param round Votes of agents count in this one only.
/// @param officeFrom Unix seconds before which no attestor may propose.
/// @param to Who gets everything.
/// @param from Unix seconds from which the recovery may be executed.
/// @param until Unix seconds from which it is over.
/// @param path NONE = no recovery.
struct Owner {
    uint32 inForce;
    uint32 waiting;
    uint40 waitingFrom;
    uint32 appointments;
    uint32 round;
    uint40 officeFrom;
    address to;
    uint40 from;
    uint40 until;
    Path path;
}

/// @title Appointments
/// @notice Which agents an owner may appoint, which are in force, and whose votes count.
library Appointments {
    uint256 internal constant MOST_AGENTS = 16;
    uint40 internal constant SHORTEST_DELAY = 3 days;
    uint40 internal constant LONGEST_DELAY = 30 days;
    uint40 internal constant VOTE_TERM = 14 days;

    /// @notice Reverts unless the owner may appoint these.
    function check(address owner, address[] calldata agents, uint8 threshold, uint40 delay) internal pure {
        uint256 n = agents.length;
        if (n > MOST_AGENTS) revert IRecovery.Recovery_TooManyAgents(n, MOST_AGENTS);
        if (threshold > n || (threshold == 0) != (n == 0)) revert IRecovery.Recovery_BadThreshold(threshold, n);
        (uint40 least, uint40 most) = n == 0 ? (0, 0) : (SHORTEST_DELAY, LONGEST_DELAY);
        if (delay < least || delay > most) revert IRecovery.Recovery_BadDelay(delay, least, most);
        for (uint256 i; i < n; ++i) {
            if (agents[i] == address(0)) revert IRecovery.Recovery_ZeroAddress();
            if (agents[i] == owner) revert IRecovery.Recovery_OwnAgent(owner);
            if (i != 0 && agents[i] <= agents[i - 1]) revert IRecovery.Recovery_NotSorted(agents[i - 1], agents[i]);
        }
    }

    /// @notice The owner's record as of now: what time alone has done to it is written with the next act.
    function settled(Owner memory o, mapping(uint32 number => Appointment) storage made)
        internal
        view
        returns (Owner memory)
    {
        if (o.path != Path.NONE && block.timestamp >= o.until) end(o);
        // Agents whose recovery runs stay in force until it ends: a thief's own, appointed before, can't withdraw it.
        if (o.waitingFrom != 0 && block.timestamp >= o.waitingFrom && o.path != Path.AGENTS) {
            (o.inForce, o.waiting, o.waitingFrom) = (o.waiting, 0, 0);
            ++o.round;
            if (o.path == Path.OFFICE && made[o.inForce].closed) end(o);
        }
        return o;
    }

    /// @notice No recovery any more. What agents have voted while theirs ran counts no longer.
    function end(Owner memory o) internal pure {
        if (o.path == Path.AGENTS) ++o.round;
        (o.path, o.to, o.from, o.until) = (Path.NONE, address(0), 0, 0);
    }

    function has(Appointment storage appointment, address agent) internal view returns (bool) {
        uint256 n = appointment.agents.length;
        for (uint256 i; i < n; ++i) {
            if (appointment.agents[i] == agent) return true;
        }
        return false;
    }

    /// @notice How many of the agents vote for `to` in this round, and within `VOTE_TERM`.
    function votes(
        Appointment storage appointment,
        mapping(address agent => Vote) storage cast,
        address to,
        uint32 round
    ) internal view returns (uint256 count) {
        uint256 n = appointment.agents.length;
        for (uint256 i; i < n; ++i) {
            if (counts(cast[appointment.agents[i]], to, round)) ++count;
        }
    }

    /// @notice Whether a vote is for `to` in this round, and within `VOTE_TERM`.
    function counts(Vote memory v, address to, uint32 round) internal view returns (bool) {
        return v.to == to && v.round == round && block.timestamp < v.time + VOTE_TERM;
    }
}
