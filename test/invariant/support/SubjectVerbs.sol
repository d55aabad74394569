// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Intent, Verb} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {LeaveVerbs} from "./LeaveVerbs.sol";

/// @notice What customers say of themselves, and what the registry says of them.
abstract contract SubjectVerbs is LeaveVerbs {
    function setDestination(uint256 seed) external act("setDestination", seed) {
        uint256 who = _below(PEOPLE);
        address to = payees[_below(PEOPLE)];
        address s = _subject(people[who]);
        bool on = usableFrom[s][to] == 0;
        // Removing is rarer, so that books fill up.
        if (!on && !_once(4)) (on, to) = (true, _unnamed(s, to));
        Intent memory intent;
        (intent.owner, intent.verb, intent.to) = (people[who], Verb.SET_DESTINATION, to);
        intent.amount = on ? 1 : 0;
        if (!_say(who, _once(4), intent, "", abi.encodeCall(vault.setDestination, (to, on)))) return;
        usableFrom[s][to] = on ? clock + _period() : 0;
        _done();
    }

    function setCap(uint256 seed) external act("setCap", seed) {
        uint256 who = _below(PEOPLE);
        uint40 cents = _once(3) ? type(uint40).max : uint40(_upTo(2_000_000));
        address subject = _subject(people[who]);
        uint256 current = _ownCap(subject);
        Intent memory intent;
        (intent.owner, intent.verb, intent.amount) = (people[who], Verb.SET_CAP, cents);
        if (!_say(who, _once(4), intent, "", abi.encodeCall(vault.setCap, (cents)))) return;
        Standing storage s = standing[subject];
        uint256 next = cents == type(uint40).max ? 0 : uint256(cents) + 1;
        s.cap = current == type(uint40).max ? 0 : current + 1;
        if (cents <= current) (s.cap, s.nextCap, s.nextCapFrom) = (next, 0, 0);
        else (s.nextCap, s.nextCapFrom) = (next, clock + 2 * _period());
        _done();
    }

    function setTier(uint256 seed) external act("setTier", seed) {
        address subject = _subject(people[_below(PEOPLE)]);
        uint8 tier = uint8(_upTo(3));
        uint256 from = clock + (_once(2) ? 0 : _upTo(2 days));
        uint256 until = from + 1 days + _upTo(300 days);
        bytes memory data = abi.encodeCall(vault.setTier, (subject, tier, uint40(from), uint40(until)));
        (bool ok,) = _knock(registry, address(vault), data);
        if (!ok) return;
        uint8 before = _tier(subject);
        Standing storage s = standing[subject];
        (s.tier, s.before, s.from, s.until) = (tier, before, from, until);
        _done();
    }

    function link(uint256 seed) external act("link", seed) {
        address account = people[_below(PEOPLE)];
        address subject = people[_below(PEOPLE)];
        for (uint256 i; i < PEOPLE && (linkedTo[account] != address(0) || _members(account) != 0); ++i) account = people[i];
        for (uint256 i; i < PEOPLE && (linkedTo[subject] != address(0) || subject == account); ++i) subject = people[i];
        if (account == subject || !_move(account, subject)) return;
        linkedTo[account] = subject;
        _done();
    }

    function unlink(uint256 seed) external act("unlink", seed) {
        address account = people[_below(PEOPLE)];
        for (uint256 i; i < PEOPLE && linkedTo[account] == address(0); ++i) account = people[i];
        if (!_move(account, account)) return;
        linkedTo[account] = address(0);
        _done();
    }

    function _move(address account, address subject) private returns (bool ok) {
        bool stopped = _isHeld(account) || _isHeld(subject) || _isListed(account) || _isListed(subject);
        (ok,) = _knock(registry, address(vault), abi.encodeCall(vault.setSubject, (account, subject)));
        _law("INV-CUS-3", !ok || !stopped, "a held or listed side was linked or unlinked");
        if (ok) instantFrom[account] = clock + 2 * _period();
    }

    function _members(address subject) private view returns (uint256 n) {
        for (uint256 i; i < PEOPLE; ++i) {
            if (linkedTo[people[i]] == subject) ++n;
        }
    }

    function _unnamed(address s, address to) private view returns (address) {
        for (uint256 i; i < PEOPLE; ++i) {
            if (usableFrom[s][payees[i]] == 0) return payees[i];
        }
        return to;
    }
}
