// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";

/// @notice How far a price may be trusted. Only NORMAL lets anything be instant.
enum Mode {
    HALT, // no valid source, none configured, or halted by the risk officer
    DEGRADED, // one valid source
    DISPUTED, // several that don't agree
    NORMAL
}

/// @notice A price in US dollars for one whole token, 12 decimals: bid <= mid <= ask.
/// @param readAt When it was read from the sources, Unix seconds.
/// @param sourceMask Bit i set: the feed set's source i was valid.
struct Price {
    uint64 bid;
    uint64 mid;
    uint64 ask;
    Mode mode;
    uint8 sourceMask;
    uint40 readAt;
}

/// @notice One door to prices: aggregates an asset's sources by median, remembers the last answer, and says how far to
/// trust it. It never clamps and never invents: a sick source can lower the mode, not move the price on its own.
interface IPriceRouter {
    event FeedSetChanged(AssetId indexed asset, address indexed previous, address indexed next);
    /// @param packed The stored slot after the write.
    event PriceStored(AssetId indexed asset, uint256 packed);
    /// @param packed The stored slot after the write.
    event Halted(AssetId indexed asset, uint40 until, uint256 packed);
    event HaltLifted(AssetId indexed asset, uint256 packed);

    error PriceRouter_NotTheExpected(address expected, address actual);
    error PriceRouter_Unchanged(address feedSet);
    error PriceRouter_HaltedAlready(AssetId asset, uint40 until);
    error PriceRouter_TooSoonToRenew(AssetId asset, uint40 renewableFrom);
    error PriceRouter_NotHalted(AssetId asset);
    error PriceRouter_AnotherHalt(AssetId asset, uint40 haltedUntil);
    error PriceRouter_NoFeedSet(AssetId asset);
    error PriceRouter_NotAFeedSet(address feedSet);
    error PriceRouter_ZeroAuthority();
    error PriceRouter_WarmForTooLong(uint256 warmFor, uint256 max);
    error PriceRouter_NotEnoughGas(uint256 left, uint256 needed);

    /// @notice The price: the stored one while it is NORMAL and younger than `WARM_FOR`, else read from the sources;
    /// HALT while the risk officer's halt is in force.
    /// @dev No reachable revert but insufficient gas (INV-ORA-2): forward `PEEK_GAS` (OracleGas.sol).
    function peek(AssetId asset) external view returns (Price memory);

    /// @notice What `peek` says of the ask alone, for exits, which are charged at it.
    function ask(AssetId asset) external view returns (uint256 price, Mode mode);

    /// @notice Reads the sources and stores the answer, by anyone; answers what `peek` does from then on. A HALT or
    /// DEGRADED answer is stored too: a sick oracle must not leave an earlier good price in force.
    function poke(AssetId asset) external returns (Price memory);

    /// @notice Forces HALT for 14 days, today included, counted in UTC days (RISK_OFFICER's only act on oracles). Can't
    /// be renewed for 14 days after it ends.
    function halt(AssetId asset) external;

    /// @notice Ends a forced HALT (timelock). The risk officer can't force another for 14 days.
    /// @param haltedUntil Which one, as `Halted` said, Unix seconds: a scheduled call that was left over must not lift the next.
    function liftHalt(AssetId asset, uint40 haltedUntil) external;

    /// @notice Points the asset at another feed set (timelock). Drops the stored price, keeps a halt.
    /// @param expected The feed set it replaces, so that a stale scheduled change fails.
    /// @param next Must answer `read` now; its sources may be sick.
    function setFeedSet(AssetId asset, address expected, address next) external;

    function feedSetOf(AssetId asset) external view returns (address);

    /// @notice The stored slot as it is.
    function storedOf(AssetId asset) external view returns (uint256 packed);
}
