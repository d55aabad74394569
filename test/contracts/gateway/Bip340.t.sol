// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bip340} from "../../../contracts/gateway/libraries/Bip340.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice Points and challenges by arithmetic; signatures are compared with noble's in SchnorrVerifier.test.ts.
contract Bip340Test is Cheats {
    uint256 private constant P = Bip340.P;
    uint256 private constant GX = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798;
    uint256 private constant GY = 0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8;

    function test_theGeneratorIsAPoint() external view {
        (bool found, uint256 y) = Bip340.liftX(GX);
        assertTrue(found && y == GY);
    }

    /// @notice A lifted point is on the curve with an even y; where there is none, Euler's criterion agrees.
    function testFuzz_liftsExactlyThePoints(uint256 x) external view {
        (bool found, uint256 y) = Bip340.liftX(x);
        if (x >= P) return assertFalse(found);
        uint256 square = addmod(mulmod(mulmod(x, x, P), x, P), 7, P);
        if (found) {
            assertTrue(y < P && y % 2 == 0 && y != 0);
            assertEq(mulmod(y, y, P), square);
        } else {
            assertEq(_power(square, (P - 1) / 2), P - 1);
        }
    }

    /// @notice Nobody meets a key's hash by guessing.
    function testFuzz_guessesAreNo(bytes32 message, uint256 rx, uint256 ry, uint256 s) external pure {
        assertFalse(Bip340.verify(GX, message, rx, ry, s));
    }

    /// @notice Likewise with a true R and any scalar.
    function testFuzz_scalarsAreNo(bytes32 message, uint256 rx, uint256 s) external view {
        rx = bound(rx, 1, P - 1);
        (bool found, uint256 ry) = Bip340.liftX(rx);
        if (found) assertFalse(Bip340.verify(GX, message, rx, ry, s));
    }

    /// @notice Short of gas it reverts: what lay in memory before never passes for a root.
    function test_shortOfGasItReverts() external view {
        uint256 failed;
        bool lifted;
        for (uint256 gas_ = 200; gas_ < 100_000 && !lifted; gas_ += 23) {
            try this.lift{gas: gas_}(GX) returns (bool found, uint256 y) {
                assertTrue(found && y == GY);
                lifted = true;
            } catch (bytes memory reason) {
                assertEq(reason.length, 0);
                ++failed;
            }
        }
        assertTrue(lifted && failed > 10);
    }

    /// @notice A challenge of zero would ask `ecrecover` for s = 0, to which it answers nobody.
    function test_aChallengeOfZeroIsNo() external pure {
        assertEq(ecrecover(bytes32(uint256(1)), 27, bytes32(GX), 0), address(0));
    }

    function lift(uint256 x) external view returns (bool, uint256) {
        return Bip340.liftX(x);
    }

    function test_theChallengeIsTagged() external pure {
        assertEq(Bip340.CHALLENGE, sha256("BIP0340/challenge"));
    }

    /// @dev By squaring and multiplying: not by the precompile.
    function _power(uint256 base, uint256 exponent) private pure returns (uint256 result) {
        result = 1;
        for (; exponent != 0; exponent >>= 1) {
            if (exponent & 1 != 0) result = mulmod(result, base, P);
            base = mulmod(base, base, P);
        }
    }
}
