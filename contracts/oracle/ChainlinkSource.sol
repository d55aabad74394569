// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BaseSource, SourceTerms} from "./BaseSource.sol";
import {IAggregatorV3} from "./interfaces/IAggregatorV3.sol";
import {IPriceSource} from "./interfaces/IPriceSource.sol";
import {Feeds} from "./libraries/Feeds.sol";

/// @title ChainlinkSource
/// @notice One Chainlink feed, or any push feed with Chainlink's interface, as a price source. Nothing the feed does
/// makes `read` revert: what doesn't pass every check is not valid.
///
/// Not checked, on purpose: `answeredInRound`, which Chainlink deprecated, and `startedAt` of a price feed, which
/// observers' clocks set. Chainlink's own minAnswer and maxAnswer are unused on most feeds: the bounds here are ours.
contract ChainlinkSource is BaseSource {
    uint256 private constant _MAX_MAX_AGE = 3 days;
    uint256 private constant _MAX_DECIMALS = 24;

    address public immutable FEED;
    /// @notice What the feed's `decimals` said at construction.
    uint256 public immutable FEED_DECIMALS;

    // One of them is 1: price = answer * multiplier / divisor.
    uint256 private immutable _multiplier;
    uint256 private immutable _divisor;

    /// @param feed The proxy, not the aggregator behind it.
    /// @param upstream_ Who stands behind the data, e.g. keccak256("chainlink").
    /// @param maxAge Seconds, 1 to 3 days.
    /// @param minPrice, maxPrice 12 decimals, 0 < minPrice < maxPrice.
    /// @param sequencerFeed Zero on chains without a sequencer; `grace` is then 0, else 1 s to 1 day.
    constructor(
        address feed,
        bytes32 upstream_,
        uint32 maxAge,
        uint64 minPrice,
        uint64 maxPrice,
        address sequencerFeed,
        uint32 grace
    ) BaseSource(SourceTerms(upstream_, maxAge, minPrice, maxPrice, sequencerFeed, grace), _MAX_MAX_AGE) {
        // Check
        _checkCode(feed);
        uint256 decimals = IAggregatorV3(feed).decimals();
        (_multiplier, _divisor) = _scale(decimals, _MAX_DECIMALS);
        // Effect
        FEED = feed;
        FEED_DECIMALS = decimals;
    }

    /// @inheritdoc IPriceSource
    /// @dev Reverts only for lack of gas. `spread` is 0: the feed states no confidence.
    function read() external view returns (bool valid, uint64 mid, uint64 spread, uint40 updatedAt) {
        // Check: the sequencer first, so that a broken uptime feed leaves the price feed unread.
        if (!_sequencerUp()) return (false, 0, 0, 0);

        (bool ok, uint256 answer,, uint256 written) = Feeds.latest(FEED);
        // Check: well-formed, a complete round, positive. A negative answer has the top bit set, and any from 2^127 on
        // is out of every bound, so that the product below stays under 2^168.
        if (!ok || answer == 0 || answer >> 127 != 0 || !_isFresh(written)) return (false, 0, 0, 0);
        uint256 price;
        unchecked {
            price = (answer * _multiplier) / _divisor;
        }
        // Check: our own bounds.
        if (!_isInBounds(price)) return (false, 0, 0, 0);
        _answer(price, 0, written);
    }
}
