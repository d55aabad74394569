// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Direction, IParams, Param, ParamSpec} from "./interfaces/IParams.sol";

/// @title Params
/// @notice The state slice behind `IParams`: a base that only governance writes, under an overlay that only tightens and
/// always lapses. Callers bring the spec of the key and the permission.
library Params {
    struct Table {
        mapping(bytes32 key => Param) rows;
        uint32 revision;
    }

    /// @notice How long a tightening lasts, and how long after it the key can't be tightened again.
    uint40 internal constant TIGHT_FOR = 14 days;
    uint40 internal constant REST_FOR = 14 days;

    /// @notice The value in force now; 0 for a key never set.
    function inForce(Table storage self, bytes32 key) internal view returns (uint64) {
        // Read once: [ version:32 | until:40 | tight:64 | base:64 ].
        uint256 word = packed(self, key);
        return block.timestamp < uint40(word >> 128) ? uint64(word >> 64) : uint64(word);
    }

    /// @notice The value in force now, and the earlier of `until` and the end of its overlay: how long digests of rows hold.
    function inForceUntil(Table storage self, bytes32 key, uint256 until)
        internal
        view
        returns (uint256 value, uint256 first)
    {
        uint256 lapse = self.rows[key].until;
        first = block.timestamp < lapse && lapse < until ? lapse : until;
        value = inForce(self, key);
    }

    /// @notice Overlays `value` until the current overlay's end, or for `TIGHT_FOR` if there is none.
    function tighten(Table storage self, bytes32 key, ParamSpec memory spec, uint64 value) internal {
        _checkBounds(key, spec, value);
        // Check: ordered, set before, tighter than what is in force.
        if (spec.direction == Direction.NONE) revert IParams.Params_HasNoOrder(key);
        Param memory row = self.rows[key];
        if (row.version == 0) revert IParams.Params_NotSet(key);
        bool overlaid = block.timestamp < row.until;
        uint64 current = overlaid ? row.tight : row.base;
        if (spec.direction == Direction.DOWN ? value >= current : value <= current) {
            revert IParams.Params_NotTighter(key, value, current);
        }
        if (!overlaid) {
            // Check: a lapsed overlay rests as long as it lasted, so it can't become permanent without governance.
            if (row.until != 0 && block.timestamp < row.until + REST_FOR) {
                revert IParams.Params_TooSoonToTighten(key, row.until + REST_FOR);
            }
            row.until = uint40(block.timestamp) + TIGHT_FOR;
        }
        // Effect
        row.tight = value;
        ++row.version;
        self.rows[key] = row;
        emit IParams.ParamTightened(key, value, row.until, packed(self, key), ++self.revision);
    }

    /// @notice Writes the base and ends the overlay.
    /// @dev The overlay ends now, and its rest begins: what governance has just overruled can't be put back at once.
    function set(
        Table storage self,
        bytes32 key,
        ParamSpec memory spec,
        uint32 expectedVersion,
        uint40 validUntil,
        uint64 value
    ) internal {
        _checkBounds(key, spec, value);
        // Check: what was scheduled was meant for the state it finds.
        if (block.timestamp > validUntil) revert IParams.Params_Expired(validUntil);
        Param memory row = self.rows[key];
        if (row.version != expectedVersion) revert IParams.Params_StaleVersion(key, expectedVersion, row.version);
        // Effect
        row.base = value;
        row.tight = 0;
        if (block.timestamp < row.until) row.until = uint40(block.timestamp);
        ++row.version;
        self.rows[key] = row;
        emit IParams.ParamSet(key, value, packed(self, key), ++self.revision);
    }

    /// @notice The row's slot, for events.
    function packed(Table storage self, bytes32 key) internal view returns (uint256 word) {
        Param storage row = self.rows[key];
        assembly ("memory-safe") {
            word := sload(row.slot)
        }
    }

    function _checkBounds(bytes32 key, ParamSpec memory spec, uint64 value) private pure {
        if (value < spec.min || value > spec.max) revert IParams.Params_OutOfBounds(key, value, spec.min, spec.max);
    }
}
