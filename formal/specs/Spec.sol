// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheat codes of Halmos that the specs use.
interface SymbolicVm {
    function assume(bool condition) external pure;
    function warp(uint256 timestamp) external;
    function prank(address sender) external;
}

/// @title Spec
/// @notice Base of the specs. A spec is a function `check_…`: for all values of its parameters that `vm.assume` lets through,
/// no `assert` fails and nothing panics. A revert with an error proves nothing and breaks nothing.
abstract contract Spec {
    SymbolicVm internal constant vm = SymbolicVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev a / b with what defines it, said to the solver: it then needs no divider of 256 bits. True for all a and all b > 0
    /// with room for q * b + b in 256 bits, so nothing is assumed away.
    function _div(uint256 a, uint256 b) internal pure returns (uint256 q) {
        unchecked {
            q = a / b;
            vm.assume(q * b <= a && a - q * b < b);
        }
    }

    // Without branches: each would double the paths.

    function _le(uint256 a, uint256 b) internal pure returns (bool c) {
        assembly ("memory-safe") {
            c := iszero(gt(a, b))
        }
    }

    function _and(bool a, bool b) internal pure returns (bool c) {
        assembly ("memory-safe") {
            c := and(a, b)
        }
    }

    function _or(bool a, bool b) internal pure returns (bool c) {
        assembly ("memory-safe") {
            c := or(a, b)
        }
    }

    function _pick(bool first, uint256 a, uint256 b) internal pure returns (uint256 c) {
        assembly ("memory-safe") {
            c := xor(b, and(xor(a, b), sub(0, first)))
        }
    }

    function _min(uint256 a, uint256 b) internal pure returns (uint256) {
        return _pick(_le(a, b), a, b);
    }

    function _max(uint256 a, uint256 b) internal pure returns (uint256) {
        return _pick(_le(a, b), b, a);
    }
}
