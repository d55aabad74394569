// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IApp} from "../../contracts/custody/interfaces/IApp.sol";
import {IVault} from "../../contracts/custody/interfaces/IVault.sol";
import {IAppRelease} from "../../contracts/governance/interfaces/IAppRelease.sol";
import {Payments} from "../../contracts/payments/Payments.sol";
import {ICondition} from "../../contracts/payments/interfaces/ICondition.sol";
import {IPaymentRules} from "../../contracts/payments/interfaces/IPaymentRules.sol";
import {Purpose, Question, Terms} from "../../contracts/payments/interfaces/IPayments.sol";
import {PaymentSlot} from "../../contracts/payments/libraries/PaymentSlot.sol";
import {AssetId} from "../../contracts/shared/AssetId.sol";
import {Spec} from "./Spec.sol";

/// @notice The app as it is, with its slots to be set.
contract OpenPayments is Payments {
    constructor(IVault vault_, IPaymentRules rules_) Payments(vault_, IAppRelease(address(0)), rules_) {}

    function put(bytes32 id, uint256 slot) external {
        assembly ("memory-safe") {
            // Of the first mapping: nothing that it inherits has storage.
            mstore(0, id)
            mstore(0x20, 0)
            sstore(keccak256(0, 0x40), slot)
        }
    }
}

/// @notice It stands for the Vault and the rules, and counts what the app pays to whom.
contract Till {
    mapping(address to => uint256) public got;
    uint256 public out;

    function vault() external view returns (address) {
        return address(this);
    }

    function admit(address, uint256, AssetId[] calldata, uint112[] calldata) external pure {}

    function transfer(address to, uint256, uint256 amount) external returns (bool) {
        unchecked {
            got[to] += amount;
            out += amount;
        }
        return true;
    }
}

/// @notice It answers what it was told to.
contract Told is ICondition {
    bool private _yes;

    function tell(bool yes) external {
        _yes = yes;
    }

    function check(bytes32, bytes calldata, bytes calldata) external view returns (bool) {
        return _yes;
    }
}

