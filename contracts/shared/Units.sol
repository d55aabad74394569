// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Units
/// @notice Every conversion between raw token units, ticks, US cents and lane seconds, with the rounding in its name.
library Units {
    /// @notice Decimals of a dollar price.
    uint256 internal constant PRICE_DECIMALS = 12;

    /// @notice Lane clocks count seconds in 1/256.
    uint256 internal constant LANE_ONE = 1 << 8;

    /// @notice Raw units in one tick.
    /// @param exponent At most 77; listing allows 30.
    function tick(uint256 exponent) internal pure returns (uint256) {
        unchecked {
            return 10 ** exponent;
        }
    }

    /// @notice Raw units in one step of a balance's fresh buckets: a thousandth of a tick where that is whole.
    function freshStep(uint256 tickExponent) internal pure returns (uint256) {
        unchecked {
            return tickExponent > 3 ? tick(tickExponent - 3) : 1;
        }
    }

    /// @notice ceil(amount / step). `amount` is below 2^255, `step` at most 10^77 and not zero.
    function stepsUp(uint256 amount, uint256 step) internal pure returns (uint256) {
        unchecked {
            // 2^255 + 10^77 < 2^256.
            return (amount + step - 1) / step;
        }
    }

    /// @notice floor(amount / step). `step` is not zero.
    function stepsDown(uint256 amount, uint256 step) internal pure returns (uint256) {
        return amount / step;
    }

    /// @notice What `amount` (< 2^128) raw units are worth in cents at `price` (< 2^64), rounded up.
    function centsUp(uint256 amount, uint256 price, uint256 decimals) internal pure returns (uint256) {
        return Math.ceilDiv(amount * price, tick(decimals + PRICE_DECIMALS - 2));
    }

    /// @notice Lane time (1/256 s) that paying `amount` takes at `rateBps` of `liabilities` a day, rounded up.
    /// @dev `amount` <= `liabilities` < 2^112 and 0 < `rateBps` <= 10^4, so the product stays below 2^160.
    function laneTimeUp(uint256 amount, uint256 liabilities, uint256 rateBps) internal pure returns (uint256) {
        unchecked {
            return Math.ceilDiv(amount * (1 days * 10_000 * LANE_ONE), liabilities * rateBps);
        }
    }

    /// @notice Saturates to 64 bits, so that a number too large for a window stays too large.
    function to64(uint256 value) internal pure returns (uint64) {
        return value > type(uint64).max ? type(uint64).max : uint64(value);
    }
}
