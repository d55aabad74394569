// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title RedStonePayload
/// @notice Reads RedStone's payload, from its end:
///
/// | bytes | what |
/// | --- | --- |
/// | 9 | marker 0x000002ed57011e0000 |
/// | 3 | size of the unsigned metadata |
/// | that | unsigned metadata, not read |
/// | 2 | number of packages |
///
/// and for each package, the last one first, also from its end:
///
/// | bytes | what |
/// | --- | --- |
/// | 65 | signature: r, s, v |
/// | 3 | number of points |
/// | 4 | size of each value, 1 to 32 |
/// | 6 | timestamp, milliseconds |
/// | (32 + size) each | points: feed id, value |
///
/// What is signed is keccak256 of a package without its signature, as it is: no prefix, no chain, no contract. Numbers are
/// big-endian. Nothing may precede the first package.
library RedStonePayload {
    uint256 private constant _MARKER = 0x000002ed57011e0000;
    /// @dev Marker, size of the metadata, number of packages.
    uint256 private constant _FRAME = 9 + 3 + 2;
    /// @dev Signature, number of points, size of values, timestamp.
    uint256 private constant _TRAILER = 65 + 3 + 4 + 6;

    error RedStonePayload_NoMarker();
    error RedStonePayload_Truncated(uint256 needed, uint256 left);
    error RedStonePayload_ValueSize(uint256 size);

    /// @notice A package's place in the payload and what it says of one feed.
    /// @param start Where it begins: where the one before it ends.
    /// @param signedEnd Where its signed part ends and its signature begins.
    /// @param timestamp Milliseconds.
    /// @param found Whether it has a point of the feed.
    struct Package {
        uint256 start;
        uint256 signedEnd;
        uint256 timestamp;
        bool found;
        uint256 value;
    }

    /// @notice How many packages there are, and where the last one ends.
    function open(bytes calldata payload) internal pure returns (uint256 count, uint256 end) {
        // Check
        if (payload.length < _FRAME) revert RedStonePayload_Truncated(_FRAME, payload.length);
        if (_number(payload, payload.length, 9) != _MARKER) revert RedStonePayload_NoMarker();
        uint256 metadata = _number(payload, payload.length - 9, 3);
        if (payload.length < _FRAME + metadata) revert RedStonePayload_Truncated(_FRAME + metadata, payload.length);
        end = payload.length - _FRAME - metadata;
        count = _number(payload, end + 2, 2);
    }

    /// @notice The package that ends at `end`, and the value of `feedId` in it: of several the last, as RedStone's own
    /// consumers take it.
    function packageBefore(bytes calldata payload, uint256 end, bytes32 feedId)
        internal
        pure
        returns (Package memory p)
    {
        // Check
        if (end < _TRAILER) revert RedStonePayload_Truncated(_TRAILER, end);
        p.signedEnd = end - 65;
        uint256 points = _number(payload, p.signedEnd, 3);
        uint256 size = _number(payload, p.signedEnd - 3, 4);
        if (size == 0 || size > 32) revert RedStonePayload_ValueSize(size);
        p.timestamp = _number(payload, p.signedEnd - 7, 6);
        uint256 whole = _TRAILER + points * (32 + size);
        if (end < whole) revert RedStonePayload_Truncated(whole, end);
        p.start = end - whole;
        for (uint256 next = end - _TRAILER; next > p.start; next -= 32 + size) {
            if (_number(payload, next - size, 32) != uint256(feedId)) continue;
            p.found = true;
            p.value = _number(payload, next, size);
            break;
        }
    }

    /// @notice Whose key signed the package; zero if nobody's did.
    function signerOf(bytes calldata payload, Package memory p) internal pure returns (address) {
        uint256 r = _number(payload, p.signedEnd + 32, 32);
        uint256 s = _number(payload, p.signedEnd + 64, 32);
        uint256 v = _number(payload, p.signedEnd + 65, 1);
        // A signature has a twin with another s, of the same signer: signers are counted, not signatures.
        return ecrecover(keccak256(payload[p.start:p.signedEnd]), uint8(v), bytes32(r), bytes32(s));
    }

    /// @dev The `size` bytes (1 to 32) before `end`, big-endian. Callers have checked that they lie inside.
    function _number(bytes calldata payload, uint256 end, uint256 size) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(shl(3, sub(32, size)), calldataload(add(payload.offset, sub(end, size))))
        }
    }
}
