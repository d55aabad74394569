// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The model of lanes: a history of turns. What may leave in any interval is at most what the lane earns in it at
/// its rate, and the burst. Times are 1/256 s, costs are lane time.
abstract contract Pace {
    uint256 internal constant UNIT = 256;
    int256 private constant _BURST = int256(1 days * UNIT);

    /// @param total Cost of all turns up to and with this one.
    /// @param least The smallest `total - due` of all turns up to and with this one.
    struct Turn {
        int256 total;
        int256 least;
    }

    mapping(uint256 asset => mapping(bool large => Turn[])) private _turns;

    /// @dev Records that an exit of this cost was taken into the lane now and is due at `slot`.
    /// @return kept Whether, for every earlier turn, the cost since then is at most the time between and the burst.
    /// @return number The turn's number.
    function _turn(uint256 asset, bool large, uint256 slot, uint256 cost) internal returns (bool kept, uint256 number) {
        Turn[] storage turns = _turns[asset][large];
        int256 time = int256(block.timestamp * UNIT);
        int256 due = int256(slot) > time ? int256(slot) : time;
        // Before the first turn the lane has earned the burst and no more.
        if (turns.length == 0) turns.push(Turn(0, -time));
        Turn memory last = turns[turns.length - 1];
        int256 total = last.total + int256(cost);
        kept = total - due - _BURST <= last.least;
        int256 own = total - due;
        turns.push(Turn(total, own < last.least ? own : last.least));
        number = turns.length;
    }

    /// @dev A cancelled exit gives its turn back if nobody has taken one since.
    function _untake(uint256 asset, bool large, uint256 number) internal {
        Turn[] storage turns = _turns[asset][large];
        if (number != 0 && turns.length == number) turns.pop();
    }

    /// @dev Lane time of an amount: its share of what the lane pays in a day, rounded up.
    function _cost(uint256 amount, uint256 liabilities, uint256 rateBps) internal pure returns (uint256) {
        uint256 above = amount * 10_000 * 1 days * UNIT;
        uint256 below = liabilities * rateBps;
        return above / below + (above % below == 0 ? 0 : 1);
    }
}