/// @notice INV-PAY-1 and -2 on the app's own code: one verb by anyone on any payment in any state of its slot that payments can
/// be in, whatever its deadlines (the clock stands, they lie anywhere around it). It is a lump, or half of what follows its
/// cliff has vested: Schedules.t.sol says the rest of the formula. It has no fee. What the verb leaves is again such a state; so by induction, from a slot that was never written, any number
/// of verbs pays and gives back no more than was funded, and pays nothing that waits.
contract PaymentsSpec is Spec {
    using PaymentSlot for uint256;

    address private constant PAYER = address(0xA1);
    address private constant PAYEE = address(0xA2);
    address private constant ARBITER = address(0xA3);

    uint256 private constant NOW = 1_800_000_000;

    /// @param slot Any state.
    /// @param begin Of a lump.
    struct Start {
        uint256 slot;
        uint112 amount;
        uint112 cliff;
        uint40 begin;
        uint40 latchBy;
        uint40 expiry;
        bool halves;
        bool capture;
        bool conditional;
        address caller;
    }

    Till private _till = new Till();
    Told private _told = new Told();
    OpenPayments private _app = new OpenPayments(IVault(address(_till)), IPaymentRules(address(_till)));

    function check_INV_PAY_1_release(Start calldata s) external {
        Terms memory t = _begin(s);
        bool ok = _do(s, abi.encodeCall(_app.release, (t)));
        _pays(s, t, ok);
    }

    function check_INV_PAY_1_capture(Start calldata s, uint112 amount) external {
        Terms memory t = _begin(s);
        bool ok = _do(s, abi.encodeCall(_app.capture, (t, amount)));
        _pays(s, t, ok);
        assert(!ok || _and(s.caller == PAYEE, _le(NOW, s.latchBy)));
    }

    function check_INV_PAY_1_accept(Start calldata s) external {
        Terms memory t = _begin(s);
        bool ok = _do(s, abi.encodeCall(_app.accept, (t)));
        uint256 next = _kept(s, t, ok);
        assert(!ok || s.caller == PAYER && next.paid() == s.amount);
    }

    function check_INV_PAY_1_void(Start calldata s) external {
        Terms memory t = _begin(s);
        bool ok = _do(s, abi.encodeCall(_app.void, (t)));
        uint256 next = _kept(s, t, ok);
        assert(!ok || s.caller == PAYEE && next.paid() == s.slot.paid() && !next.open());
    }

    /// @notice Also INV-PAY-3, as far as the app is concerned: what has lapsed goes back, by whoever asks.
    function check_INV_PAY_1_rollback(Start calldata s) external {
        Terms memory t = _begin(s);
        bool ok = _do(s, abi.encodeCall(_app.rollback, (t)));
        uint256 next = _kept(s, t, ok);
        bool lapses = s.capture || s.conditional && !s.slot.latched();
        bool left = s.slot.open() && s.slot.paid() < s.amount;
        assert(ok == (left && lapses && NOW >= s.expiry));
        assert(!ok || next.paid() == s.slot.paid() && !next.open());
    }

    /// @notice Of a lump that anyone may release.
    function check_INV_PAY_1_split(Start calldata s, uint112 toPayee) external {
        vm.assume(!s.capture);
        uint256 next = _split(s, toPayee);
        // What has begun, and waits for nothing, is the payee's.
        bool earned = s.begin <= NOW && (!s.conditional || s.slot.latched());
        assert(next == s.slot || !earned || next.paid() == s.amount);
    }

    /// @notice Of one that the payee captures.
    function check_INV_PAY_1_splitWhatCanBeCaptured(Start calldata s, uint112 toPayee) external {
        vm.assume(s.capture);
        uint256 next = _split(s, toPayee);
        assert(next == s.slot || NOW < s.expiry);
    }

    function _split(Start calldata s, uint112 toPayee) private returns (uint256 next) {
        vm.assume(!s.halves);
        Terms memory t = _begin(s);
        bool ok = _do(s, abi.encodeCall(_app.split, (t, toPayee)));
        next = _kept(s, t, ok);
        assert(!ok || s.caller == ARBITER);
        unchecked {
            assert(!ok || next.paid() == uint256(s.slot.paid()) + toPayee);
        }
    }

    /// @notice INV-PAY-2: nothing but `latch` latches, and it does so in time, once, on a yes to the question agreed on.
    function check_INV_PAY_2_latch(Start calldata s, bool yes, bool same) external {
        Terms memory t = _begin(s);
        Question memory q = _question();
        if (!same) q.terms = "?";
        _told.tell(yes);
        bool ok = _do(s, abi.encodeCall(_app.latch, (t, q, "")));
        uint256 next = _app.slotOf(_app.idOf(t));
        assert(_till.out() == 0);
        assert(next == (ok ? s.slot | PaymentSlot.LATCHED : s.slot));
        bool inTime = _and(s.slot.open(), _le(NOW, s.latchBy));
        assert(!ok || s.conditional && !s.slot.latched() && inTime && yes && same);
    }

    function check_INV_PAY_1_refund(Start calldata s, uint112 amount) external {
        Terms memory t = _begin(s);
        vm.warp(NOW);
        vm.prank(address(_till));
        (bool ok,) = address(_app).call(_push(s.caller, t, amount, Purpose.REFUND));
        uint256 next = _app.slotOf(_app.idOf(t));
        assert(_till.out() == (ok ? amount : 0) && _till.got(PAYER) == _till.out());
        assert(!ok || s.caller == PAYEE && next.refunded() <= next.paid());
        unchecked {
            assert(next == (ok ? s.slot + (uint256(amount) << 112) : s.slot));
        }
    }

    /// @notice A slot that was ever written is never created again; a new one was funded to the unit.
    function check_INV_PAY_1_create(Start calldata s, uint112 pushed) external {
        Terms memory t = _begin(s);
        vm.warp(NOW);
        vm.prank(address(_till));
        (bool ok,) = address(_app).call(_push(s.caller, t, pushed, Purpose.CREATE));
        uint256 next = _app.slotOf(_app.idOf(t));
        assert(_till.out() == 0);
        assert(next == (ok ? PaymentSlot.CREATED : s.slot));
        assert(!ok || s.slot == 0 && s.caller == PAYER && pushed == s.amount && s.amount != 0);
    }

    // ---- what all verbs keep

    /// @dev By release or capture: to the payee, nothing that waits.
    function _pays(Start calldata s, Terms memory t, bool ok) private view {
        uint256 next = _kept(s, t, ok);
        assert(!ok || next.paid() > s.slot.paid() && next.open() && (!s.conditional || s.slot.latched()));
        // Nothing of a lump before its start.
        assert(!ok || s.halves || _le(s.begin, NOW));
    }

    /// @dev Another state that payments can be in, reached without going back; what left the app is what the slot says.
    function _kept(Start calldata s, Terms memory t, bool ok) private view returns (uint256 next) {
        next = _app.slotOf(_app.idOf(t));
        if (!ok) {
            assert(next == s.slot && _till.out() == 0);
            return next;
        }
        assert(s.slot.open() && _isState(next, s.amount));
        assert(next.paid() >= s.slot.paid() && next.refunded() == s.slot.refunded());
        assert(next.latched() == s.slot.latched());
        unchecked {
            uint256 toPayee = uint256(next.paid()) - s.slot.paid();
            uint256 back = next.open() ? 0 : uint256(s.amount) - next.paid();
            assert(_till.got(PAYEE) == toPayee && _till.got(PAYER) == back && _till.out() == toPayee + back);
            assert(uint256(s.slot.paid()) + _till.out() <= s.amount);
        }
    }

    // ---- before

    function _begin(Start calldata s) private returns (Terms memory t) {
        vm.assume(_isState(s.slot, s.amount));
        t = _terms(s);
        _app.put(_app.idOf(t), s.slot);
    }

    /// @dev Never written, or: created; refunded <= paid <= amount; nothing above the flags.
    function _isState(uint256 slot, uint256 amount) private pure returns (bool) {
        bool created = _and(slot & PaymentSlot.CREATED != 0, slot >> 227 == 0);
        bool sums = _and(_le(slot.refunded(), slot.paid()), _le(slot.paid(), amount));
        return _or(slot == 0, _and(created, sums));
    }

    function _terms(Start calldata s) private view returns (Terms memory t) {
        vm.assume(_le(s.cliff, s.amount));
        (t.payer, t.payee, t.arbiter, t.amount) = (PAYER, PAYEE, ARBITER, s.amount);
        t.schedule.start = s.begin;
        if (s.halves) {
            (t.schedule.start, t.schedule.duration, t.schedule.step, t.schedule.cliff) = (uint40(NOW - 1), 2, 1, s.cliff);
        }
        t.capture = s.capture;
        if (s.conditional) t.condition = _app.hashOf(_question());
        (t.latchBy, t.expiry) = (s.latchBy, s.expiry);
    }

    function _question() private view returns (Question memory q) {
        q.condition = ICondition(address(_told));
    }

    function _do(Start calldata s, bytes memory data) private returns (bool ok) {
        vm.warp(NOW);
        vm.prank(s.caller);
        (ok,) = address(_app).call(data);
    }

    function _push(address owner, Terms memory t, uint112 amount, Purpose purpose) private pure returns (bytes memory) {
        (AssetId[] memory ids, uint112[] memory amounts) = (new AssetId[](1), new uint112[](1));
        (ids[0], amounts[0]) = (t.asset, amount);
        Terms[] memory all = new Terms[](1);
        all[0] = t;
        return abi.encodeCall(IApp.onVaultCall, (owner, ids, amounts, abi.encode(purpose, all)));
    }
}
