// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IApp} from "../../../contracts/custody/interfaces/IApp.sol";
import {Intent, Verb} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {Cycle, Entry} from "../../../contracts/payments/interfaces/INetting.sol";
import {AssetId} from "../../../contracts/shared/AssetId.sol";
import {SceneVerbs} from "./SceneVerbs.sol";

/// @notice Parties fund margins, sign cycles, forge them, cap them and leave; the model keeps every margin.
abstract contract NettingVerbs is SceneVerbs {
    struct Booked {
        uint256 balance;
        uint256 cap;
        uint256 nonce;
        uint256 leaves;
        uint256 leavesFrom;
        uint256 raise;
        uint256 raiseFrom;
    }

    uint256 private constant NOTICE = 1 hours;
    uint256 private constant NONE = type(uint112).max;

    mapping(address party => mapping(uint256 asset => Booked)) internal booked;
    uint256 private _cycles;

    function _meet() internal {
        for (uint256 m; m < MONEY; ++m) {
            for (uint256 i; i < PARTIES; ++i) booked[parties[i]][money[m]].cap = NONE;
        }
    }

    // ---- margins

    function fund(uint256 seed) external act("fund", seed) {
        uint256 k = money[_below(MONEY)];
        address who = _once(5) ? _party() : _opener(address(netting), 33, k);
        if (who == address(0)) return;
        uint256 amount = 1 + _upTo(_worth(k, 40_000));
        if (amount > _balance(who, k)) amount = _balance(who, k) / 2;
        if (amount == 0) return;
        bool may = _mayOpen(who, address(netting), 33, k);
        (bool ok, bytes memory answer) = _fund(who, k, amount, _once(3));
        bool full = bytes4(answer) == bytes4(keccak256("PaymentRules_VolumeReached(address,uint256,uint256,uint256)"));
        _law("rules", ok ? may : !may || full, "funded, or not, against the rules");
        if (!ok) return;
        uint256 day = _dayOf(who);
        if (day != UNCOUNTED) {
            bool fits = _charge(bytes32(uint256(uint160(who))), _cents(k, amount)) <= day;
            _law("rules", fits, "a day's volume exceeds its limit");
        }
        booked[who][k].balance += amount;
        _debitModel(who, k, amount, T);
        _creditModel(address(netting), k, amount, T);
        _done();
    }

    function _fund(address who, uint256 k, uint256 amount, bool signed) private returns (bool ok, bytes memory answer) {
        (AssetId[] memory ids, uint112[] memory amounts) = (new AssetId[](1), new uint112[](1));
        (ids[0], amounts[0]) = (kits[k].id, uint112(amount));
        if (!signed) {
            return _call(who, address(vault), abi.encodeCall(vault.callWith, (address(netting), ids, amounts, "")));
        }
        Intent memory intent;
        bytes memory all = abi.encode(ids, amounts, "");
        (intent.owner, intent.verb, intent.to, intent.ref) = (who, Verb.CALL, address(netting), keccak256(all));
        return _call(stranger, address(vault), _signedCall(_keyOf(who), intent, all));
    }

    /// @notice What funds nothing: data, nothing at all, a zero, the hook without the Vault.
    function misfund(uint256 seed) external act("misfund", seed) {
        uint256 k = money[_below(MONEY)];
        address who = _opener(address(netting), 33, k);
        if (who == address(0)) return;
        uint256 n = _upTo(1);
        (AssetId[] memory ids, uint112[] memory amounts) = (new AssetId[](n), new uint112[](n));
        if (n != 0) (ids[0], amounts[0]) = (kits[k].id, uint112(_upTo(1)));
        bytes memory data = n != 0 && amounts[0] != 0 ? bytes("memo") : bytes("");
        bytes memory push = abi.encodeCall(vault.callWith, (address(netting), ids, amounts, data));
        _law("INV-PAY-4", !_try(who, address(vault), push), "funded by nothing");
        bytes memory hook = abi.encodeCall(IApp.onVaultCall, (who, ids, amounts, ""));
        _law("INV-PAY-4", !_try(who, address(netting), hook), "funded without the Vault");
        _done();
    }

    function announce(uint256 seed) external act("announce", seed) {
        (address who, uint256 k) = _funded();
        if (who == address(0)) return;
        Booked storage b = booked[who][k];
        uint256 amount = _once(6) ? 0 : _once(4) ? NONE : 1 + _upTo(b.balance);
        if (!_try(who, address(netting), abi.encodeCall(netting.announceWithdrawal, (kits[k].id, uint112(amount))))) return;
        (b.leaves, b.leavesFrom) = (amount, amount == 0 ? 0 : clock + NOTICE);
        _done();
    }

    /// @notice By anyone, to the party alone; not before its time.
    function withdraw(uint256 seed) external act("withdraw", seed) {
        (address who, uint256 k) = _leaving();
        if (who == address(0)) return;
        Booked storage b = booked[who][k];
        // The last second before, the first, or whenever.
        if (b.leavesFrom > clock && !_once(4)) _warp(b.leavesFrom - (_once(6) ? 1 : 0));
        uint256 due = b.leaves < b.balance ? b.leaves : b.balance;
        bool expected = b.leavesFrom != 0 && clock >= b.leavesFrom && due != 0;
        address caller = _once(2) ? stranger : _party();
        bool ok = _try(caller, address(netting), abi.encodeCall(netting.withdraw, (who, kits[k].id)));
        _law("INV-PAY-4", ok == expected, ok ? "withdrawn too early, or nothing" : "a party can't withdraw");
        if (ok) {
            _debitModel(address(netting), k, due, T);
            _creditModel(who, k, due, T);
            (b.balance, b.leaves, b.leavesFrom) = (b.balance - due, 0, 0);
        }
        if (ok == expected) _done();
    }

    function setCap(uint256 seed) external act("setCap", seed) {
        (address who, uint256 k) = _funded();
        if (who == address(0)) return;
        Booked storage b = booked[who][k];
        uint256 cap = _once(3) ? NONE : _once(6) ? b.cap : _upTo(2 * b.balance + 10);
        bool expected = cap != b.cap || b.raiseFrom != 0;
        bool ok = _try(who, address(netting), abi.encodeCall(netting.setCap, (kits[k].id, uint112(cap))));
        _law("INV-PAY-4", ok == expected, "a cap was not set, or set to what it is");
        if (!ok) return;
        if (cap > b.cap) (b.raise, b.raiseFrom) = (cap, clock + NOTICE);
        else (b.cap, b.raise, b.raiseFrom) = (cap, 0, 0);
        _done();
    }

    function applyCap(uint256 seed) external act("applyCap", seed) {
        uint256 k = money[_below(MONEY)];
        address who = _party();
        for (uint256 i; i < PARTIES && booked[who][k].raiseFrom == 0; ++i) who = parties[i];
        Booked storage b = booked[who][k];
        if (b.raiseFrom > clock && !_once(3)) _warp(b.raiseFrom - (_once(6) ? 1 : 0));
        bool expected = b.raiseFrom != 0 && clock >= b.raiseFrom;
        bool ok = _try(stranger, address(netting), abi.encodeCall(netting.applyCap, (who, kits[k].id)));
        _law("INV-PAY-4", ok == expected, "a higher cap came too early, or not at all");
        if (ok) (b.cap, b.raise, b.raiseFrom) = (b.raise, 0, 0);
        if (ok == expected) _done();
    }

    // ---- cycles

    /// @notice An honest cycle, or one that goes beyond a cap or a balance; then the same once more.
    function settle(uint256 seed) external act("settle", seed) {
        uint256 k = money[_below(MONEY)];
        (Cycle memory c, bool fits) = _once(5) ? _atCap(k) : _vector(k);
        _signAll(c, k);
        uint256 late = _once(8) ? c.deadline + _upTo(1) : clock;
        if (late > clock) _warp(late);
        bool expected = fits && clock <= c.deadline && c.deadline <= clock + NOTICE;
        bool ok = _try(stranger, address(netting), abi.encodeCall(netting.settle, (c)));
        _law("INV-PAY-4", !ok || expected, "settled beyond a cap, a balance or the deadline");
        _law("INV-PAY-4", ok || !expected, "a signed cycle can't be settled");
        if (ok) {
            for (uint256 i; i < c.entries.length; ++i) {
                Booked storage b = booked[c.entries[i].party][k];
                b.balance = uint256(int256(b.balance) + c.entries[i].net);
                ++b.nonce;
            }
            bool again = _try(stranger, address(netting), abi.encodeCall(netting.settle, (c)));
            _law("INV-PAY-4", !again, "one cycle was settled twice");
        }
        if (ok == expected) _done();
    }

    /// @notice A cycle that all have signed but for one thing: nobody's margin moves.
    function forgeCycle(uint256 seed) external act("forgeCycle", seed) {
        uint256 k = money[_below(MONEY)];
        (Cycle memory c, bool fits) = _vector(k);
        if (!fits) return;
        uint256 which = _below(9);
        uint256 i = _below(c.entries.length);
        // What everyone signs, spoilt.
        if (which == 0) ++c.entries[i].net;
        if (which == 1) c.deadline = uint40(clock + NOTICE + 1);
        if (which == 2) c.deadline = uint40(clock - 1);
        if (which == 3) c.entries[i] = c.entries[(i + 1) % c.entries.length];
        _signAll(c, k);
        // What was signed, spoilt.
        if (which == 4) c.entries[i].signature = _signed(0xBAD, _digestOf(c, i, k));
        if (which == 5) c.obligations = bytes32(uint256(c.obligations) ^ 1);
        if (which == 6 && !_agreeOnOther(c, k)) return;
        if (which == 7) c.asset = kits[k == 1 ? COLD : 1].id;
        if (which == 8) _drop(c);
        bool ok = _try(stranger, address(netting), abi.encodeCall(netting.settle, (c)));
        _law("INV-PAY-4", !ok, "a cycle was settled that somebody has not signed");
        _done();
    }

    /// @dev Two of several parties sign another vector, under which the others get and give what they have signed before.
    function _agreeOnOther(Cycle memory c, uint256 k) private view returns (bool) {
        Booked storage b = booked[c.entries[0].party][k];
        int256 gives = 1 - int256(c.entries[0].net);
        if (c.entries.length < 3 || gives > int256(b.balance < b.cap ? b.balance : b.cap)) return false;
        (c.entries[0].net, c.entries[1].net) = (c.entries[0].net - 1, c.entries[1].net + 1);
        for (uint256 i; i < 2; ++i) c.entries[i].signature = _signed(_keyOf(c.entries[i].party), _digestOf(c, i, k));
        return true;
    }

    /// @dev One party gives just what its cap allows, or a unit more, to another.
    function _atCap(uint256 k) private returns (Cycle memory c, bool fits) {
        (c, fits) = _vector(k);
        Entry[] memory entries = c.entries;
        assembly ("memory-safe") {
            mstore(entries, 2)
        }
        uint256 i = _below(2);
        Booked storage b = booked[entries[i].party][k];
        uint256 above = _upTo(1);
        // Whom its balance binds is the other cycles' case.
        if (b.cap >= b.balance) above = 0;
        uint256 gives = b.cap < b.balance ? b.cap + above : b.balance;
        (entries[i].net, entries[1 - i].net) = (-int112(int256(gives)), int112(int256(gives)));
        fits = above == 0;
    }

    function _drop(Cycle memory c) private pure {
        Entry[] memory entries = c.entries;
        assembly ("memory-safe") {
            mstore(entries, sub(mload(entries), 1))
        }
    }

    /// @dev Two to five parties in ascending order, their nets together zero; mostly within caps and balances.
    function _vector(uint256 k) private returns (Cycle memory c, bool fits) {
        uint256 n = 2 + _upTo(3);
        (c.asset, c.obligations) = (kits[k].id, keccak256(abi.encode("obligations", ++_cycles)));
        c.deadline = uint40(clock + _upTo(NOTICE));
        c.entries = new Entry[](n);
        uint256 from = _below(PARTIES);
        for (uint256 i; i < n; ++i) {
            c.entries[i].party = parties[(from + i * 2) % PARTIES];
            for (uint256 j = i; j > 0 && c.entries[j].party < c.entries[j - 1].party; --j) {
                (c.entries[j], c.entries[j - 1]) = (c.entries[j - 1], c.entries[j]);
            }
        }
        fits = true;
        int256 sum;
        uint256 last = _below(n);
        for (uint256 i; i < n; ++i) {
            if (i == last) continue;
            Booked storage b = booked[c.entries[i].party][k];
            uint256 most = b.balance < b.cap ? b.balance : b.cap;
            int256 give = _once(3) ? int256(0) : int256(_once(8) ? most + 1 : _upTo(most));
            if (_once(2)) give = -int256(_upTo(1 + most / 2));
            c.entries[i].net = int112(-give);
            sum -= give;
            fits = fits && give <= int256(most);
        }
        c.entries[last].net = int112(-sum);
        Booked storage l = booked[c.entries[last].party][k];
        fits = fits && sum <= int256(l.balance < l.cap ? l.balance : l.cap);
    }

    function _signAll(Cycle memory c, uint256 k) private view {
        for (uint256 i; i < c.entries.length; ++i) {
            c.entries[i].signature = _signed(_keyOf(c.entries[i].party), _digestOf(c, i, k));
        }
    }

    function _digestOf(Cycle memory c, uint256 i, uint256 k) private view returns (bytes32) {
        Entry memory e = c.entries[i];
        uint32 nonce = uint32(booked[e.party][k].nonce);
        return netting.positionDigest(netting.hashOf(c), e.party, kits[k].id, e.net, nonce);
    }

    function _signed(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _funded() private returns (address who, uint256 k) {
        k = money[_below(MONEY)];
        uint256 from = _below(PARTIES);
        for (uint256 i; i < PARTIES; ++i) {
            who = parties[(from + i) % PARTIES];
            if (booked[who][k].balance != 0) return (who, k);
        }
        return (address(0), k);
    }

    function _leaving() private returns (address who, uint256 k) {
        uint256 from = _below(PARTIES * MONEY);
        for (uint256 i; i < PARTIES * MONEY; ++i) {
            uint256 place = (from + i) % (PARTIES * MONEY);
            (who, k) = (parties[place / MONEY], money[place % MONEY]);
            if (booked[who][k].leavesFrom != 0 && booked[who][k].balance != 0) return (who, k);
        }
        return _funded();
    }
}
