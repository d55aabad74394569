// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {World} from "./World.sol";

/// @notice What has been said about each owner's account, in order, and what may follow from it: a judge over the history,
/// in the words of the design, that knows nothing of rounds and records.
abstract contract RecoveryBooks is World {
    uint256 private constant WAIT = 30 days;
    uint256 private constant TERM = 14 days;
    uint256 private constant WINDOW = 14 days;
    uint256 private constant LONGEST = 30 days;
    uint256 private constant OFFICE = 14 days;
    uint256 private constant PROPOSED = 7 days;
    uint256 private constant QUIET = 30 days;

    /// @param gone Replaced or dropped while it waited.
    struct Made {
        uint256 time;
        address[] agents;
        uint256 threshold;
        uint256 delay;
        bool closed;
        bool gone;
    }

    /// @param seq Orders what has one time.
    struct Said {
        uint256 seq;
        uint256 time;
        address by;
        address to;
    }

    struct Book {
        Made[] made;
        Said[] votes;
        Said[] proposals;
        Said[] confirmations;
        Said[] vetoes; // `to` is the owner's own or an agent's if it isn't zero
        Said[] starts; // by agents
    }

    mapping(uint256 who => Book) internal books;
    uint256 private _seq;

    function _say(Said[] storage said, address by, address to) internal {
        said.push(Said(++_seq, clock, by, to));
    }

    // ---- path A ----

    /// @dev Whether some vote was an approval by agents in force for 30 days, whose delay is over and window isn't, and
    /// which they haven't withdrawn.
    function _dueByAgents(uint256 who, address to) internal view returns (bool) {
        Said[] storage votes = books[who].votes;
        for (uint256 i = votes.length; i != 0; --i) {
            if (votes[i - 1].time + LONGEST + WINDOW <= clock) return false;
            if (votes[i - 1].to == to && _approved(who, i - 1)) return true;
        }
        return false;
    }

    function _approved(uint256 who, uint256 at) private view returns (bool) {
        Said memory last = books[who].votes[at];
        Made[] storage made = books[who].made;
        for (uint256 m; m < made.length; ++m) {
            Made storage p = made[m];
            if (p.gone || p.threshold == 0 || p.time + WAIT > last.time) continue;
            if (clock < last.time + p.delay || clock >= last.time + p.delay + WINDOW) continue;
            if (_replaced(who, m, last.time) || _forIt(who, p, 0, at, last.to) < p.threshold) continue;
            if (!_withdrawn(who, p, at)) return true;
        }
        return false;
    }

    /// @dev How many of the agents said `to` last, of what was said between the two votes, and within 14 days.
    function _forIt(uint256 who, Made storage p, uint256 first, uint256 last, address to)
        private
        view
        returns (uint256 count)
    {
        Said[] storage votes = books[who].votes;
        uint256 time = votes[last].time;
        for (uint256 a; a < p.agents.length; ++a) {
            for (uint256 i = last + 1; i != first; --i) {
                Said storage v = votes[i - 1];
                if (v.time + TERM <= time) break;
                if (v.by != p.agents[a]) continue;
                if (v.to == to) ++count;
                break;
            }
        }
    }

    function _withdrawn(uint256 who, Made storage p, uint256 approval) private view returns (bool) {
        Said[] storage votes = books[who].votes;
        for (uint256 i = approval + 1; i < votes.length; ++i) {
            if (votes[i].to == address(0) && _forIt(who, p, approval + 1, i, address(0)) >= p.threshold) return true;
        }
        return false;
    }

    /// @dev Whether later agents were in force by then. A recovery that ran may have kept them waiting.
    function _replaced(uint256 who, uint256 m, uint256 time) private view returns (bool) {
        Made[] storage made = books[who].made;
        for (uint256 q = m + 1; q < made.length; ++q) {
            if (!made[q].gone && made[q].time + WAIT <= time) return !_ranBefore(who, time);
        }
        return false;
    }

    function _ranBefore(uint256 who, uint256 time) private view returns (bool) {
        Said[] storage starts = books[who].starts;
        for (uint256 i; i < starts.length; ++i) {
            if (starts[i].time <= time && time < starts[i].time + LONGEST + WINDOW) return true;
        }
        return false;
    }

    // ---- path B ----

    /// @dev Whether a confirmation's delay is over and its window isn't, and nobody vetoed, superseded or forbade it.
    function _dueByOffice(uint256 who, address to) internal view returns (bool) {
        Said[] storage confirmations = books[who].confirmations;
        for (uint256 i; i < confirmations.length; ++i) {
            Said memory c = confirmations[i];
            if (c.to != to || clock < c.time + OFFICE || clock >= c.time + OFFICE + WINDOW) continue;
            if (_since(books[who].vetoes, c.seq) || _since(books[who].starts, c.seq)) continue;
            if (_proposed(who, c) && !_forbidden(who, c.time)) return true;
        }
        return false;
    }

    function _since(Said[] storage said, uint256 seq) private view returns (bool) {
        return said.length != 0 && said[said.length - 1].seq > seq;
    }

    /// @dev By another party, in the week before, and neither before an owner's veto nor in its quiet time.
    function _proposed(uint256 who, Said memory c) private view returns (bool) {
        Said[] storage proposals = books[who].proposals;
        for (uint256 i; i < proposals.length; ++i) {
            Said memory p = proposals[i];
            bool inTime = p.seq < c.seq && c.time < p.time + PROPOSED;
            if (p.to == c.to && p.by != c.by && inTime && !_quiet(who, p, c)) return true;
        }
        return false;
    }

    function _quiet(uint256 who, Said memory p, Said memory c) private view returns (bool) {
        Said[] storage vetoes = books[who].vetoes;
        for (uint256 i; i < vetoes.length; ++i) {
            if (vetoes[i].to != address(0) && vetoes[i].seq < c.seq && p.time < vetoes[i].time + QUIET) return true;
        }
        return false;
    }

    /// @dev Whether an appointment that closes this path was in force when it was confirmed, or has come since.
    function _forbidden(uint256 who, uint256 time) private view returns (bool) {
        Made[] storage made = books[who].made;
        bool closed;
        for (uint256 m; m < made.length; ++m) {
            uint256 from = made[m].time + WAIT;
            if (made[m].gone || from > clock) continue;
            if (from > time && made[m].closed) return true;
            // The latest of those that were in force by then.
            if (from <= time) closed = made[m].closed;
        }
        return closed && !_ranBefore(who, time);
    }
}
