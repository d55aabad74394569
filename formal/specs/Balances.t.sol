// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Balances} from "../../contracts/custody/libraries/Balances.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-POL-6 for one balance: nothing that was credited within T counts as seasoned. T is 32 hours, so that division by it
/// is a shift; the grid of T repeats, so times within two cells of it stand for all.
contract BalancesSpec is Spec {
    using Balances for uint256;

    uint256 private constant _T = 32;
    uint256 private constant _FROM = 14_800 * _T; // in 2024
    /// @dev A power of two where assets have powers of ten: the library takes any.
    uint256 private constant _STEP = 1024;

    /// @notice Whatever the slot holds: what a credit brings is fresh until T has passed, to the second, in units of one and in
    /// steps.
    function check_INV_POL_6_aCreditIsFreshForT(uint256 word, uint16 amount, uint8 hour, uint8 later, bool steps)
        external
        pure
    {
        vm.assume(_and(hour < 2 * _T, later < _T));
        vm.assume(word.total() < 1 << 20);
        if (steps) _freshForT(word, amount, hour, later, _STEP);
        else _freshForT(word, amount, hour, later, 1);
    }

    function _freshForT(uint256 word, uint256 amount, uint256 hour, uint256 later, uint256 step) private pure {
        unchecked {
            uint256 next = word.credit(amount, _first(_FROM + hour), _T, step);
            uint256 seasoned = next.seasoned(_last(_FROM + hour + later), step);
            assert(_and(next.total() == word.total() + amount, seasoned + amount <= next.total()));
        }
    }

    /// @notice A credit, a debit and a credit, one after the other within T, over a balance that had seasoned: of what is left, all that came in is
    /// fresh, for debits take the oldest value first.
    function check_INV_POL_6_creditDebitCredit(
        uint16 before,
        uint16[3] calldata amounts,
        uint8 hour,
        uint8[3] calldata gaps
    ) external pure {
        unchecked {
            uint256 one = _FROM + hour;
            uint256 two = one + gaps[0];
            uint256 three = two + gaps[1];
            uint256 then = three + gaps[2];
            vm.assume(_and(hour < 2 * _T, then < one + _T));
            vm.assume(_and(amounts[0] != 0, amounts[2] != 0));
            uint256 word = uint256(before).credit(amounts[0], _first(one), _T, 1);
            vm.assume(amounts[1] <= word.total());
            word = word.debit(amounts[1], _first(two), 1);
            word = word.credit(amounts[2], _first(three), _T, 1);
            uint256 within = _min(word.total(), uint256(amounts[0]) + amounts[2]);
            assert(word.seasoned(_first(then), 1) <= word.total() - within);
        }
    }

    /// @notice Any slot, any debit, seen at any later time: the total falls by exactly the amount, and so does what has seasoned, to
    /// zero at most. So a debit makes nothing seasoned.
    function check_INV_POL_6_aDebitSeasonsNothing(uint256 word, uint112 amount, uint16 hour, uint16 later, bool steps)
        external
        pure
    {
        vm.assume(_and(word.total() < 1 << 20, amount <= word.total()));
        if (steps) _seasonsNothing(word, amount, hour, later, _STEP);
        else _seasonsNothing(word, amount, hour, later, 1);
    }

    function _seasonsNothing(uint256 word, uint256 amount, uint256 hour, uint256 later, uint256 step) private pure {
        unchecked {
            uint256 next = word.debit(amount, _first(_FROM + hour), step);
            uint256 then = _first(_FROM + hour + later);
            uint256 before = word.seasoned(then, step);
            assert(next.total() == word.total() - amount);
            assert(next.seasoned(then, step) <= _pick(_le(amount, before), before - amount, 0));
        }
    }

    /// @dev The first and the last second of an hour; the assumption is what division is, said to the solver.
    function _first(uint256 hour) private pure returns (uint256 time) {
        unchecked {
            time = hour * 1 hours;
            vm.assume(time / 1 hours == hour);
        }
    }

    function _last(uint256 hour) private pure returns (uint256 time) {
        unchecked {
            time = hour * 1 hours + 3599;
            vm.assume(time / 1 hours == hour);
        }
    }
}
