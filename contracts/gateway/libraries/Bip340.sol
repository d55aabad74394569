// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Bip340
/// @notice Checks BIP-340 signatures over secp256k1 with the precompile `ecrecover`, which computes any sum of multiples of
/// the generator and of one point: asked with message -s·x, r = x and s = -e·x it answers the address of s·G - e·P.
/// @dev https://github.com/bitcoin/bips/blob/master/bip-0340.mediawiki
library Bip340 {
    /// @notice The field's prime and the group's order.
    uint256 internal constant P = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F;
    uint256 internal constant N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    /// @notice sha256("BIP0340/challenge"); a test computes it again.
    bytes32 internal constant CHALLENGE = 0x7bb52d7a9fef58323eb1bf7a407db382d2f3f2d81bb1224f49fe518f6d48d37c;

    /// @dev `ecrecover`'s word for a point whose y is even, as all public keys here are.
    uint8 private constant _EVEN = 27;

    /// @notice Whether (rx, s) signs `message` under the key `px`. R is given with its y, which costs less than to compute it;
    /// a wrong one is a no.
    /// @param px Below N, and the x of a point: `liftX` says so once and for all.
    function verify(uint256 px, bytes32 message, uint256 rx, uint256 ry, uint256 s) internal pure returns (bool) {
        // Check: s is a scalar. R is a point of the curve with an even y; were it not, one could look for a y that has the
        // answer's hash, which is half as long as the curve is hard.
        if (s >= N || rx >= P || ry >= P || ry & 1 != 0) return false;
        if (mulmod(ry, ry, P) != _square(rx)) return false;
        uint256 e = uint256(sha256(abi.encodePacked(CHALLENGE, CHALLENGE, rx, px, message))) % N;
        unchecked {
            // e < N and s < N. An e of zero, which nobody will see, is a no: ecrecover has no answer to s = 0.
            bytes32 minusSx = bytes32(mulmod(N - s, px, N));
            bytes32 minusEx = bytes32(mulmod(N - e, px, N));
            address answer = ecrecover(minusSx, _EVEN, bytes32(px), minusEx);
            // Check: zero is its answer where there is none, as for the point at infinity.
            return answer != address(0) && answer == address(uint160(uint256(keccak256(abi.encode(rx, ry)))));
        }
    }

    /// @notice The even y of the point whose x is given, if there is one.
    function liftX(uint256 x) internal view returns (bool found, uint256 y) {
        if (x >= P) return (false, 0);
        uint256 square = _square(x);
        // P = 3 mod 4: a root of what has one.
        y = _power(square, (P + 1) / 4);
        if (mulmod(y, y, P) != square) return (false, 0);
        // Not zero: the group's order is odd, so no point has a y of zero.
        return (true, y & 1 == 0 ? y : P - y);
    }

    function _square(uint256 x) private pure returns (uint256) {
        return addmod(mulmod(mulmod(x, x, P), x, P), 7, P);
    }

    /// @dev base^exponent mod P, by the precompile of EIP-198.
    function _power(uint256 base, uint256 exponent) private view returns (uint256 result) {
        bytes memory input = abi.encode(32, 32, 32, base, exponent, P);
        assembly ("memory-safe") {
            // Fails short of gas only, of which a 64th is left.
            if iszero(staticcall(gas(), 0x05, add(input, 0x20), 0xc0, 0x00, 0x20)) { revert(0, 0) }
            result := mload(0x00)
        }
    }
}
