// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {ReleasedApp} from "../governance/ReleasedApp.sol";
import {IAppRelease} from "../governance/interfaces/IAppRelease.sol";
import {AssetId} from "../shared/AssetId.sol";
import {Feature, IPaymentRules} from "./interfaces/IPaymentRules.sol";
import {Cause, IPayments, Payment, Purpose, Question, Terms} from "./interfaces/IPayments.sol";
import {PaymentSlot} from "./libraries/PaymentSlot.sol";
import {Questions} from "./libraries/Questions.sol";
import {Schedule, Schedules} from "./libraries/Schedules.sol";
import {TermsCode} from "./libraries/TermsCode.sol";

/// @title Payments
/// @notice Payments on the Vault's ledger: see `IPayments`.
/// @dev Not upgradeable: a payment ends under the code that it was made under. A newer deployment takes the new ones
/// (`ReleasedApp`).
contract Payments is IPayments, ReleasedApp, Multicall {
    using PaymentSlot for uint256;
    using Questions for Question;
    using Schedules for Schedule;
    using TermsCode for Terms;

    /// @notice Most that a fee may be, in basis points.
    uint16 public constant MAX_FEE_BPS = 1_000;
    /// @notice How far ahead a payment may end, seconds.
    uint256 public constant MAX_TERM = 50 * 365 days;

    uint256 private constant _ALL_BPS = 10_000;

    IPaymentRules private immutable _rules;
    mapping(bytes32 id => uint256 slot) private _slots;

    /// @param release_ See `ReleasedApp`.
    /// @param rules_ Of the same Vault.
    constructor(IVault vault_, IAppRelease release_, IPaymentRules rules_) ReleasedApp(vault_, release_) {
        if (rules_.vault() != address(vault_)) revert ReleasedApp_OtherVault(address(vault_));
        _rules = rules_;
    }

    // ---- towards the payee ----

    /// @inheritdoc IPayments
    function latch(Terms calldata terms, Question calldata question, bytes calldata witness) external {
        (bytes32 id, uint256 slot) = _opened(terms);
        bytes32 agreed = terms.condition;
        // Check
        if (agreed == 0) revert Payments_Unconditional(id);
        if (slot.latched()) revert Payments_LatchedAlready(id);
        if (block.timestamp > terms.latchBy) revert Payments_TooLate(id, terms.latchBy);
        if (question.hash() != agreed) revert Payments_OtherQuestion(question.hash(), agreed);
        if (!question.met(id, witness)) revert Payments_NotMet(id);
        // Effect
        slot |= PaymentSlot.LATCHED;
        _slots[id] = slot;
        emit PaymentLatched(id, slot);
    }

    /// @inheritdoc IPayments
    function release(Terms calldata terms) external returns (uint112 paid) {
        (bytes32 id, uint256 slot) = _opened(terms);
        // Check
        if (terms.capture) revert Payments_ByCaptureOnly(id);
        if (_waits(terms, slot)) revert Payments_NotLatched(id);
        paid = _due(terms, slot);
        if (paid == 0) revert Payments_NothingDue(id);
        _pay(terms, id, slot, paid, 0);
    }

    /// @inheritdoc IPayments
    function releaseBatch(Terms[] calldata terms) external returns (uint256 count) {
        for (uint256 i; i < terms.length; ++i) {
            Terms calldata each = terms[i];
            bytes32 id = each.id();
            uint256 slot = _slots[id];
            if (!slot.open() || each.capture) continue;
            uint112 due = _due(each, slot);
            if (due == 0) continue;
            ++count;
            _pay(each, id, slot, due, 0);
        }
    }

    /// @inheritdoc IPayments
    function capture(Terms calldata terms, uint112 amount) external {
        (bytes32 id, uint256 slot) = _opened(terms);
        // Check
        if (msg.sender != terms.payee) revert Payments_NotThePayee(msg.sender, terms.payee);
        if (!terms.capture) revert Payments_ByReleaseOnly(id);
        if (_waits(terms, slot)) revert Payments_NotLatched(id);
        if (block.timestamp > terms.latchBy) revert Payments_TooLate(id, terms.latchBy);
        if (amount == 0) revert Payments_ZeroAmount();
        uint256 due = _due(terms, slot);
        if (amount > due) revert Payments_AboveDue(id, amount, due);
        _pay(terms, id, slot, amount, 0);
    }

    /// @inheritdoc IPayments
    function accept(Terms calldata terms) external {
        (bytes32 id, uint256 slot) = _opened(terms);
        // Check
        if (msg.sender != terms.payer) revert Payments_NotThePayer(msg.sender, terms.payer);
        uint112 rest = _rest(terms, slot);
        if (rest == 0) revert Payments_NothingDue(id);
        _pay(terms, id, slot, rest, 0);
    }

    // ---- towards the payer ----

    /// @inheritdoc IPayments
    function void(Terms calldata terms) external {
        (bytes32 id, uint256 slot) = _opened(terms);
        // Check
        if (msg.sender != terms.payee) revert Payments_NotThePayee(msg.sender, terms.payee);
        if (_rest(terms, slot) == 0) revert Payments_NothingDue(id);
        _giveBack(terms, id, slot, Cause.VOIDED);
    }

    /// @inheritdoc IPayments
    function rollback(Terms calldata terms) external {
        (bytes32 id, uint256 slot) = _opened(terms);
        // Check
        if (!_lapses(terms, slot)) revert Payments_NeverLapses(id);
        if (block.timestamp < terms.expiry) revert Payments_NotLapsed(id, terms.expiry);
        if (_rest(terms, slot) == 0) revert Payments_NothingDue(id);
        _giveBack(terms, id, slot, Cause.ROLLED_BACK);
    }

    /// @inheritdoc IPayments
    function rollbackBatch(Terms[] calldata terms) external returns (uint256 count) {
        for (uint256 i; i < terms.length; ++i) {
            Terms calldata each = terms[i];
            bytes32 id = each.id();
            uint256 slot = _slots[id];
            if (!slot.open() || !_lapsed(each, slot) || _rest(each, slot) == 0) continue;
            ++count;
            _giveBack(each, id, slot, Cause.ROLLED_BACK);
        }
    }

    // ---- to both ----

    /// @inheritdoc IPayments
    function split(Terms calldata terms, uint112 toPayee) external {
        (bytes32 id, uint256 slot) = _opened(terms);
        // Check
        if (msg.sender != terms.arbiter) revert Payments_NotTheArbiter(msg.sender, terms.arbiter);
        if (_lapsed(terms, slot)) revert Payments_Lapsed(id, terms.expiry);
        uint256 rest = _rest(terms, slot);
        if (rest == 0) revert Payments_NothingDue(id);
        if (toPayee > rest) revert Payments_AboveDue(id, toPayee, rest);
        // What can still be captured isn't earned before it is.
        uint256 earned = terms.capture ? 0 : _due(terms, slot);
        if (toPayee < earned) revert Payments_BelowDue(id, toPayee, earned);
        if (toPayee != 0) slot = _pay(terms, id, slot, toPayee, toPayee == rest ? 0 : PaymentSlot.CLOSED);
        if (toPayee != rest) _giveBack(terms, id, slot, Cause.SPLIT);
    }

    // ---- views ----

    /// @inheritdoc IPayments
    function idOf(Terms calldata terms) external view returns (bytes32) {
        return terms.id();
    }

    /// @inheritdoc IPayments
    function hashOf(Question calldata question) external pure returns (bytes32) {
        return question.hash();
    }

    /// @inheritdoc IPayments
    function paymentOf(bytes32 id) external view returns (Payment memory) {
        return _slots[id].unpacked();
    }

    /// @inheritdoc IPayments
    function slotOf(bytes32 id) external view returns (uint256) {
        return _slots[id];
    }

    /// @inheritdoc IPayments
    function dueOf(Terms calldata terms) external view returns (uint256) {
        uint256 slot = _slots[terms.id()];
        return slot.open() ? _due(terms, slot) : 0;
    }

    /// @inheritdoc IPayments
    function rules() external view returns (address) {
        return address(_rules);
    }

    // ---- the hook ----

    function _opens(address, AssetId[] calldata, uint112[] calldata, bytes calldata data)
        internal
        pure
        override
        returns (bool)
    {
        return TermsCode.purposeOf(data) == Purpose.CREATE;
    }

    function _take(address owner, AssetId[] calldata assets, uint112[] calldata amounts, bytes calldata data)
        internal
        override
    {
        Purpose purpose = TermsCode.purposeOf(data);
        Terms[] calldata terms = TermsCode.termsIn(data);
        if (purpose == Purpose.CREATE) _create(owner, assets, amounts, terms);
        else _refund(owner, assets, amounts, terms);
    }

    function _create(address payer, AssetId[] calldata assets, uint112[] calldata amounts, Terms[] calldata terms)
        private
    {
        uint256 features;
        uint256 push;
        // What is left of the push that pays for the current run.
        uint256 left;
        for (uint256 i; i < terms.length; ++i) {
            Terms calldata each = terms[i];
            if (left == 0) {
                // Check: the run before it used its push up.
                if (push == assets.length) revert Payments_BadFunding(i);
                left = amounts[push++];
            }
            // Check
            if (!each.asset.eq(assets[push - 1]) || each.amount > left) revert Payments_BadFunding(i);
            left -= each.amount;
            features |= _check(payer, each);
            bytes32 id = each.id();
            if (_slots[id] != 0) revert Payments_CreatedAlready(id);
            // Effect
            _slots[id] = PaymentSlot.CREATED;
            each.emitCreated(id, PaymentSlot.CREATED);
        }
        // Check
        if (left != 0 || push != assets.length || push == 0) revert Payments_BadFunding(terms.length);
        _rules.admit(payer, features, assets, amounts);
    }

    function _refund(address payee, AssetId[] calldata assets, uint112[] calldata amounts, Terms[] calldata terms)
        private
    {
        if (terms.length != assets.length || terms.length == 0) revert Payments_BadFunding(terms.length);
        for (uint256 i; i < terms.length; ++i) {
            Terms calldata each = terms[i];
            uint112 amount = amounts[i];
            bytes32 id = each.id();
            uint256 slot = _slots[id];
            // Check
            if (payee != each.payee) revert Payments_NotThePayee(payee, each.payee);
            if (!each.asset.eq(assets[i])) revert Payments_BadFunding(i);
            if (amount == 0) revert Payments_ZeroAmount();
            uint256 refundable = slot.paid() - slot.refunded();
            if (amount > refundable) revert Payments_AbovePaid(id, amount, refundable);
            // Effect
            slot = slot.withRefunded(amount);
            _slots[id] = slot;
            emit PaymentRefunded(id, amount, slot);
            // Interaction
            _vault.transfer(each.payer, each.asset.raw(), amount);
        }
    }

    /// @dev Reverts with what is wrong with new terms; answers which features they use.
    function _check(address payer, Terms calldata terms) private view returns (uint256 features) {
        if (terms.payer != payer) revert Payments_NotThePayer(payer, terms.payer);
        if (terms.payee == payer) revert Payments_BadParty(payer);
        _checkRecipient(terms.payee);
        uint112 amount = terms.amount;
        if (amount == 0) revert Payments_ZeroAmount();
        uint256 latest = block.timestamp + MAX_TERM;
        Schedule memory schedule = terms.schedule;
        schedule.check(amount);
        uint256 end = uint256(schedule.start) + schedule.duration;
        if (end > latest) revert Payments_TooFar(end, latest);
        features = 1 << uint8(Feature.PAY);
        if (schedule.duration != 0) features |= 1 << uint8(Feature.SCHEDULE);
        if (terms.condition != 0) features |= 1 << uint8(Feature.CONDITION);
        if (terms.capture) features |= 1 << uint8(Feature.CAPTURE);
        if (terms.arbiter != address(0)) features |= 1 << uint8(Feature.ARBITER);
        _checkDeadlines(terms, latest);
        _checkFee(terms.feeBps, terms.feeTo);
    }

    function _checkDeadlines(Terms calldata terms, uint256 latest) private view {
        (uint40 latchBy, uint40 expiry) = (terms.latchBy, terms.expiry);
        if (terms.condition != 0 || terms.capture) {
            if (latchBy < block.timestamp || expiry <= latchBy) revert Payments_BadDeadlines(latchBy, expiry);
            if (expiry > latest) revert Payments_TooFar(expiry, latest);
        } else if (latchBy | expiry != 0) {
            revert Payments_BadDeadlines(latchBy, expiry);
        }
    }

    function _checkFee(uint16 feeBps, address feeTo) private view {
        if (feeBps == 0 ? feeTo != address(0) : feeBps > MAX_FEE_BPS) revert Payments_BadFee(feeBps, feeTo);
        if (feeBps != 0) _checkRecipient(feeTo);
    }

    /// @dev The ledger credits any account but its own and nobody's; what this app is credited it could never pay out.
    function _checkRecipient(address to) private view {
        if (to == address(0) || to == address(this) || to == address(_vault)) revert Payments_BadParty(to);
    }

    // ---- inside ----

    function _opened(Terms calldata terms) private view returns (bytes32 id, uint256 slot) {
        id = terms.id();
        slot = _slots[id];
        if (!slot.open()) revert Payments_NotOpen(id);
    }

    /// @dev Whether it is conditional and not latched.
    function _waits(Terms calldata terms, uint256 slot) private pure returns (bool) {
        return terms.condition != 0 && !slot.latched();
    }

    /// @dev Whether what is left goes back at the expiry.
    function _lapses(Terms calldata terms, uint256 slot) private pure returns (bool) {
        return terms.capture || _waits(terms, slot);
    }

    function _lapsed(Terms calldata terms, uint256 slot) private view returns (bool) {
        return _lapses(terms, slot) && block.timestamp >= terms.expiry;
    }

    /// @dev What was neither paid nor given back, of an open payment.
    function _rest(Terms calldata terms, uint256 slot) private pure returns (uint112) {
        return terms.amount - slot.paid();
    }

    /// @dev What has vested and wasn't paid, of an open payment; nothing while it waits.
    function _due(Terms calldata terms, uint256 slot) private view returns (uint112) {
        if (_waits(terms, slot)) return 0;
        uint256 vested = terms.schedule.vestedDown(terms.amount, block.timestamp);
        uint112 paid = slot.paid();
        // By `accept` more may have been paid than has vested. At most the amount, which has 112 bits.
        return vested > paid ? uint112(vested - paid) : 0;
    }

    /// @dev Pays `amount`, not zero and at most the rest, less its fee.
    /// @param flags Set in the slot too.
    function _pay(Terms calldata terms, bytes32 id, uint256 slot, uint112 amount, uint256 flags)
        private
        returns (uint256 next)
    {
        // Effect
        next = slot.withPaid(amount) | flags;
        _slots[id] = next;
        uint112 fee = _feeDown(terms.feeBps, next.paid()) - _feeDown(terms.feeBps, slot.paid());
        emit PaymentPaid(id, amount, fee, next);
        // Interaction
        uint256 asset = terms.asset.raw();
        _vault.transfer(terms.payee, asset, amount - fee);
        if (fee != 0) _vault.transfer(terms.feeTo, asset, fee);
    }

    /// @dev Of all that was paid, so that it is the same in however many parts it is paid.
    function _feeDown(uint256 feeBps, uint256 paid) private pure returns (uint112) {
        // Below the amount, which has 112 bits.
        return uint112((paid * feeBps) / _ALL_BPS);
    }

    /// @dev Gives the rest back, not zero, and closes the payment.
    function _giveBack(Terms calldata terms, bytes32 id, uint256 slot, Cause cause) private {
        uint112 rest = _rest(terms, slot);
        // Effect
        slot |= PaymentSlot.CLOSED;
        _slots[id] = slot;
        emit PaymentReturned(id, cause, rest, slot);
        // Interaction
        _vault.transfer(terms.payer, terms.asset.raw(), rest);
    }
}
