// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Margin} from "../../../contracts/payments/interfaces/INetting.sol";
import {NettingVerbs} from "./NettingVerbs.sol";

/// @notice Netting with its parties, and the audit of all margins.
abstract contract NettingHandler is NettingVerbs {
    uint256 private constant VERBS = 17;

    constructor() {
        _openPayments();
        _meet();
    }

    /// @notice What the fuzzer may call.
    function verbs() external pure returns (bytes4[] memory list_) {
        list_ = new bytes4[](VERBS);
        bytes4[VERBS] memory all = [
            this.fund.selector, this.misfund.selector, this.announce.selector, this.withdraw.selector, this.setCap.selector,
            this.applyCap.selector, this.settle.selector, this.forgeCycle.selector, this.price.selector,
            this.tier.selector, this.hold.selector, this.name.selector, this.impair.selector, this.rule.selector,
            this.retire.selector, this.pass.selector, this.relieve.selector
        ];
        for (uint256 i; i < VERBS; ++i) list_[i] = all[i];
    }

    /// @notice The end of a run: at the worst of times every party gets all that it has.
    function finish() external {
        _audit();
        for (uint256 i; i < PARTIES; ++i) {
            for (uint256 m; m < MONEY; ++m) {
                if (booked[parties[i]][money[m]].balance != 0) _announceAll(parties[i], money[m]);
            }
        }
        _warp(clock + 1 hours);
        _worst();
        for (uint256 i; i < PARTIES; ++i) {
            for (uint256 m; m < MONEY; ++m) {
                if (booked[parties[i]][money[m]].balance != 0) _withdrawAll(parties[i], money[m]);
            }
        }
        _audit();
    }

    function _announceAll(address who, uint256 k) private {
        bool ok = _try(who, address(netting), abi.encodeCall(netting.announceWithdrawal, (kits[k].id, type(uint112).max)));
        _law("INV-PAY-4", ok, "a party can't announce that it leaves");
    }

    function _withdrawAll(address who, uint256 k) private {
        bool ok = _try(stranger, address(netting), abi.encodeCall(netting.withdraw, (who, kits[k].id)));
        _law("INV-PAY-4 at the worst", ok, "a party doesn't get its margin");
        if (!ok) return;
        _debitModel(address(netting), k, booked[who][k].balance, T);
        _creditModel(who, k, booked[who][k].balance, T);
        booked[who][k].balance = 0;
    }

    /// @dev INV-PAY-4 in full: every balance, every margin, and their sum.
    function _audit() internal override {
        _auditBalances("INV-PAY-4");
        for (uint256 m; m < MONEY; ++m) {
            uint256 k = money[m];
            uint256 sum;
            bool same = true;
            for (uint256 i; i < PARTIES; ++i) {
                Booked storage b = booked[parties[i]][k];
                Margin memory seen = netting.marginOf(parties[i], kits[k].id);
                same = same && seen.balance == b.balance && seen.cap == b.cap && seen.nonce == b.nonce;
                sum += seen.balance;
            }
            _law("INV-PAY-4", same, "a margin isn't what its party has signed");
            uint256 onLedger = vault.balanceOf(address(netting), kits[k].id.raw());
            _law("INV-PAY-4", sum == onLedger, "margins don't add up to the app's balance");
        }
    }
}
