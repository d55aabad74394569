// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exit} from "../../../contracts/custody/interfaces/IVaultTypes.sol";

/// @notice The model of all claims: every balance as the list of its credits, oldest first, and every exit with what became
/// of it. Knows nothing of the Vault's packing: times are seconds, sums are sums.
abstract contract Books {
    enum Fate {
        NONE,
        OPEN,
        ENDORSED,
        PAID,
        CANCELLED
    }

    /// @param period T in force at the credit, seconds.
    struct Lot {
        uint256 amount;
        uint128 time;
        uint128 period;
    }

    struct Holding {
        Lot[] lots;
        uint256 first;
        uint256 total;
    }

    /// @param leavesFrom When the freshest value in it has been fresh for T.
    /// @param turn Its place in its lane's history plus one; 0 = it has taken no slot.
    struct Ticket {
        Exit exit;
        Fate fate;
        uint256 asset;
        uint256 leavesFrom;
        uint256 turn;
        bool large;
    }

    mapping(address account => mapping(uint256 asset => Holding)) private _rows;
    mapping(uint256 asset => uint256) internal owed;
    Ticket[] internal tickets;
    uint256[] internal openTickets;

    function _balance(address account, uint256 asset) internal view returns (uint256) {
        return _rows[account][asset].total;
    }

    function _creditModel(address account, uint256 asset, uint256 amount, uint256 period) internal {
        if (amount == 0) return;
        Holding storage row = _rows[account][asset];
        row.lots.push(Lot(amount, uint128(block.timestamp), uint128(period)));
        row.total += amount;
    }

    /// @dev Takes the oldest credits first.
    /// @return leavesFrom When the newest of what was taken has been fresh for T: the T of its credit or of now, whichever
    /// is shorter.
    function _debitModel(address account, uint256 asset, uint256 amount, uint256 period)
        internal
        returns (uint256 leavesFrom)
    {
        Holding storage row = _rows[account][asset];
        row.total -= amount;
        uint256 i = row.first;
        while (amount != 0) {
            Lot storage lot = row.lots[i];
            uint256 t = lot.time + (lot.period < period ? lot.period : period);
            if (t > leavesFrom) leavesFrom = t;
            if (lot.amount > amount) {
                lot.amount -= amount;
                break;
            }
            amount -= lot.amount;
            delete row.lots[i];
            ++i;
        }
        row.first = i;
    }

    /// @dev What is surely no longer fresh, whatever bucket it is in: credited 2T ago or more.
    function _longSeasoned(address account, uint256 asset) internal view returns (uint256 sum) {
        Holding storage row = _rows[account][asset];
        for (uint256 i = row.first; i < row.lots.length; ++i) {
            if (row.lots[i].time + 2 * row.lots[i].period > block.timestamp) break;
            sum += row.lots[i].amount;
        }
    }

    function _openTicket(Exit memory exit, uint256 asset, uint256 leavesFrom) internal {
        openTickets.push(tickets.length);
        Ticket storage t = tickets.push();
        t.exit = exit;
        t.fate = Fate.OPEN;
        t.asset = asset;
        t.leavesFrom = leavesFrom;
    }

    /// @param place Its index in `openTickets`.
    function _closeTicket(uint256 place, Fate fate) internal {
        tickets[openTickets[place]].fate = fate;
        openTickets[place] = openTickets[openTickets.length - 1];
        openTickets.pop();
    }
}
