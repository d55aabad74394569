// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

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
    /// @dev What a slot costs at most: all liabilities at the slowest rate (`costIsRoundedUp`).
    uint256 private constant _DEAREST = 50 * _DAY;

    /// @notice Whatever the asset's slot holds: a slot comes exactly its cost after the lane's clock or after (now - burst),
    /// whichever is later; the lane's clock stands at it; nothing else of the asset changes; and giving it back undoes it.
    function check_INV_POL_4_aSlotCostsItsTime(uint256 asset, uint112 amount, bool large, bool fast, uint40 time) external {
        uint256 bps = fast ? 10_000 : 200;
        _plausible(asset, amount, bps, time);
        vm.assume(_within(asset.clock(large)));
        vm.warp(time);
        (uint256 next, uint256 open) = asset.take(Opens.OPEN, amount, large, bps);
        unchecked {
            uint256 cost = Units.laneTimeUp(amount, asset.liabilities(), bps);
            uint256 slot = _max(asset.clock(large), uint256(time) * 256 - _DAY) + cost;
            assert(_and(open.slot() == slot, next.clock(large) == slot));
            assert(open.large() == large && open.prior() == asset.clock(large));
            assert(next == asset.withClock(large, slot));
            assert(slot == 0 || next.giveBack(open) == asset);
        }
    }

    /// @notice Two slots of one lane, the second taken at any later time: they lie the second's cost apart at least, and the
    /// first lies its own cost after (now - burst) at least.
    function check_INV_POL_4_twoSlotsLieApart(uint256 asset, uint112 one, uint112 two, uint40 time, uint32 wait) external {
        _plausible(asset, one, 200, time);
        _plausible(asset, two, 200, time);
        vm.assume(_within(asset.clock(true)));
        vm.warp(time);
        (uint256 next, uint256 first) = asset.take(Opens.OPEN, one, true, 200);
        vm.warp(uint256(time) + wait);
        (, uint256 second) = next.take(Opens.OPEN, two, true, 200);
        unchecked {
            assert(second.slot() >= first.slot() + Units.laneTimeUp(two, asset.liabilities(), 200));
            assert(first.slot() + _DAY >= uint256(time) * 256 + Units.laneTimeUp(one, asset.liabilities(), 200));
        }
    }

    /// @notice A slot's cost, times what the lane pays in a 1/256 s, is at least the amount: rounding never speeds a lane up,
    /// nor does it cost a whole part more; and at the slowest rate nothing costs more than 50 days. Liabilities of a billion
    /// units, at the slowest and the fastest rate.
    function check_INV_POL_4_costIsRoundedUp(uint32 amount) external pure {
        vm.assume(amount <= 1e9);
        _rounded(amount, 1e9, 200);
        _rounded(amount, 1e9, 10_000);
    }

    function _rounded(uint256 amount, uint256 liabilities, uint256 bps) private pure {
        uint256 cost = Units.laneTimeUp(amount, liabilities, bps);
        unchecked {
            uint256 worth = amount * (86_400 * 10_000 * 256);
            assert(cost * (liabilities * bps) >= worth);
            assert(cost * (liabilities * bps) < worth + liabilities * bps);
            assert(cost <= _DEAREST);
        }
    }

    /// @dev Times until 2096, an amount that is owed, a cost within its bound.
    function _plausible(uint256 asset, uint256 amount, uint256 bps, uint256 time) private pure {
        uint256 owed = asset.liabilities();
        vm.assume(_and(_le(1 days, time), _le(time, 4e9)));
        vm.assume(_and(owed != 0, _le(amount, owed)));
        vm.assume(_le(Units.laneTimeUp(amount, owed, bps), _DEAREST));
    }

    /// @dev A lane that is taken until 2105 at most: its clock still tells what comes after.
    function _within(uint256 clock) private pure returns (bool) {
        return _le(clock, 1 << 40);
    }
}
