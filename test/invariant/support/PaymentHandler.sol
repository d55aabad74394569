// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Mode} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {Payment} from "../../../contracts/payments/interfaces/IPayments.sol";
import {ForgeVerbs} from "./ForgeVerbs.sol";
import {SceneVerbs} from "./SceneVerbs.sol";

/// @notice Payers, payees, arbiters, keepers and strangers at once, and the probes of what must be possible in every state.
abstract contract PaymentHandler is ForgeVerbs, SceneVerbs {
    uint256 private constant VERBS = 28;
    /// @dev Probes of one audit.
    uint256 private constant PROBES = 8;

    error Probed(bool ok);

    constructor() {
        _openPayments();
        _openConditions();
    }

    /// @notice What the fuzzer may call.
    function verbs() external pure returns (bytes4[] memory list_) {
        list_ = new bytes4[](VERBS);
        bytes4[VERBS] memory all = [
            this.create.selector, this.showSecret.selector, this.latch.selector,
            this.starve.selector, this.release.selector, this.releaseBatch.selector, this.capture.selector,
            this.accept.selector, this.void_.selector, this.rollback.selector, this.rollbackBatch.selector,
            this.split.selector, this.refund.selector, this.forge.selector, this.again.selector, this.intrude.selector,
            this.alter.selector, this.hook.selector, this.donate.selector, this.price.selector, this.tier.selector,
            this.hold.selector, this.name.selector, this.impair.selector, this.retire.selector, this.rule.selector,
            this.pass.selector, this.relieve.selector
        ];
        for (uint256 i; i < VERBS; ++i) list_[i] = all[i];
    }

    /// @notice The end of a run: long after the last schedule's end, at the worst of times, strangers alone bring every unit
    /// to the one whose it is.
    function finish() external {
        _audit();
        _openSome();
        _warp(clock + 10 days);
        _worst();
        for (uint256 i; i < positions.length; ++i) {
            Position storage p = positions[i];
            if (p.closed || _rest(p) == 0) continue;
            bool lapses = _lapses(p);
            // Either it goes back or to the payee.
            bool back = _rollback(p);
            _alive(p, lapses ? back : _release(p), "money stayed after the last deadline");
            _law("INV-PAY-3 at the worst", _rest(p) == 0, "something of a payment is left");
        }
        _audit();
        for (uint256 m; m < MONEY; ++m) {
            uint256 left = vault.balanceOf(address(payments), kits[money[m]].id.raw());
            _law("INV-PAY-1", left == stray[address(payments)][money[m]], "the app has kept something");
        }
    }

    /// @dev So that no run ends without something to bring home.
    function _openSome() private {
        _best();
        for (uint256 i; i < 6; ++i) {
            uint256 place = _new(i % 3 == 0 ? CONDITIONAL : i % 3 == 1 ? CAPTURED : ANY);
            if (place != positions.length && _waits(positions[place])) _latch(positions[place], true, false);
        }
        _audit();
    }

    /// @dev INV-PAY-1 in full: every balance and every payment; and the probes of INV-PAY-3.
    function _audit() internal override {
        _auditBalances("INV-PAY-1");
        uint256[ASSETS] memory left;
        for (uint256 i; i < positions.length; ++i) {
            Position storage p = positions[i];
            if (!p.closed) left[p.k] += _rest(p);
            _law("INV-PAY-1", _adds(p) && _isOnChain(p), "a payment isn't what its calls have left");
        }
        for (uint256 m; m < MONEY; ++m) {
            uint256 k = money[m];
            uint256 sum = left[k] + stray[address(payments)][k];
            uint256 onLedger = vault.balanceOf(address(payments), kits[k].id.raw());
            _law("INV-PAY-1", onLedger == sum, "the app's balance isn't what is left of open payments");
        }
        _probeSome();
    }

    function _isOnChain(Position storage p) private view returns (bool) {
        Payment memory seen = payments.paymentOf(p.id);
        return seen.created && seen.paid == p.paid && seen.refunded == p.refunded
            && seen.latched == (p.latchedAt != 0) && seen.closed == p.closed;
    }

    function _probeSome() private {
        uint256 n = positions.length;
        uint256 from = _below(n);
        uint256 probes;
        for (uint256 i; i < n && probes < PROBES; ++i) {
            Position storage p = positions[(from + i) % n];
            if (p.closed || _rest(p) == 0) continue;
            if (_lapsed(p)) {
                ++probes;
                bool ok = _probe(abi.encodeCall(payments.rollback, (p.terms)));
                _alive(p, ok, "a stranger can't roll back what has lapsed");
            }
            if (!p.terms.capture && _due(p) != 0) {
                ++probes;
                bool ok = _probe(abi.encodeCall(payments.release, (p.terms)));
                _alive(p, ok, "a stranger can't release what is due");
            }
        }
    }

    /// @dev INV-PAY-3, by what stands against the payment at this moment.
    function _alive(Position storage p, bool ok, string memory breach) private {
        (address payer, address payee) = (p.terms.payer, p.terms.payee);
        _law("INV-PAY-3", ok, breach);
        if (routerDown) _law("INV-PAY-3 no router", ok, breach);
        if (quotes[p.k].mode != Mode.NORMAL) _law("INV-PAY-3 no price", ok, breach);
        if (_tier(payer) == 0) _law("INV-PAY-3 lowest tier", ok, breach);
        if (_isHeld(payer) || _isHeld(payee)) _law("INV-PAY-3 held", ok, breach);
        if (_isListed(payer) || _isListed(payee)) _law("INV-PAY-3 listed", ok, breach);
        if (clock < everyoneHeldUntil) _law("INV-PAY-3 everyone held", ok, breach);
        if (vault.assetOf(p.terms.asset).impaired) _law("INV-PAY-3 impaired", ok, breach);
        if (retired[address(payments)]) _law("INV-PAY-3 retired", ok, breach);
        if (_openTo(payer) == 0) _law("INV-PAY-3 rules closed", ok, breach);
    }

    /// @dev Whether a stranger could do it now; nothing of it stays.
    function _probe(bytes memory data) private returns (bool) {
        try this.probe(data) {
            return false;
        } catch (bytes memory answer) {
            return keccak256(answer) == keccak256(abi.encodeWithSelector(Probed.selector, true));
        }
    }

    function probe(bytes calldata data) external {
        vm.prank(stranger);
        (bool ok,) = address(payments).call(data);
        revert Probed(ok);
    }
}
