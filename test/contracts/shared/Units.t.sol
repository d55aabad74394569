// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Units} from "../../../contracts/shared/Units.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice Each rounding against exact rational arithmetic: q is ceil(n / d) iff (q - 1) * d < n <= q * d.
contract UnitsTest is Cheats {
    function _isCeil(uint256 q, uint256 n, uint256 d) private pure {
        assertGe(q * d, n, "below");
        if (q != 0) assertLt((q - 1) * d, n, "not the smallest");
    }

    function _pow10(uint256 exponent) private pure returns (uint256 power) {
        power = 1;
        for (uint256 i; i < exponent; ++i) {
            power *= 10;
        }
    }

    function test_tickIsAPowerOfTen() external pure {
        for (uint256 e; e <= 77; ++e) {
            assertEq(Units.tick(e), _pow10(e));
        }
    }

    function test_freshStepIsAThousandthOfATickWhereWhole() external pure {
        for (uint256 e; e <= 30; ++e) {
            uint256 step = Units.freshStep(e);
            if (e >= 3) assertEq(step * 1_000, _pow10(e));
            else assertEq(step, 1);
        }
    }

    function testFuzz_stepsUp(uint256 amount, uint256 step) external pure {
        amount = bound(amount, 0, type(uint112).max);
        step = bound(step, 1, 1e30);
        _isCeil(Units.stepsUp(amount, step), amount, step);
    }

    function testFuzz_stepsDown(uint256 amount, uint256 step) external pure {
        amount = bound(amount, 0, type(uint112).max);
        step = bound(step, 1, 1e30);
        uint256 down = Units.stepsDown(amount, step);
        assertLe(down * step, amount);
        assertGt((down + 1) * step, amount);
    }

    /// @dev cents = amount / 10^decimals * price / 10^12 * 100.
    function testFuzz_centsUp(uint256 amount, uint256 price, uint256 decimals) external pure {
        amount = bound(amount, 0, type(uint128).max);
        price = bound(price, 0, type(uint64).max);
        decimals = bound(decimals, 0, 30);
        _isCeil(Units.centsUp(amount, price, decimals), amount * price * 100, _pow10(decimals) * 1e12);
    }

    function test_centsByHand() external pure {
        // 1.5 ether at 2,000.00 dollars.
        assertEq(Units.centsUp(1.5 ether, 2_000e12, 18), 300_000);
        // One unit of a token with 6 decimals at a dollar is a ten-thousandth of a cent: one cent.
        assertEq(Units.centsUp(1, 1e12, 6), 1);
        assertEq(Units.centsUp(10_000, 1e12, 6), 1);
        assertEq(Units.centsUp(10_001, 1e12, 6), 2);
        // No decimals at all.
        assertEq(Units.centsUp(3, 1e12, 0), 300);
    }

    /// @dev seconds = amount / (rate * liabilities) days, in 1/256 s.
    function testFuzz_laneTimeUp(uint256 amount, uint256 liabilities, uint256 rateBps) external pure {
        liabilities = bound(liabilities, 1, type(uint112).max);
        amount = bound(amount, 0, liabilities);
        rateBps = bound(rateBps, 1, 10_000);
        uint256 time = Units.laneTimeUp(amount, liabilities, rateBps);
        _isCeil(time, amount * 86_400 * 256 * 10_000, liabilities * rateBps);
    }

    function test_laneTimeByHand() external pure {
        // All at 100 % a day takes a day; half of it at 2 % a day takes 25.
        assertEq(Units.laneTimeUp(7, 7, 10_000), 1 days * 256);
        assertEq(Units.laneTimeUp(50, 100, 200), 25 days * 256);
        // Whatever is paid takes some time.
        assertEq(Units.laneTimeUp(1, type(uint112).max, 10_000), 1);
    }

    function testFuzz_to64Saturates(uint256 value) external pure {
        uint256 expected = value < 2 ** 64 ? value : 2 ** 64 - 1;
        assertEq(Units.to64(value), expected);
    }

    function test_to64AtTheEdge() external pure {
        assertEq(Units.to64(2 ** 64 - 1), 2 ** 64 - 1);
        assertEq(Units.to64(2 ** 64), 2 ** 64 - 1);
    }
}
