// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What may be done, from most to least; several states together give the least of theirs.
enum Access {
    YES,
    QUEUE, // withdraw: nothing is instant
    PRO_RATA, // release: by the owner only, of what is there
    NO
}

/// @notice The verbs that the guard knows.
enum Act {
    CREDIT,
    TRANSFER,
    CALL,
    WITHDRAW,
    RELEASE,
    CANCEL,
    MOVE, // link, unlink
    RECOVER
}

/// @title Guard
/// @notice The table of who may do what in which state, as one pure function.
///
/// |                  | free | held | listed | everyone held | asset impaired | app account |
/// | ---------------- | ---- | ---- | ------ | ------------- | -------------- | ----------- |
/// | credit           | yes  | yes  | yes    | yes           | yes            | yes         |
/// | transfer         | yes  | no   | no     | yes           | yes            | yes         |
/// | call             | yes  | no   | no     | yes           | yes            | no          |
/// | withdraw         | yes  | no   | no     | queue         | queue          | no          |
/// | release          | yes  | no   | no     | no            | pro rata       | no          |
/// | cancel           | yes  | yes  | yes    | yes           | yes            | no          |
/// | move             | yes  | no   | no     | yes           | yes            | no          |
/// | recover          | yes  | yes  | no     | yes           | yes            | no          |
///
/// An app account can't be held: its money is other people's.
library Guard {
    function access(Act act, bool app, bool held, bool listed, bool everyoneHeld, bool impaired)
        internal
        pure
        returns (Access)
    {
        // The first column.
        if (_free(app, held, listed, everyoneHeld, impaired)) return Access.YES;
        if (app) return act == Act.CREDIT || act == Act.TRANSFER ? Access.YES : Access.NO;
        if (act == Act.CREDIT || act == Act.CANCEL) return Access.YES;
        if (listed) return Access.NO;
        if (held && act != Act.RECOVER) return Access.NO;
        if (act == Act.WITHDRAW && (everyoneHeld || impaired)) return Access.QUEUE;
        if (act == Act.RELEASE) {
            if (everyoneHeld) return Access.NO;
            if (impaired) return Access.PRO_RATA;
        }
        return Access.YES;
    }

    /// @dev None of them: without a branch for each.
    function _free(bool app, bool held, bool listed, bool everyoneHeld, bool impaired) private pure returns (bool free) {
        assembly ("memory-safe") {
            free := iszero(or(or(app, held), or(or(listed, everyoneHeld), impaired)))
        }
    }
}
