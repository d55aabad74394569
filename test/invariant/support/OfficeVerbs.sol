// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {IGuardian} from "../../../contracts/governance/interfaces/IGuardian.sol";
import {ListMode} from "../../../contracts/mocks/MockSanctionsList.sol";
import {SubjectVerbs} from "./SubjectVerbs.sol";

/// @notice Guardians hold and lift, the timelock extends, the sanctions list names people and falls silent.
abstract contract OfficeVerbs is SubjectVerbs {
    function hold(uint256 seed) external act("hold", seed) {
        address subject = _once(6) ? address(0) : _subject(people[_below(PEOPLE)]);
        if (_hold(subject, uint40(1 + _upTo(_once(4) ? 4 days : 6 hours)))) _done();
    }

    function _hold(address subject, uint40 secs) internal returns (bool ok) {
        (ok,) = _knock(guardianKey, address(guardian), abi.encodeCall(IGuardian.hold, (subject, secs)));
        if (ok) _setHeld(subject, clock + secs);
    }

    function lift(uint256 seed) external act("lift", seed) {
        address subject = clock < everyoneHeldUntil && _once(2) ? address(0) : _someoneHeld();
        (bool ok,) = _knock(guardianKey, address(guardian), abi.encodeCall(IGuardian.lift, (subject)));
        if (!ok) return;
        _setHeld(subject, 0);
        _done();
    }

    function extend(uint256 seed) external act("extend", seed) {
        address subject = _once(8) ? address(0) : _subject(people[_below(PEOPLE)]);
        uint40 secs = uint40(1 + _upTo(_once(8) ? 5 days : 8 hours));
        (bool ok,) = _knock(governor, address(vault), abi.encodeCall(vault.extend, (subject, secs)));
        if (!ok) return;
        uint256 current = subject == address(0) ? everyoneHeldUntil : standing[subject].heldUntil;
        _setHeld(subject, (current > clock ? current : clock) + secs);
        _done();
    }

    /// @notice The list names someone, or drops a name.
    function changeList(uint256 seed) external act("changeList", seed) {
        address who = _once(4) ? payees[_below(PEOPLE)] : people[_below(PEOPLE)];
        // Few at a time, or everyone would be listed in the end.
        for (uint256 i; i < PEOPLE; ++i) list.setListed(people[i], false);
        list.setListed(who, _once(2));
        _setListMode(_once(4) ? ListMode(1 + _below(5)) : ListMode.ANSWER);
        _done();
    }

    function screen(uint256 seed) external act("screen", seed) {
        address who = people[_below(PEOPLE)];
        for (uint256 i; i < PEOPLE && recorded[who] == list.listed(who); ++i) who = people[i];
        (bool ok,) = _knock(stranger, address(vault), abi.encodeCall(vault.screen, (who)));
        _law("INV-CUS-5", ok != listSilent, "screening doesn't follow the list");
        if (!ok) return;
        recorded[who] = list.listed(who);
        _done();
    }

    function _setHeld(address subject, uint256 until) private {
        if (subject == address(0)) everyoneHeldUntil = until;
        else standing[subject].heldUntil = until;
    }

    function _someoneHeld() private returns (address s) {
        uint256 from = _below(PEOPLE);
        for (uint256 i; i < PEOPLE; ++i) {
            s = _subject(people[(from + i) % PEOPLE]);
            if (clock < standing[s].heldUntil) return s;
        }
    }
}
