// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Balances} from "../../contracts/custody/libraries/Balances.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-POL-6 for one balance: nothing that was credited within T counts as seasoned. T is 24 hours, a step one unit
/// or a thousand, amounts are below 2^40; times lie in one year from 2024 on, as hours and seconds within them.
contract BalancesSpec is Spec {
    using Balances for uint256;

    uint256 private constant _T = 24;
    uint256 private constant _FROM = 473_352; // hours: 2024-01-01
    uint256 private constant _STEP = 1000;

    /// @notice Whatever the slot holds: what a credit brings is fresh until T has passed, to the second; and nothing but it
    /// has become fresh, up to rounding by one step a bucket.
    function check_INV_POL_6_aCreditIsFreshForT(uint256 word, uint40 amount, uint16 hour, uint16 later) external pure {
        vm.assume(hour < 8_760 && later < _T);
        vm.assume(word.total() < 1 << 47);
        uint256 time = (_FROM + hour) * 1 hours;
        uint256 next = word.credit(amount, time, _T, _STEP);
        unchecked {
            uint256 then = time + uint256(later) * 1 hours + 3599;
            uint256 seasoned = next.seasoned(then, _STEP);
            assert(next.total() == word.total() + amount);
            assert(seasoned + amount <= next.total());
        }
    }

    /// @notice Two credits and a debit, one after the other, over any slot: of what is left, all that came in within T is fresh,
    /// for debits take the oldest value first.
    function check_INV_POL_6_creditDebitCredit(
        uint256 word,
        uint40[3] calldata amounts,
        uint16 hour,
        uint8[3] calldata gaps
    ) external pure {
        vm.assume(hour < 8_760 && word.total() < 1 << 47);
        uint256 time = _FROM + hour;
        unchecked {
            word = word.credit(amounts[0], time * 1 hours, _T, 1);
            vm.assume(gaps[0] < _T);
            word = _debit(word, amounts[1], (time + gaps[0]) * 1 hours);
            vm.assume(gaps[1] < _T && gaps[0] + gaps[1] < _T);
            word = word.credit(amounts[2], (time + gaps[0] + gaps[1]) * 1 hours, _T, 1);
            vm.assume(gaps[0] + gaps[1] + gaps[2] < _T);
            uint256 seasoned = word.seasoned((time + gaps[0] + gaps[1] + gaps[2]) * 1 hours, 1);
            uint256 within = _min(word.total(), uint256(amounts[0]) + amounts[2]);
            assert(seasoned <= word.total() - within);
        }
    }

    /// @notice Any slot, any debit: the total falls by exactly the amount, and what is fresh of the rest does not fall but to
    /// the rest: a debit makes nothing seasoned.
    function check_INV_POL_6_aDebitSeasonsNothing(uint256 word, uint112 amount, uint16 hour, uint16 later) external pure {
        vm.assume(hour < 8_760 && later < 8_760 && amount <= word.total());
        uint256 time = _FROM + hour;
        uint256 next = word.debit(amount, time * 1 hours, _STEP);
        unchecked {
            uint256 then = (time + later) * 1 hours;
            assert(next.total() == word.total() - amount);
            // Seasoned value goes first, so what is seasoned then is at most what would have been, less the amount.
            uint256 before = word.seasoned(then, _STEP);
            assert(next.seasoned(then, _STEP) <= _pick(_le(amount, before), before - amount, 0));
        }
    }

    function _debit(uint256 word, uint256 amount, uint256 time) private pure returns (uint256) {
        vm.assume(amount <= word.total());
        return word.debit(amount, time, 1);
    }
}
