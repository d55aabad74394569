// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListMode} from "../../../contracts/mocks/MockSanctionsList.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {Levels} from "./Levels.sol";

/// @notice The model of customers: who belongs to whom, tiers, holds, books of destinations, own limits, and what the list
/// said when it was last asked.
abstract contract People is Levels {
    struct Standing {
        uint8 tier;
        uint8 before;
        uint256 from;
        uint256 until;
        uint256 heldUntil;
        uint256 cap;
        uint256 nextCap;
        uint256 nextCapFrom;
    }

    mapping(address subject => Standing) internal standing;
    mapping(address account => address) internal linkedTo;
    mapping(address account => uint256) internal instantFrom;
    mapping(address subject => mapping(address to => uint256)) internal usableFrom;
    mapping(address account => bool) internal recorded;
    uint256 internal everyoneHeldUntil;
    bool internal listSilent;
    bool internal instantClosed;

    function _subject(address account) internal view returns (address) {
        address s = linkedTo[account];
        return s == address(0) ? account : s;
    }

    function _tier(address subject) internal view returns (uint8) {
        Standing storage s = standing[subject];
        if (block.timestamp < s.from) return s.before;
        return block.timestamp < s.until ? s.tier : 0;
    }

    /// @dev A subject's own limit in cents; max uint40 = none.
    function _ownCap(address subject) internal view returns (uint256) {
        Standing storage s = standing[subject];
        uint256 cap = s.nextCapFrom != 0 && block.timestamp >= s.nextCapFrom ? s.nextCap : s.cap;
        return cap == 0 ? type(uint40).max : cap - 1;
    }

    function _isHeld(address account) internal view returns (bool) {
        return block.timestamp < standing[_subject(account)].heldUntil;
    }

    /// @dev Whether any account of its subject was on the list when last screened.
    function _isListed(address account) internal view returns (bool) {
        address s = _subject(account);
        if (recorded[s]) return true;
        for (uint256 i; i < PEOPLE; ++i) {
            if (linkedTo[people[i]] == s && recorded[people[i]]) return true;
        }
        return false;
    }

    /// @dev T, seconds.
    function _period() internal view returns (uint256) {
        return uint256(_inForce(address(vault), ParamKeys.global(ParamKeys.FRESH_PERIOD))) * 1 hours;
    }

    /// @dev The limit of a subject's trailing day in cents: the tightest row from its tier up, and its own.
    function _subjectLimit(address subject) internal view returns (uint256 limit) {
        limit = _ownCap(subject);
        for (uint8 t = _tier(subject); t <= 3; ++t) {
            uint256 row = _inForce(policyNow, ParamKeys.ofTier(ParamKeys.TIER_WINDOW, t));
            if (row < limit) limit = row;
        }
    }

    function _setListMode(ListMode mode) internal {
        list.setMode(mode);
        listSilent = mode != ListMode.ANSWER;
    }
}
