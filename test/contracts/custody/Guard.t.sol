// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Access, Act, Guard} from "../../../contracts/custody/libraries/Guard.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice The guard against the design's table, row by row, for all 8 acts in all 32 states: INV-GOV-4 says that nobody can
/// do more than it, INV-CUS-4 and -8 what owners keep. The table here is text: a column for each state, as the page prints it.
contract GuardTest is Cheats {
    /// @dev Columns: free, held, listed, everyone held, impaired, app. y yes, q queue, p pro rata, - no.
    function _row(Act act) private pure returns (bytes memory) {
        if (act == Act.CREDIT) return "yyyyyy";
        if (act == Act.TRANSFER) return "y--yyy";
        if (act == Act.CALL) return "y--yy-";
        if (act == Act.WITHDRAW) return "y--qq-";
        if (act == Act.RELEASE) return "y---p-";
        if (act == Act.CANCEL) return "yyyyy-";
        if (act == Act.MOVE) return "y--yy-";
        return "yy-yy-";
    }

    /// @dev An app's column stands alone: it can't be held, and neither everyone's hold nor impairment is its own. For a
    /// user several states together give the least of theirs, the order being yes, queue, pro rata, no.
    function _expected(Act act, uint256 state) private pure returns (bytes1 least) {
        bytes memory row = _row(act);
        if (state & 1 != 0) return row[5];
        least = row[0];
        for (uint256 i = 1; i < 5; ++i) {
            if (state >> i & 1 == 1 && _rank(row[i]) > _rank(least)) least = row[i];
        }
    }

    function _rank(bytes1 cell) private pure returns (uint256) {
        return cell == "y" ? 0 : cell == "q" ? 1 : cell == "p" ? 2 : 3;
    }

    function test_everyEntryOfTheTable() external pure {
        uint256 compared;
        for (uint256 a; a <= uint256(type(Act).max); ++a) {
            for (uint256 s; s < 32; ++s) {
                Access access = Guard.access(Act(a), s & 1 != 0, s & 2 != 0, s & 4 != 0, s & 8 != 0, s & 16 != 0);
                assertEq(uint256(access), _rank(_expected(Act(a), s)), string.concat("row ", string(_row(Act(a)))));
                ++compared;
            }
        }
        assertEq(compared, 8 * 32, "every act in every state");
    }
}
