// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exit} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {ListMode} from "../../../contracts/mocks/MockSanctionsList.sol";
import {ReserveVerbs} from "./ReserveVerbs.sol";

/// @notice Everyone at once: the world with its people, set up and seasoned, and all their verbs.
abstract contract Handler is ReserveVerbs {
    uint256 private constant VERBS = 42;

    /// @notice Exits that guardians and a silent list have held up as long as they can.
    uint256 public besieged;
    /// @notice Exits that the Vault couldn't pay and that the Safes have vetoed as long as they can.
    uint256 public obstructed;

    constructor() {
        _deploy();
        _configure();
        _openLevels();
        vm.deal(stranger, 1e30);
        for (uint256 i; i < PEOPLE; ++i) {
            _settle(i);
        }
        _warp(clock + 3 days);
        // One asset begins cold: what leaves at once soon meets an empty Vault.
        _enter(stranger, abi.encodeCall(vault.sweep, (kits[COLD].id)));
    }

    /// @dev Three of each tier; the last of each three is linked to the first.
    function _settle(uint256 i) private {
        address person = people[i];
        uint8 tier = uint8(i / 3);
        if (i % 3 == 2) {
            _enter(registry, abi.encodeCall(vault.setSubject, (person, people[i - 2])));
            linkedTo[person] = people[i - 2];
            instantFrom[person] = clock + 2 * _period();
        } else {
            uint40 until = uint40(clock + 400 days);
            _enter(registry, abi.encodeCall(vault.setTier, (person, tier, uint40(clock), until)));
            (standing[person].tier, standing[person].from, standing[person].until) = (tier, clock, until);
        }
        address s = _subject(person);
        for (uint256 j; j < 2; ++j) {
            address to = payees[(i + j) % PEOPLE];
            if (usableFrom[s][to] != 0) continue;
            _enter(person, abi.encodeCall(vault.setDestination, (to, true)));
            usableFrom[s][to] = clock + _period();
        }
        for (uint256 k; k < ASSETS; ++k) _deposit(i, k, 500_000);
    }

    /// @notice What the fuzzer may call.
    function verbs() external pure returns (bytes4[] memory list_) {
        list_ = new bytes4[](VERBS);
        bytes4[VERBS] memory all = [
            this.deposit.selector, this.transfer.selector, this.operate.selector, this.callApp.selector,
            this.appPays.selector, this.withdrawSmall.selector, this.withdrawLarge.selector, this.enqueue.selector,
            this.release.selector, this.releaseAny.selector, this.cancel.selector, this.endorse.selector,
            this.setDestination.selector, this.setCap.selector, this.setTier.selector, this.link.selector,
            this.unlink.selector, this.hold.selector, this.lift.selector, this.extend.selector,
            this.changeList.selector, this.screen.selector, this.set.selector, this.tighten.selector,
            this.setPolicy.selector, this.oracle.selector, this.poke.selector, this.halt.selector,
            this.seize.selector, this.pass.selector, this.steal.selector, this.forge.selector,
            this.spree.selector, this.sweepVault.selector, this.sweepLevel.selector, this.announce.selector,
            this.veto.selector, this.send.selector, this.refill.selector, this.switchInstant.selector,
            this.forget.selector, this.audit.selector
        ];
        for (uint256 i; i < VERBS; ++i) list_[i] = all[i];
    }

    /// @notice The end of a run: INV-CUS-5 and -7 for every exit that is still open, with the guardian, the list and the
    /// reserves' Safes at their worst.
    function finish() external {
        _audit();
        _setListMode(ListMode.REVERT);
        // A paid one gives its place to the last, which has been looked at.
        for (uint256 place = openTickets.length; place > 0; --place) {
            _payAtLast(place - 1);
        }
    }

    function _payAtLast(uint256 place) private {
        Ticket storage t = tickets[openTickets[place]];
        Exit memory e = t.exit;
        Before memory b = _look(t.asset, e.to);
        // Not the Vault's doing, or other clauses' matter: listed ends, a token that denies, a shortfall.
        if (_isListed(e.owner) || _isListed(e.to)) return;
        if (b.impaired || !b.canPay || b.holdings < e.amount) return;
        if (b.inVault < e.amount) _obstruct(e);
        uint256 due = _dueAt(t);
        if (due > clock) _warp(due);
        // The first release takes the slot; nobody can stop it for longer than a hold.
        if (vault.openOf(keccak256(abi.encode(e))).slot == 0) {
            _besiege(e.owner);
            if (_leave(place)) return;
            due = _dueAt(t);
            if (due > clock) _warp(due);
        }
        _besiege(e.owner);
        ++besieged;
        _law("INV-CUS-5", _leave(place), "an exit isn't payable within its bound");
    }

    /// @dev By the Vault alone, or with what its levels bring.
    function _leave(uint256 place) private returns (bool) {
        Ticket storage t = tickets[openTickets[place]];
        bool lacks = _held(t.asset, address(vault)) < t.exit.amount;
        if (!lacks || clock < _dueAt(t)) return _release(place, stranger);
        bytes32 id = keccak256(abi.encode(t.exit));
        // Its slot may lie ahead: only the Vault records that.
        if (vault.openOf(id).slot == 0 && _release(place, stranger)) return true;
        if (clock < _dueAt(t)) return false;
        // Twice if one announcement lapses while another level's veto runs: no veto comes a second time.
        for (uint256 n; n < 2 && !(_isReady(0, id) && _isReady(1, id)); ++n) _obstruct(t.exit);
        return _refill(place, _below(LEVELS), stranger);
    }

    /// @dev Announced at last, and vetoed by every Safe that still can: 30 days, or a delay of a week.
    function _obstruct(Exit memory e) private {
        bytes32 id = keccak256(abi.encode(e));
        uint256 until = clock;
        for (uint256 i; i < LEVELS; ++i) {
            if (!_stands(i, id)) _announce(i, e);
            _veto(i, e);
            Notice storage n = notices[i][id];
            if (n.readyAt > until) until = n.readyAt;
            if (n.vetoedUntil > until) until = n.vetoedUntil;
        }
        ++obstructed;
        _warp(until);
    }

    /// @dev All that guardians can still do, and then the bound: two budgets, the list's patience, published extensions.
    function _besiege(address owner) private {
        uint256 extended = everyoneHeldUntil;
        if (standing[_subject(owner)].heldUntil > extended) extended = standing[_subject(owner)].heldUntil;
        if (extended < clock) extended = clock;
        for (uint40 days_ = 7; days_ > 0; --days_) {
            _hold(_subject(owner), days_ * 1 days);
        }
        _warp(clock + 7 days);
        for (uint40 days_ = 7; days_ > 0; --days_) {
            _hold(address(0), days_ * 1 days);
        }
        uint256 until = clock + 7 days + 72 hours;
        _warp(until > extended + 14 days ? until : extended + 14 days);
    }
}
