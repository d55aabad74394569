// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exit} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IReserve} from "../../../contracts/custody/interfaces/IReserve.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {ReentrantToken} from "../../../contracts/mocks/ReentrantToken.sol";
import {TheftVerbs} from "./TheftVerbs.sol";

/// @notice Money goes to cold storage and comes back: anyone sweeps, announces and refills, the Safes veto and send.
abstract contract ReserveVerbs is TheftVerbs {
    /// @notice Anyone sweeps the Vault: what is queued stays.
    function sweepVault(uint256 seed) external act("sweepVault", seed) {
        uint256 from = _below(ASSETS);
        for (uint256 i; i < ASSETS; ++i) {
            uint256 k = (from + i) % ASSETS;
            (uint256 all, uint256 here) = (_holdings(k), _held(k, address(vault)));
            _armReentrancy(k);
            (bool ok,) = _knock(stranger, address(vault), abi.encodeCall(vault.sweep, (kits[k].id)));
            _noReentry(k);
            _law("INV-CUS-1", _holdings(k) == all, "a sweep changed the holdings");
            if (!ok) continue;
            uint256 queued = _queuedOf(k);
            _law("INV-CUS-7", _held(k, address(vault)) >= (here < queued ? here : queued), "what is queued was swept");
            return _done();
        }
    }

    /// @notice Anyone sweeps the nearest level: what the Vault lacks for all that is queued stays.
    function sweepLevel(uint256 seed) external act("sweepLevel", seed) {
        uint256 from = _below(ASSETS);
        for (uint256 i; i < ASSETS; ++i) {
            uint256 k = (from + i) % ASSETS;
            bytes memory data = abi.encodeCall(IReserve.sweep, (kits[k].id));
            (uint256 all, uint256 near) = (_holdings(k), _near(k));
            _arm(k, address(levels[0]), data);
            (bool ok,) = _knock(stranger, address(levels[0]), data);
            _disarm(k);
            _law("INV-CUS-1", _holdings(k) == all, "a sweep changed the holdings");
            if (!ok) continue;
            uint256 queued = _queuedOf(k);
            _law("INV-CUS-7", _near(k) >= (near < queued ? near : queued), "what is queued was swept further");
            return _done();
        }
    }

    function announce(uint256 seed) external act("announce", seed) {
        if (openTickets.length == 0) return;
        bool all = true;
        Exit memory e = tickets[openTickets[_below(openTickets.length)]].exit;
        for (uint256 i; i < LEVELS; ++i) {
            bool before = _stands(i, keccak256(abi.encode(e)));
            bool ok = _announce(i, e);
            _law("INV-CUS-7", ok != before, "announced twice, or not at all");
            all = all && ok;
        }
        if (all) _done();
    }

    /// @notice Anyone has the announcement of an exit forgotten that is gone, and of no other.
    function forget(uint256 seed) external act("forget", seed) {
        if (tickets.length == 0) return;
        uint256 i = _below(LEVELS);
        uint256 from = _below(tickets.length);
        Ticket storage t = tickets[from];
        // Mostly one that is gone and announced.
        for (uint256 j; j < tickets.length && !_once(16); ++j) {
            t = tickets[(from + j) % tickets.length];
            if (_isGone(t) && notices[i][keccak256(abi.encode(t.exit))].readyAt != 0) break;
        }
        bytes32 id = keccak256(abi.encode(t.exit));
        (bool ok,) = _knock(stranger, address(levels[i]), abi.encodeCall(IReserve.forget, (id)));
        bool expected = _isGone(t) && notices[i][id].readyAt != 0;
        _law("INV-CUS-7", ok == expected, ok ? "an open exit's announcement was forgotten" : "what is gone can't be forgotten");
        if (!ok) return;
        notices[i][id].readyAt = 0;
        _done();
    }

    /// @notice A Safe vetoes an open exit, or takes a veto back.
    function veto(uint256 seed) external act("veto", seed) {
        if (openTickets.length == 0) return;
        uint256 i = _below(LEVELS);
        Exit memory e = tickets[openTickets[_below(openTickets.length)]].exit;
        Notice storage n = notices[i][keccak256(abi.encode(e))];
        if (clock < n.vetoedUntil) {
            bytes memory back = abi.encodeCall(IReserve.unveto, (keccak256(abi.encode(e))));
            (bool lifted,) = _knock(safes[i], address(levels[i]), back);
            _law("INV-CUS-7", lifted, "a veto that can't be lifted");
            n.vetoedUntil = clock;
            return _done();
        }
        if (_veto(i, e)) _done();
    }

    /// @notice A Safe brings something back of its own will.
    function send(uint256 seed) external act("send", seed) {
        uint256 level = _below(LEVELS);
        uint256 from = _below(ASSETS);
        for (uint256 i; i < ASSETS; ++i) {
            uint256 k = (from + i) % ASSETS;
            uint256 here = _held(k, address(levels[level]));
            if (here == 0) continue;
            uint256 all = _holdings(k);
            bytes memory data = abi.encodeCall(IReserve.send, (kits[k].id, 1 + _below(here / 4)));
            _arm(k, address(levels[level]), data);
            (bool stolen,) = _knock(stranger, address(levels[level]), data);
            (bool ok,) = _knock(safes[level], address(levels[level]), data);
            _disarm(k);
            _law("INV-CUS-1", !stolen && ok && _holdings(k) == all, "a reserve's money went elsewhere, or nowhere");
            return _done();
        }
    }

    /// @notice An exit that the Vault can't pay is announced, waits, and is refilled and paid; or somebody tries before.
    function refill(uint256 seed) external act("refill", seed) {
        uint256 place = _lackingOne();
        if (openTickets.length == 0) return;
        Ticket storage t = tickets[openTickets[place]];
        bytes32 id = keccak256(abi.encode(t.exit));
        // Some announce only when it has matured, and don't wait.
        bool early = _once(4);
        uint256 due = _dueAt(t);
        if (early && due > clock) _warp(due);
        for (uint256 i; i < LEVELS && !_once(8); ++i) {
            if (!_stands(i, id)) _announce(i, t.exit);
        }
        due = _fundableAt(t);
        if (due > clock && !early) _warp(due + _upTo(1 hours));
        if (vault.openOf(id).slot == 0 && _once(2)) {
            if (_release(place, stranger)) return _done();
            due = _fundableAt(t);
            if (due > clock) _warp(due);
        }
        if (_refill(place, _below(LEVELS), _once(2) ? stranger : t.exit.owner)) _done();
    }

    function _isGone(Ticket storage t) private view returns (bool) {
        return t.fate == Fate.PAID || t.fate == Fate.CANCELLED;
    }

    function _announce(uint256 level, Exit memory e) internal returns (bool ok) {
        (ok,) = _knock(stranger, address(levels[level]), abi.encodeCall(IReserve.announce, (e)));
        if (ok) notices[level][keccak256(abi.encode(e))].readyAt = clock + _delayOf(level);
    }

    function _veto(uint256 level, Exit memory e) internal returns (bool ok) {
        bytes32 id = keccak256(abi.encode(e));
        (ok,) = _knock(safes[level], address(levels[level]), abi.encodeCall(IReserve.veto, (id)));
        _law("INV-CUS-7", ok == (notices[level][id].vetoedUntil == 0), "vetoed twice, or not at all");
        if (ok) notices[level][id].vetoedUntil = clock + VETO_FOR;
    }

    /// @dev INV-CUS-7: what has matured, and is unvetoed and ready at levels that have enough, is funded and paid; nothing
    /// else is, and never is more brought than was lacking.
    function _refill(uint256 place, uint256 level, address caller) internal returns (bool paid) {
        Ticket storage t = tickets[openTickets[place]];
        Seen memory s = _see(t, caller);
        uint256 inVault = s.b.inVault;
        uint256 due = _dueOf(t, s);
        bool expected = _fundable(t, s, level);
        bytes memory data = abi.encodeCall(IReserve.refill, (t.exit));
        _arm(t.asset, address(levels[level]), data);
        uint256 cold = _inLevels(t.asset);
        uint256[LEVELS] memory held;
        for (uint256 i; i < LEVELS; ++i) held[i] = _held(t.asset, address(levels[i]));
        (bool ok,) = _knock(caller, address(levels[level]), data);
        _disarm(t.asset);
        _law("INV-CUS-7", ok == expected, ok ? "refilled though it must wait" : "ready and unvetoed, but not funded");
        if (!ok) return false;
        uint256 brought = due > inVault ? due - inVault : 0;
        _spend(keccak256(abi.encode(t.exit)), level, brought, held);
        _law("INV-CUS-7", cold - _inLevels(t.asset) == brought, "another amount was brought than was lacking");
        if (s.b.impaired) {
            _law("INV-CUS-7", _held(t.asset, address(vault)) >= due, "the owner's share wasn't brought");
            return _release(place, caller);
        }
        _law("INV-CUS-7", _held(t.asset, address(vault)) == inVault + brought - due, "what was brought wasn't paid");
        _screened(t.exit);
        if (s.open.slot == 0) _tookSlot(t, s, true);
        _onPaid(place, t, s);
        return true;
    }

    /// @dev A refill spends what the levels know of the exit: its own, and those that it asks.
    function _spend(bytes32 id, uint256 level, uint256 lacking, uint256[LEVELS] memory held) private {
        for (uint256 i; i < LEVELS; ++i) {
            if (i != level && (lacking == 0 || !_isReady(i, id))) continue;
            lacking -= held[i] < lacking ? held[i] : lacking;
            notices[i][id].readyAt = 0;
            _law("INV-CUS-7", levels[i].announcedOf(id).readyAt == 0, "an announcement outlasted its refill");
        }
    }

    /// @dev Whether a refill from this level must succeed now.
    function _fundable(Ticket storage t, Seen memory s, uint256 level) private view returns (bool) {
        bytes32 id = keccak256(abi.encode(t.exit));
        if (!_isReady(level, id)) return false;
        for (uint256 i; i < LEVELS; ++i) {
            if (_isReady(i, id)) s.b.inVault += _held(t.asset, address(levels[i]));
        }
        if (s.b.impaired) {
            bool free = !_isHeld(t.exit.owner) && !_isListed(t.exit.owner) && clock >= everyoneHeldUntil;
            return free && s.caller == t.exit.owner && clock >= _dueAt(t) && s.b.inVault >= _dueOf(t, s);
        }
        (bool stopped, bool turns) = _stopped(t, s);
        return !stopped && !turns && (s.open.slot != 0 || s.slot <= clock * UNIT);
    }

    /// @dev When nothing but vetoes, holds, lists and the token can stop a refill.
    function _fundableAt(Ticket storage t) internal view returns (uint256 from) {
        from = _dueAt(t);
        for (uint256 i; i < LEVELS; ++i) {
            Notice storage n = notices[i][keccak256(abi.encode(t.exit))];
            if (n.readyAt > from) from = n.readyAt;
        }
    }

    /// @dev An open exit that the Vault alone can't pay, if there is one.
    function _lackingOne() private returns (uint256 place) {
        uint256 from = _below(openTickets.length);
        for (uint256 i; i < openTickets.length; ++i) {
            place = (from + i) % openTickets.length;
            Ticket storage t = tickets[openTickets[place]];
            if (t.exit.amount > _held(t.asset, address(vault))) return place;
        }
    }

    function _queuedOf(uint256 k) private view returns (uint256 sum) {
        for (uint256 i; i < openTickets.length; ++i) {
            Ticket storage t = tickets[openTickets[i]];
            if (t.asset == k) sum += t.exit.amount;
        }
    }

    /// @dev What the Vault and the nearest level hold.
    function _near(uint256 k) private view returns (uint256) {
        return _held(k, address(vault)) + _held(k, address(levels[0]));
    }

    /// @dev Half of the re-entrant token's moves call back into the level that moves it.
    function _arm(uint256 k, address level, bytes memory data) private {
        if (k == REENTRANT && _once(2)) ReentrantToken(kits[k].token).arm(level, data, _once(2));
        else _disarm(k);
    }

    function _disarm(uint256 k) private {
        if (k != REENTRANT) return;
        _law("INV-CUS-2", !ReentrantToken(kits[k].token).succeeded(), "a token got in while a reserve moved it");
        ReentrantToken(kits[k].token).arm(address(0), "", false);
    }
}
