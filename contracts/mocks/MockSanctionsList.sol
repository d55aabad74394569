// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISanctionsList} from "../policy/interfaces/ISanctionsList.sol";

/// @notice What a sick list does instead of answering.
enum ListMode {
    ANSWER,
    REVERT,
    GARBAGE, // a word that is no bool
    SHORT, // less than a word
    BOMB, // far more than a word
    BURN // all gas it gets
}

/// @notice A sanctions list that can be healthy or sick in each known way.
contract MockSanctionsList is ISanctionsList {
    ListMode public mode;
    mapping(address account => bool) public listed;

    error MockSanctionsList_Down();

    function setListed(address account, bool listed_) external {
        listed[account] = listed_;
    }

    function setMode(ListMode mode_) external {
        mode = mode_;
    }

    function isSanctioned(address account) external view returns (bool) {
        ListMode m = mode;
        if (m == ListMode.REVERT) revert MockSanctionsList_Down();
        if (m == ListMode.GARBAGE) _answer(32);
        if (m == ListMode.SHORT) _answer(31);
        if (m == ListMode.BOMB) _answer(20_000);
        while (m == ListMode.BURN) {}
        return listed[account];
    }

    /// @dev The word is neither 0 nor 1.
    function _answer(uint256 size) private pure {
        assembly {
            mstore(0, 2)
            return(0, size)
        }
    }
}
