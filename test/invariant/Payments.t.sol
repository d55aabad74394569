// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "hardhat/console.sol";
import {IPayments} from "../../contracts/payments/interfaces/IPayments.sol";
import {Questions} from "../../contracts/payments/libraries/Questions.sol";
import {Group} from "./support/Group.sol";
import {PaymentHandler} from "./support/PaymentHandler.sol";

/// @notice Stands here because the runner fuzzes contracts of test files only.
contract PaymentsHandler is PaymentHandler {}

/// @notice The payments group: whatever payers, payees, arbiters, keepers, conditions and other apps do in whatever order, each
/// unit goes where the terms say, and none stays.
contract PaymentsInvariants is Group {
    uint256 private constant MOST_ROUNDS = 4;

    function setUp() external {
        handler = address(new PaymentsHandler());
    }

    /// @notice INV-PAY-1: paid + returned <= funded; the app's balance is what is left of open payments; nobody else's changes.
    function invariant_INV_PAY_1_eachUnitGoesOnce() external view {
        _kept("INV-PAY-1");
        _kept("rules");
    }

    /// @notice INV-PAY-2: released or captured => latched in time, while the condition said yes to the question agreed on.
    function invariant_INV_PAY_2_paidOnlyIfLatchedInTime() external view {
        _kept("INV-PAY-2");
    }

    /// @notice INV-PAY-3: rolling back after the expiry, and releasing what is due, are live in every state.
    function invariant_INV_PAY_3_nothingStopsTheWayBack() external view {
        _keptInEveryState();
    }

    /// @notice A seeded sequence that reaches the preconditions of INV-PAY-1, -2 and -3.
    function test_INV_PAY_everythingIsReached() external {
        bytes4[28] memory errors = _errors();
        // What is rare needs another round.
        uint256 rounds;
        do {
            _drive(2_000, 3 + rounds);
        } while (++rounds < MOST_ROUNDS && !_allRefused(errors));
        bytes32[] memory ids = new bytes32[](14);
        (ids[0], ids[1], ids[2], ids[3]) = ("INV-PAY-1", "INV-PAY-2", "INV-PAY-3", "rules");
        bytes32[10] memory states = _states();
        for (uint256 i; i < 10; ++i) ids[4 + i] = states[i];
        _report(ids);
        for (uint256 i; i < errors.length; ++i) {
            uint256 seen = PaymentsHandler(handler).refusals(errors[i]);
            console.log("      refusal %d: %d times", i, seen);
            assertGt(seen, 0, "a refusal that never happened");
        }
    }

    function _errors() private pure returns (bytes4[28] memory) {
        return [
            IPayments.Payments_BadData.selector, IPayments.Payments_NotThePayer.selector,
            IPayments.Payments_NotThePayee.selector, IPayments.Payments_NotTheArbiter.selector,
            IPayments.Payments_BadParty.selector, IPayments.Payments_ZeroAmount.selector,
            IPayments.Payments_BadDeadlines.selector, IPayments.Payments_TooFar.selector,
            IPayments.Payments_BadFee.selector, IPayments.Payments_BadFunding.selector,
            IPayments.Payments_CreatedAlready.selector, IPayments.Payments_NotOpen.selector,
            IPayments.Payments_LatchedAlready.selector, IPayments.Payments_NotLatched.selector,
            IPayments.Payments_TooLate.selector, IPayments.Payments_OtherQuestion.selector,
            IPayments.Payments_NotMet.selector, IPayments.Payments_ByCaptureOnly.selector,
            IPayments.Payments_NothingDue.selector, IPayments.Payments_AboveDue.selector,
            IPayments.Payments_BelowDue.selector, IPayments.Payments_NotLapsed.selector,
            IPayments.Payments_Lapsed.selector, IPayments.Payments_AbovePaid.selector,
            IPayments.Payments_Unconditional.selector, IPayments.Payments_ByReleaseOnly.selector,
            IPayments.Payments_NeverLapses.selector, Questions.Questions_NotEnoughGas.selector
        ];
    }

    function _allRefused(bytes4[28] memory errors) private view returns (bool) {
        for (uint256 i; i < errors.length; ++i) {
            if (PaymentsHandler(handler).refusals(errors[i]) == 0) return false;
        }
        return true;
    }

    function _checkAll() internal view override {
        _kept("INV-PAY-1");
        _kept("INV-PAY-2");
        _kept("rules");
        _keptInEveryState();
    }

    function _keptInEveryState() private view {
        _kept("INV-PAY-3");
        bytes32[10] memory states = _states();
        for (uint256 i; i < 10; ++i) _kept(states[i]);
    }

    function _states() private pure returns (bytes32[10] memory) {
        return [
            bytes32("INV-PAY-3 no router"), "INV-PAY-3 no price", "INV-PAY-3 lowest tier", "INV-PAY-3 held", "INV-PAY-3 listed",
            "INV-PAY-3 everyone held", "INV-PAY-3 impaired", "INV-PAY-3 retired", "INV-PAY-3 rules closed",
            "INV-PAY-3 at the worst"
        ];
    }
}
