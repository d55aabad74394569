// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Assets} from "../../contracts/custody/libraries/Assets.sol";
import {Lanes} from "../../contracts/custody/libraries/Lanes.sol";
import {Opens} from "../../contracts/custody/libraries/Opens.sol";
import {Units} from "../../contracts/shared/Units.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-POL-4: the slots that a lane gives out in any interval are worth at most rate x interval + burst, or + the first
/// where that alone exceeds the burst. By induction over slots: each comes its own cost after the one before it in the lane
/// (`aSlotCostsItsTime`), none lies more than the burst back, and its cost is not less than its amount is worth
/// (`costIsRoundedUp`); so any run of slots but its first fits between the first and the last.
contract LanesSpec is Spec {
    using Assets for uint256;
    using Lanes for uint256;
    using Opens for uint256;

    uint256 private constant _DAY = 1 days * 256;
    uint256 private constant _OWED = 1e24;

    /// @notice Whatever the asset's slot holds beside its liabilities: a slot comes exactly its cost after the lane's clock or after
    /// (now - burst), whichever is later; the lane's clock stands at it; nothing else of the asset changes; and giving it
    /// back undoes it. For the whole of the liabilities, a thousandth and a unit of them, at the slowest and the fastest rate.
    function check_INV_POL_4_aSlotCostsItsTime(uint256 asset, uint8 which, bool large, bool fast, uint40 time) external {
        asset = _owing(asset);
        _plausible(time);
        vm.assume(_and(_le(time, 4e9), _within(asset.clock(large))));
        uint256 bps = fast ? 10_000 : 200;
        if (which == 0) _costs(asset, _OWED, large, bps, time);
        else if (which == 1) _costs(asset, _OWED / 1000, large, bps, time);
        else _costs(asset, 1, large, bps, time);
    }

    function _costs(uint256 asset, uint256 amount, bool large, uint256 bps, uint256 time) private {
        vm.warp(time);
        (uint256 next, uint256 open) = asset.take(Opens.OPEN, amount, large, bps);
        unchecked {
            uint256 cost = Units.laneTimeUp(amount, _OWED, bps);
            uint256 slot = _max(asset.clock(large), time * 256 - _DAY) + cost;
            assert(_and(open.slot() == slot, next == asset.withClock(large, slot)));
            assert(_and(open.large() == large, open.prior() == asset.clock(large)));
            assert(next.clock(large) == slot);
            assert(next.giveBack(open) == asset);
        }
    }

    /// @notice Two slots of one lane, the second taken at any later time: they lie the second's cost apart at least, and the
    /// first lies its own cost after (now - burst) at least.
    function check_INV_POL_4_twoSlotsLieApart(uint256 asset, bool dearFirst, uint40 time, uint32 wait) external {
        asset = _owing(asset);
        _plausible(time);
        vm.assume(_and(_le(time, 4e9), _within(asset.clock(true))));
        if (dearFirst) _apart(asset, _OWED, _OWED / 1000, time, wait);
        else _apart(asset, _OWED / 1000, _OWED / 7, time, wait);
    }

    function _apart(uint256 asset, uint256 one, uint256 two, uint256 time, uint256 wait) private {
        vm.warp(time);
        (uint256 next, uint256 first) = asset.take(Opens.OPEN, one, true, 200);
        unchecked {
            _plausible(time + wait);
            vm.warp(time + wait);
            (, uint256 second) = next.take(Opens.OPEN, two, true, 200);
            assert(second.slot() >= first.slot() + Units.laneTimeUp(two, _OWED, 200));
            assert(first.slot() + _DAY >= time * 256 + Units.laneTimeUp(one, _OWED, 200));
        }
    }

    /// @notice A slot's cost, times what the lane pays in a 1/256 s, is at least the amount: rounding never speeds a lane up,
    /// nor does it cost a whole part more; and at the slowest rate nothing costs more than 50 days. Liabilities of 29
    /// units, at the slowest and the fastest rate.
    function check_INV_POL_4_costIsRoundedUp(uint8 amount) external pure {
        // Nothing costs nothing: `_rounded` divides what is one less.
        assert(Units.laneTimeUp(0, 29, 200) == 0);
        vm.assume(_and(amount != 0, amount <= 29));
        _rounded(amount, 29, 200);
        _rounded(amount, 29, 10_000);
    }

    function _rounded(uint256 amount, uint256 liabilities, uint256 bps) private pure {
        unchecked {
            uint256 worth = amount * (86_400 * 10_000 * 256);
            // What division, and a product with 0 or 1, are: said to the solver, which else computes them bit by bit.
            uint256 steps = _div(worth - 1, liabilities * bps) + 1;
            vm.assume(SafeCast.toUint(worth > 0) * steps == _pick(worth > 0, steps, 0));
            uint256 cost = Units.laneTimeUp(amount, liabilities, bps);
            assert(cost * (liabilities * bps) >= worth);
            assert(cost * (liabilities * bps) < worth + liabilities * bps);
            assert(cost <= 50 * _DAY);
        }
    }

    /// @dev With these liabilities, the lowest bits of the word; spelled so that the solver sees a number in them.
    function _owing(uint256 asset) private pure returns (uint256) {
        return ((asset >> 112) << 112) | _OWED;
    }

    /// @dev Times until 2255. And that time * 256 is no overflow, in the words in which the compiler checks it: said to the solver,
    /// which else divides bit by bit. True for all times below 2^248 but zero.
    function _plausible(uint256 time) private pure {
        vm.assume(_and(_le(1 days, time), _le(time, 9e9)));
        unchecked {
            vm.assume((time * 256) / time == 256);
        }
    }

    /// @dev A lane that is taken until 2105 at most: its clock still tells what comes after.
    function _within(uint256 clock) private pure returns (bool) {
        return _le(clock, 1 << 40);
    }
}
