// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "./AssetId.sol";

/// @title WindowKeys
/// @notice Names of the sliding windows. Subjects' keys have a zero top byte, assets' their class byte (1 or 2), the
/// rest a tag of their own, so no two meet.
library WindowKeys {
    /// @notice Cents, of instant exits of all unverified subjects together.
    bytes32 internal constant POOL = bytes32(uint256(0xff) << 248);

    uint256 private constant _HOLD_TAG = uint256(0xfe) << 248;

    /// @notice Cents, of a subject's instant exits.
    function subject(address subject_) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(subject_)));
    }

    /// @notice Ticks, of everybody's instant exits of an asset.
    function asset(AssetId asset_) internal pure returns (bytes32) {
        return bytes32(AssetId.unwrap(asset_));
    }

    /// @notice Seconds, of guardians' holds on a subject; the zero address stands for everyone.
    function hold(address subject_) internal pure returns (bytes32) {
        return bytes32(_HOLD_TAG | uint160(subject_));
    }
}
