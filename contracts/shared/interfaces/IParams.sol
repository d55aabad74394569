// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice One governed number. In force: `until` in the future ? `tight` : `base`.
/// @param base What governance has set.
/// @param tight The risk officer's overlay, never looser than the base at the time.
/// @param until When the overlay lapses, Unix seconds.
/// @param version Rises by one with each write; 0 means never set.
struct Param {
    uint64 base;
    uint64 tight;
    uint40 until;
    uint32 version;
}

/// @notice Which way a parameter tightens.
enum Direction {
    NONE, // no order (a period): `set` only
    DOWN, // a smaller value is tighter
    UP // a larger value is tighter
}

/// @notice A row of the parameter table.
/// @param min Smallest value allowed, in the row's unit.
/// @param max Largest value allowed.
/// @param direction Which way it tightens.
struct ParamSpec {
    uint64 min;
    uint64 max;
    Direction direction;
}

/// @notice The only setters of numbers, the same for every contract that has parameters. A key is a kind byte on top of
/// a 248-bit argument (a tier, an asset id without its class byte, or zero); the kinds are listed in `ParamKeys`.
interface IParams {
    /// @param packed The parameter's slot after the write.
    event ParamTightened(bytes32 indexed key, uint64 value, uint40 until, uint256 packed, uint32 revision);
    /// @param packed The parameter's slot after the write.
    event ParamSet(bytes32 indexed key, uint64 value, uint256 packed, uint32 revision);

    error Params_UnknownKey(bytes32 key);
    error Params_OutOfBounds(bytes32 key, uint64 value, uint64 min, uint64 max);
    error Params_HasNoOrder(bytes32 key);
    error Params_NotSet(bytes32 key);
    error Params_NotTighter(bytes32 key, uint64 value, uint64 inForce);
    error Params_TooSoonToTighten(bytes32 key, uint40 from);
    error Params_StaleVersion(bytes32 key, uint32 expected, uint32 actual);
    error Params_Expired(uint40 validUntil);

    /// @notice The parameter as stored.
    function param(bytes32 key) external view returns (Param memory);

    /// @notice The value in force now.
    function inForce(bytes32 key) external view returns (uint64);

    /// @notice The bounds and direction of the key's kind; reverts for unknown kinds.
    function specOf(bytes32 key) external view returns (ParamSpec memory);

    /// @notice Rises by one with each `tighten` and `set` of any key.
    function revision() external view returns (uint32);

    /// @notice Overlays a tighter value for 14 days (RISK_OFFICER). Tightening further while the overlay lasts doesn't
    /// prolong it; after it lapses the key can't be tightened for 14 days.
    function tighten(bytes32 key, uint64 value) external;

    /// @notice Sets the base and clears the overlay (timelock).
    /// @param expectedVersion The version the caller has seen: any write in between makes this revert.
    /// @param validUntil Unix seconds after which a scheduled call is void.
    function set(bytes32 key, uint32 expectedVersion, uint40 validUntil, uint64 value) external;
}
