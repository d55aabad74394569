// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Access, Act, Guard} from "../../contracts/custody/libraries/Guard.sol";
import {Spec} from "./Spec.sol";

/// @notice The guard's table, every act in every state: INV-GOV-4 (nobody can do more), INV-CUS-4 and INV-CUS-8 (what owners
/// keep). Here the table is a number for each act, written from the design's page: a digit for each column, free, held,
/// listed, everyone held, asset impaired, app account; 0 yes, 1 queue, 2 pro rata, 3 no.
contract GuardSpec is Spec {
    function check_INV_GOV_4_everyCell(uint8 act, bool app, bool held, bool listed, bool everyoneHeld, bool impaired)
        external
        pure
    {
        if (act > uint8(type(Act).max)) return;
        Access access = Guard.access(Act(act), app, held, listed, everyoneHeld, impaired);
        uint256 row = _row(act);
        // Several states together give the least of theirs; an app's column stands alone.
        uint256 least = (row >> 20) & 15;
        least = _max(least, _cell(row, held, 16));
        least = _max(least, _cell(row, listed, 12));
        least = _max(least, _cell(row, everyoneHeld, 8));
        least = _max(least, _cell(row, impaired, 4));
        assert(uint256(access) == _pick(app, row & 15, least));
    }

    /// @notice INV-CUS-8: an owner who isn't held, nor listed, can ask for its money in every state of the rest.
    function check_INV_CUS_8_anUnheldOwnerCanAsk(bool everyoneHeld, bool impaired) external pure {
        Access access = Guard.access(Act.WITHDRAW, false, false, false, everyoneHeld, impaired);
        assert(access == Access.YES || access == Access.QUEUE);
        assert((access == Access.YES) == (!everyoneHeld && !impaired));
    }

    /// @notice INV-CUS-4: what is owed to a user comes back to it by cancelling, whatever is held or listed.
    function check_INV_CUS_4_everyUserCanCancel(bool held, bool listed, bool everyoneHeld, bool impaired) external pure {
        assert(Guard.access(Act.CANCEL, false, held, listed, everyoneHeld, impaired) == Access.YES);
        assert(Guard.access(Act.CREDIT, false, held, listed, everyoneHeld, impaired) == Access.YES);
    }

    function _row(uint8 act) private pure returns (uint256) {
        if (act == 0) return 0x000000; // credit
        if (act == 1) return 0x033000; // transfer
        if (act == 2) return 0x033003; // call
        if (act == 3) return 0x033113; // withdraw
        if (act == 4) return 0x033323; // release
        if (act == 5) return 0x000003; // cancel
        if (act == 6) return 0x033003; // move
        return 0x003003; // recover
    }

    function _cell(uint256 row, bool state, uint256 shift) private pure returns (uint256) {
        return _pick(state, (row >> shift) & 15, 0);
    }
}
