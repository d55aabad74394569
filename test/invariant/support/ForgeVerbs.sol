// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IApp} from "../../../contracts/custody/interfaces/IApp.sol";
import {IPayments, Purpose, Terms} from "../../../contracts/payments/interfaces/IPayments.sol";
import {AssetId} from "../../../contracts/shared/AssetId.sol";
import {BackVerbs} from "./BackVerbs.sol";

/// @notice What nobody may do: payments under false terms, verbs by the wrong callers, altered terms, calls from inside
/// another app's hook.
abstract contract ForgeVerbs is BackVerbs {
    uint256 private constant FORGERIES = 25;
    uint256 private constant WORDS = 17;

    uint256 private _forgery;

    /// @notice A creation with one thing wrong, by one who could create it otherwise.
    function forge(uint256 seed) external act("forge", seed) {
        uint256 k = money[_below(MONEY)];
        address payer = _opener(address(payments), 31, k);
        if (payer == address(0)) return;
        Position[] memory drafts = new Position[](2);
        (drafts[0], drafts[1]) = (_draft(payer, CONDITIONAL), _draft(payer, ANY));
        if (!_affords(payer, drafts)) return;
        // All in turn.
        uint256 which = ++_forgery % FORGERIES;
        bytes4 expected = _spoil(drafts, which, payer);
        (AssetId[] memory ids, uint112[] memory amounts,) = _pushes(drafts);
        bytes memory data = _createData(drafts);
        if (which == 20) data = abi.encodePacked(data, uint8(0));
        if (which == 21) data = abi.encode(uint256(2), new Terms[](0));
        if (which == 22) _dirty(data);
        if (which == 23) --amounts[0];
        if (which == 24) ++amounts[amounts.length - 1];
        (bool ok, bytes memory answer) = _push(payer, ids, amounts, data, _once(4));
        _law("INV-PAY-1", !ok, "a forged payment was created");
        bool rightly = expected == 0 || bytes4(answer) == expected;
        _law("INV-PAY-1", rightly, string.concat("a forgery was refused for another reason: ", vm.toString(which)));
        _done();
    }

    /// @return expected The error; 0 = one of several.
    function _spoil(Position[] memory drafts, uint256 which, address payer) private returns (bytes4 expected) {
        Terms memory t = drafts[0].terms;
        if (which == 0) (t.payer, expected) = (_other(payer), IPayments.Payments_NotThePayer.selector);
        if (which == 1) (drafts[1], expected) = (drafts[0], IPayments.Payments_CreatedAlready.selector);
        if (which == 2) (t.asset, expected) = (AssetId.wrap(t.asset.raw() ^ 1), IPayments.Payments_BadFunding.selector);
        if (which == 3) (t.payee, expected) = (payer, IPayments.Payments_BadParty.selector);
        if (which == 4) (t.payee, expected) = (address(payments), IPayments.Payments_BadParty.selector);
        if (which == 5) (t.payee, expected) = (address(vault), IPayments.Payments_BadParty.selector);
        if (which == 6) (t.payee, expected) = (address(0), IPayments.Payments_BadParty.selector);
        if (which == 7) (t.latchBy, expected) = (uint40(clock - 1), IPayments.Payments_BadDeadlines.selector);
        if (which == 8) (t.expiry, expected) = (t.latchBy, IPayments.Payments_BadDeadlines.selector);
        if (which == 9) (t.condition, t.capture, expected) = (0, false, IPayments.Payments_BadDeadlines.selector);
        if (which == 10) (t.feeBps, t.feeTo, expected) = (1_001, feeTaker, IPayments.Payments_BadFee.selector);
        if (which == 11) (t.feeBps, t.feeTo, expected) = (0, feeTaker, IPayments.Payments_BadFee.selector);
        if (which == 12) (t.feeBps, t.feeTo, expected) = (1, address(0), IPayments.Payments_BadParty.selector);
        if (which == 13) (t.feeBps, t.feeTo, expected) = (1, address(payments), IPayments.Payments_BadParty.selector);
        if (which == 14) (t.expiry, expected) = (uint40(clock + 50 * 365 days + 1), IPayments.Payments_TooFar.selector);
        if (which == 15) {
            (t.schedule.start, t.schedule.duration) = (uint40(clock + 50 * 365 days), 1);
            (t.schedule.step, expected) = (1, IPayments.Payments_TooFar.selector);
        }
        if (which == 16) t.schedule.cliff = t.amount + 1;
        if (which == 17) (t.schedule.duration, t.schedule.step) = (10, 0);
        if (which == 18) (t.schedule.duration, t.schedule.step) = (10, 11);
        if (which == 19) {
            t.amount = 0;
            t.schedule.cliff = 0;
        }
        if (which == 20 || which == 21) expected = IPayments.Payments_BadData.selector;
    }

    /// @dev A stray high bit in a field that has room for one.
    function _dirty(bytes memory data) private {
        // The asset, the condition, the reference and the salt fill their words.
        uint256 word = _below(WORDS);
        while (word == 2 || word == 9 || word > 14) word = _below(WORDS);
        assembly ("memory-safe") {
            let at := add(add(data, 0x80), mul(word, 0x20))
            mstore(at, or(mload(at), shl(255, 1)))
        }
    }

    /// @notice The same terms once more, by the payer that could.
    function again(uint256 seed) external act("again", seed) {
        if (positions.length == 0) return;
        Position[] memory drafts = new Position[](1);
        drafts[0] = positions[_find(State.ANY)];
        (AssetId[] memory ids, uint112[] memory amounts,) = _pushes(drafts);
        (bool ok,) = _push(drafts[0].terms.payer, ids, amounts, _createData(drafts), _once(2));
        _law("INV-PAY-1", !ok, "one payment was created twice");
        _done();
    }

    /// @notice Verbs that have one caller, by everybody else.
    function intrude(uint256 seed) external act("intrude", seed) {
        uint256 place = _findOrNew(State.UNPAID, ARBITRATED | CAPTURED);
        if (place == positions.length) return;
        Terms memory t = positions[place].terms;
        address who = _once(8) ? stranger : _party();
        if (who != t.payee) {
            _refused(who, abi.encodeCall(payments.capture, (t, 1)), IPayments.Payments_NotThePayee.selector);
            _refused(who, abi.encodeCall(payments.void, (t)), IPayments.Payments_NotThePayee.selector);
        }
        if (who != t.payer) _refused(who, abi.encodeCall(payments.accept, (t)), IPayments.Payments_NotThePayer.selector);
        if (who != t.arbiter) {
            _refused(who, abi.encodeCall(payments.split, (t, 1)), IPayments.Payments_NotTheArbiter.selector);
        }
        // What only the Vault says.
        (AssetId[] memory ids, uint112[] memory amounts) = (new AssetId[](1), new uint112[](1));
        (ids[0], amounts[0]) = (t.asset, t.amount);
        bytes memory data = abi.encode(Purpose.CREATE, _alone(t));
        _refused(who, abi.encodeCall(IApp.onVaultCall, (t.payer, ids, amounts, data)), 0);
        // Nobody but the payee, who may have to be given the money back first.
        if (who == stranger) return _done();
        if (who != t.payee && _balance(who, positions[place].k) != 0) {
            amounts[0] = 1;
            (bool ok,) = _push(who, ids, amounts, abi.encode(Purpose.REFUND, _alone(t)), false);
            _law("INV-PAY-1", !ok, "somebody else has refunded");
        }
        _done();
    }

    /// @notice Terms with one field altered are another payment, which nobody has funded.
    function alter(uint256 seed) external act("alter", seed) {
        uint256 place = _findOrNew(State.UNPAID, ANY);
        if (place == positions.length) return;
        Position storage p = positions[place];
        Terms memory t = p.terms;
        uint256 field = _below(17);
        _change(t, field);
        bytes4 notOpen = IPayments.Payments_NotOpen.selector;
        _refused(stranger, abi.encodeCall(payments.release, (t)), notOpen);
        _refused(t.payee == address(0) ? stranger : t.payee, abi.encodeCall(payments.void, (t)), notOpen);
        _refused(t.payer, abi.encodeCall(payments.accept, (t)), notOpen);
        _refused(stranger, abi.encodeCall(payments.rollback, (t)), notOpen);
        _refused(stranger, abi.encodeCall(payments.latch, (t, p.question, "")), notOpen);
        _refused(t.arbiter, abi.encodeCall(payments.split, (t, 1)), notOpen);
        (bool ok, bytes memory answer) =
            _call(stranger, address(payments), abi.encodeCall(payments.releaseBatch, (_alone(t))));
        _law("INV-PAY-1", ok && abi.decode(answer, (uint256)) == 0, "a batch has paid terms that nobody funded");
        _done();
    }

    function _change(Terms memory t, uint256 field) private view {
        if (field == 0) t.payer = stranger;
        if (field == 1) t.payee = stranger;
        if (field == 2) t.asset = kits[3].id;
        if (field == 3) ++t.amount;
        if (field == 4) ++t.schedule.start;
        if (field == 5) ++t.schedule.duration;
        if (field == 6) ++t.schedule.step;
        if (field == 7) ++t.schedule.cliff;
        if (field == 8) t.capture = !t.capture;
        if (field == 9) t.condition = bytes32(uint256(t.condition) ^ 1);
        if (field == 10) ++t.latchBy;
        if (field == 11) ++t.expiry;
        if (field == 12) t.arbiter = t.arbiter == stranger ? address(0) : stranger;
        if (field == 13) ++t.feeBps;
        if (field == 14) t.feeTo = stranger;
        if (field == 15) t.ref = bytes32(uint256(t.ref) + 1);
        // No other payment's number.
        if (field == 16) t.salt += 1 << 200;
    }

    /// @notice A party pushes to another app, which uses its hook to get at payments: only what anyone may do succeeds.
    function hook(uint256 seed) external act("hook", seed) {
        uint256 place = _findOrNew(State.DUE, 0);
        if (place == positions.length) return;
        Position storage p = positions[place];
        address owner = _opener(address(payments), 1, p.k);
        if (owner == address(0)) return;
        uint256 due = p.terms.capture ? 0 : _due(p);
        uint256 trick = _below(6);
        (address target, bytes memory inside) = _trick(trick, p, owner);
        app.setPayTo(address(0));
        app.arm(target, inside);
        (AssetId[] memory ids, uint112[] memory amounts) = (new AssetId[](1), new uint112[](1));
        (ids[0], amounts[0]) = (p.terms.asset, uint112(1 + _upTo(100)));
        bool ok = _try(owner, address(vault), abi.encodeCall(vault.callWith, (address(app), ids, amounts, "")));
        bool got = ok && app.succeeded();
        app.arm(address(0), "");
        _law("INV-PAY-1", ok, "a push to another app failed");
        if (!ok) return;
        _debitModel(owner, p.k, amounts[0], T);
        _creditModel(address(app), p.k, amounts[0], T);
        if (trick == 0) {
            _law("INV-PAY-1", got == (due != 0), "a release inside a hook did not do what it does outside");
            if (got) _pays(p, due);
            if (got) p.mine += due;
        } else {
            _law("INV-PAY-1", !got, "an app got at others' money inside its hook");
        }
        _done();
    }

    function _trick(uint256 trick, Position storage p, address owner) private view returns (address, bytes memory) {
        if (trick == 0) return (address(payments), abi.encodeCall(payments.release, (p.terms)));
        (AssetId[] memory ids, uint112[] memory amounts) = (new AssetId[](1), new uint112[](1));
        (ids[0], amounts[0]) = (p.terms.asset, 1);
        Terms memory t = p.terms;
        (t.payer, t.payee, t.amount, t.salt) = (address(app), stranger, 1, t.salt + (1 << 201));
        bytes memory create_ = abi.encode(Purpose.CREATE, _alone(t));
        // Apps open nothing; nobody but the Vault calls the hook; nothing is lent.
        if (trick == 1) return (address(vault), abi.encodeCall(vault.callWith, (address(payments), ids, amounts, create_)));
        if (trick == 2) return (address(payments), abi.encodeCall(IApp.onVaultCall, (address(app), ids, amounts, create_)));
        if (trick == 3) {
            return (address(vault), abi.encodeCall(vault.transferFrom, (address(payments), stranger, ids[0].raw(), 1)));
        }
        if (trick == 4) return (address(vault), abi.encodeCall(vault.transferFrom, (owner, stranger, ids[0].raw(), 1)));
        return (address(payments), abi.encodeCall(payments.accept, (p.terms)));
    }

    /// @notice A gift to an app's account: nobody's, and nobody gets it.
    function donate(uint256 seed) external act("donate", seed) {
        uint256 k = money[_below(MONEY)];
        address who = _opener(address(payments), 1, k);
        if (who == address(0)) return;
        address to = _once(2) ? address(payments) : address(netting);
        uint256 amount = 1 + _upTo(10);
        if (!_try(who, address(vault), abi.encodeCall(vault.transfer, (to, kits[k].id.raw(), amount)))) return;
        _debitModel(who, k, amount, T);
        _creditModel(to, k, amount, T);
        stray[to][k] += amount;
        _done();
    }

    function _refused(address who, bytes memory data, bytes4 expected) internal {
        (bool ok, bytes memory answer) = _call(who, address(payments), data);
        _law("INV-PAY-1", !ok, "somebody did what is another's to do");
        // A field that is out of its range is refused before anything else.
        if (expected != 0 && answer.length != 0) {
            _law("INV-PAY-1", bytes4(answer) == expected, "a call was refused for another reason");
        }
    }

    function _alone(Terms memory t) private pure returns (Terms[] memory terms) {
        terms = new Terms[](1);
        terms[0] = t;
    }
}
