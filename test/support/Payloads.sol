// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "./Cheats.sol";

/// @title Payloads
/// @notice Makes RedStone payloads byte by byte, also wrong ones. RedStone's own maker is used in RedStoneSource.test.ts.
library Payloads {
    Vm private constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    /// @notice Signers 1 to `count` agree on one value.
    function agreed(bytes32 feed, uint256 value, uint256 timestamp, uint256 count)
        internal
        pure
        returns (bytes memory all)
    {
        for (uint256 key = 1; key <= count; ++key) {
            all = bytes.concat(all, signed(key, point(feed, value), timestamp, 32, 1));
        }
        return framed(all, count);
    }

    function point(bytes32 feed, uint256 value) internal pure returns (bytes memory) {
        return abi.encodePacked(feed, value);
    }

    /// @param size Of each value in `points`, and `count` of these: as they are written, right or wrong.
    function signed(uint256 key, bytes memory points, uint256 timestamp, uint256 size, uint256 count)
        internal
        pure
        returns (bytes memory)
    {
        bytes memory data = abi.encodePacked(points, uint48(timestamp), uint32(size), uint24(count));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(data));
        return abi.encodePacked(data, r, s, v);
    }

    /// @param count Of packages, as it is written.
    function framed(bytes memory packages, uint256 count) internal pure returns (bytes memory) {
        return framed(packages, count, "");
    }

    function framed(bytes memory packages, uint256 count, bytes memory metadata) internal pure returns (bytes memory) {
        return abi.encodePacked(
            packages, uint16(count), metadata, uint24(metadata.length), bytes9(0x000002ed57011e0000)
        );
    }
}
