// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Intent, Verb} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IPaymentRules} from "../../../contracts/payments/interfaces/IPaymentRules.sol";
import {Purpose, Terms} from "../../../contracts/payments/interfaces/IPayments.sol";
import {AssetId} from "../../../contracts/shared/AssetId.sol";
import {PaymentQuestions} from "./PaymentQuestions.sol";

/// @notice New payments: of every shape, one or several at once, by the payer's call or by its signature.
abstract contract CreateVerbs is PaymentQuestions {
    uint8 internal constant CONDITIONAL = 1;
    uint8 internal constant CAPTURED = 2;
    uint8 internal constant ARBITRATED = 4;
    uint8 internal constant ANY = 8;

    uint256 private _drafts;

    function create(uint256 seed) external act("create", seed) {
        address payer = _once(4) ? _party() : _opener(address(payments), 31, money[_below(MONEY)]);
        if (payer == address(0)) payer = _party();
        uint256 n = 1 + _upTo(3);
        if (_create(payer, n, ANY, _once(3))) _done();
    }

    /// @dev A new payment of this shape, by whoever may; its place, or one past the last if nobody may.
    function _new(uint8 shape) internal returns (uint256 place) {
        place = positions.length;
        address payer = _opener(address(payments), 31, money[_below(MONEY)]);
        if (payer != address(0)) _create(payer, 1, shape, false);
    }

    function _create(address payer, uint256 n, uint8 shape, bool signed) internal returns (bool ok) {
        Position[] memory drafts = new Position[](n);
        bool may = true;
        for (uint256 i; i < n; ++i) {
            drafts[i] = _draft(payer, shape);
            may = may && _mayOpen(payer, address(payments), _featuresOf(drafts[i].terms), drafts[i].k);
        }
        may = may && _affords(payer, drafts);
        (AssetId[] memory ids, uint112[] memory amounts, uint256 cents) = _pushes(drafts);
        bytes memory answer;
        (ok, answer) = _push(payer, ids, amounts, _createData(drafts), signed);
        _law("rules", !ok || may, "opened though the rules, a hold or the list stand against it");
        bool full = bytes4(answer) == IPaymentRules.PaymentRules_VolumeReached.selector;
        _law("rules", ok || !may || full, "refused though nothing stands against it");
        if (ok) _opened(drafts, payer, cents);
    }

    function _opened(Position[] memory drafts, address payer, uint256 cents) private {
        uint256 day = _dayOf(payer);
        if (day != UNCOUNTED) {
            _law("rules", _charge(bytes32(uint256(uint160(payer))), cents) <= day, "a day's volume exceeds its limit");
        }
        for (uint256 i; i < drafts.length; ++i) _open(drafts[i]);
    }

    function _open(Position memory p) private {
        p.id = keccak256(abi.encode(block.chainid, address(payments), p.terms));
        positions.push(p);
        _debitModel(p.terms.payer, p.k, p.terms.amount, T);
        _creditModel(address(payments), p.k, p.terms.amount, T);
    }

    function _draft(address payer, uint8 shape) internal returns (Position memory p) {
        p.k = money[_below(MONEY)];
        p.number = ++_drafts;
        Terms memory t = p.terms;
        (t.payer, t.payee, t.asset) = (payer, _once(12) ? address(app) : _other(payer), kits[p.k].id);
        uint256 most = _balance(payer, p.k) / 4;
        t.amount = uint112(1 + (_once(3) ? _upTo(60) : _upTo(_worth(p.k, 1 + _upTo(30_000)))));
        if (t.amount > most) t.amount = uint112(most == 0 ? 1 : most);
        _schedule(t);
        bool any = shape == ANY;
        t.capture = any ? _once(4) : shape & CAPTURED != 0;
        bool conditional = any ? _once(2) : shape & CONDITIONAL != 0;
        if (t.capture || conditional) {
            t.latchBy = uint40(clock + 1 hours + _upTo(2 days));
            t.expiry = t.latchBy + 1 + uint40(_once(3) ? 0 : _upTo(1 days));
        }
        if (conditional) {
            p.question = _draftQuestion(p.number, p.k, t.latchBy);
            t.condition = keccak256(abi.encode(p.question.condition, keccak256(p.question.terms)));
        }
        if (any ? _once(2) : shape & ARBITRATED != 0) t.arbiter = _once(3) ? payer : _party();
        if (_once(2)) (t.feeBps, t.feeTo) = (uint16(1 + _upTo(999)), _once(3) ? _party() : feeTaker);
        (t.ref, t.salt) = (bytes32(_below(3)), p.number);
    }

    function _schedule(Terms memory t) private {
        if (_once(2)) {
            t.schedule.start = _once(2) ? 0 : uint40(clock + _upTo(12 hours));
            return;
        }
        t.schedule.start = uint40(clock - 1 hours + _upTo(5 hours));
        t.schedule.duration = uint40(1 + _upTo(4 days));
        t.schedule.step = _once(2) ? 1 : uint40(1 + _below(t.schedule.duration));
        if (_once(3)) t.schedule.cliff = uint112(_upTo(t.amount));
    }

    function _featuresOf(Terms memory t) internal pure returns (uint256) {
        return 1 | (t.schedule.duration != 0 ? 2 : 0) | (t.condition != 0 ? 4 : 0) | (t.capture ? 8 : 0)
            | (t.arbiter != address(0) ? 16 : 0);
    }

    /// @dev Each push pays for a run of payments in one asset, sometimes for one alone.
    function _pushes(Position[] memory drafts)
        internal
        returns (AssetId[] memory ids, uint112[] memory amounts, uint256 cents)
    {
        uint256 n;
        (ids, amounts) = (new AssetId[](drafts.length), new uint112[](drafts.length));
        for (uint256 i; i < drafts.length; ++i) {
            bool joins = i != 0 && drafts[i].k == drafts[i - 1].k && _once(2);
            if (!joins) ids[n++] = kits[drafts[i].k].id;
            amounts[n - 1] += drafts[i].terms.amount;
        }
        assembly ("memory-safe") {
            mstore(ids, n)
            mstore(amounts, n)
        }
        for (uint256 i; i < n; ++i) cents += _cents(_placeOf(ids[i]), amounts[i]);
    }

    function _affords(address payer, Position[] memory drafts) internal view returns (bool) {
        uint256[ASSETS] memory need;
        for (uint256 i; i < drafts.length; ++i) need[drafts[i].k] += drafts[i].terms.amount;
        for (uint256 k; k < ASSETS; ++k) {
            if (need[k] > _balance(payer, k)) return false;
        }
        return true;
    }

    function _placeOf(AssetId id) private view returns (uint256 k) {
        while (!kits[k].id.eq(id)) ++k;
    }

    function _createData(Position[] memory drafts) internal pure returns (bytes memory) {
        Terms[] memory terms = new Terms[](drafts.length);
        for (uint256 i; i < drafts.length; ++i) terms[i] = drafts[i].terms;
        return abi.encode(Purpose.CREATE, terms);
    }

    /// @dev To Payments, by the owner's call, or by its signature that a stranger brings, twice.
    function _push(address owner, AssetId[] memory ids, uint112[] memory amounts, bytes memory data, bool signed)
        internal
        returns (bool ok, bytes memory answer)
    {
        if (!signed) {
            return _call(owner, address(vault), abi.encodeCall(vault.callWith, (address(payments), ids, amounts, data)));
        }
        Intent memory intent;
        bytes memory all = abi.encode(ids, amounts, data);
        (intent.owner, intent.verb, intent.to, intent.ref) = (owner, Verb.CALL, address(payments), keccak256(all));
        bytes memory call = _signedCall(_keyOf(owner), intent, all);
        (ok, answer) = _call(stranger, address(vault), call);
        if (ok) _law("INV-PAY-1", !_try(stranger, address(vault), call), "a signed payment was created twice");
    }
}
