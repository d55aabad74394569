// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAggregatorV3} from "./interfaces/IAggregatorV3.sol";
import {IPriceSource} from "./interfaces/IPriceSource.sol";
import {FEED_GAS, FEED_GAS_NEEDED} from "./libraries/OracleGas.sol";

/// @title ChainlinkSource
/// @notice One Chainlink feed, or any push feed with Chainlink's interface, as a price source. Nothing the feed does
/// makes `read` revert: what doesn't pass every check is not valid.
///
/// Not checked, on purpose: `answeredInRound`, which Chainlink deprecated, and `startedAt` of a price feed, which
/// observers' clocks set. Chainlink's own minAnswer and maxAnswer are unused on most feeds: the bounds here are ours.
contract ChainlinkSource is IPriceSource {
    uint256 private constant _MAX_MAX_AGE = 3 days;
    uint256 private constant _MAX_GRACE = 1 days;
    uint256 private constant _MAX_DECIMALS = 24;

    address public immutable FEED;
    /// @notice Heartbeat and slack, seconds.
    uint256 public immutable MAX_AGE;
    /// @notice Prices outside [MIN_PRICE, MAX_PRICE] (12 decimals) are not valid.
    uint256 public immutable MIN_PRICE;
    uint256 public immutable MAX_PRICE;
    /// @notice The L2 sequencer's uptime feed; zero if the chain has none.
    address public immutable SEQUENCER_FEED;
    /// @notice Prices count only when the sequencer has been up for longer than this, seconds.
    uint256 public immutable GRACE;
    /// @notice What the feed's `decimals` said at construction.
    uint256 public immutable FEED_DECIMALS;

    bytes32 private immutable _upstream;
    // One of them is 1: price = answer * multiplier / divisor.
    uint256 private immutable _multiplier;
    uint256 private immutable _divisor;

    error ChainlinkSource_NoCode(address feed);
    error ChainlinkSource_NoUpstream();
    error ChainlinkSource_MaxAgeOutOfBounds(uint256 maxAge, uint256 max);
    error ChainlinkSource_PriceBounds(uint256 minPrice, uint256 maxPrice);
    error ChainlinkSource_GraceOutOfBounds(address sequencerFeed, uint256 grace, uint256 max);
    error ChainlinkSource_DecimalsOutOfBounds(uint256 decimals, uint256 max);
    error ChainlinkSource_NotEnoughGas(uint256 left, uint256 needed);

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
    ) {
        // Check
        if (feed.code.length == 0) revert ChainlinkSource_NoCode(feed);
        if (upstream_ == 0) revert ChainlinkSource_NoUpstream();
        if (maxAge == 0 || maxAge > _MAX_MAX_AGE) revert ChainlinkSource_MaxAgeOutOfBounds(maxAge, _MAX_MAX_AGE);
        if (minPrice == 0 || minPrice >= maxPrice) revert ChainlinkSource_PriceBounds(minPrice, maxPrice);
        if (sequencerFeed != address(0) && sequencerFeed.code.length == 0) revert ChainlinkSource_NoCode(sequencerFeed);
        if ((sequencerFeed == address(0)) != (grace == 0) || grace > _MAX_GRACE) {
            revert ChainlinkSource_GraceOutOfBounds(sequencerFeed, grace, _MAX_GRACE);
        }
        uint256 decimals = IAggregatorV3(feed).decimals();
        if (decimals > _MAX_DECIMALS) revert ChainlinkSource_DecimalsOutOfBounds(decimals, _MAX_DECIMALS);
        // Effect
        FEED = feed;
        MAX_AGE = maxAge;
        MIN_PRICE = minPrice;
        MAX_PRICE = maxPrice;
        SEQUENCER_FEED = sequencerFeed;
        GRACE = grace;
        FEED_DECIMALS = decimals;
        _upstream = upstream_;
        _multiplier = decimals < 12 ? 10 ** (12 - decimals) : 1;
        _divisor = decimals > 12 ? 10 ** (decimals - 12) : 1;
    }

    /// @inheritdoc IPriceSource
    /// @dev Reverts only for lack of gas. `spread` is 0: the feed states no confidence.
    function read() external view returns (bool valid, uint64 mid, uint64 spread, uint40 updatedAt) {
        // Check: the sequencer first, so that a broken uptime feed leaves the price feed unread.
        if (SEQUENCER_FEED != address(0) && !_sequencerUp()) return (false, 0, 0, 0);

        (bool ok, uint256 answer,, uint256 written) = _latest(FEED);
        // Check: well-formed, a complete round, positive. A negative answer has the top bit set, and any from 2^127 on
        // is out of every bound, so that the product below stays under 2^168.
        if (!ok || written == 0 || answer == 0 || answer >> 127 != 0) return (false, 0, 0, 0);
        uint256 price;
        unchecked {
            // Check: not from the future, not stale.
            if (written > block.timestamp || block.timestamp - written > MAX_AGE) return (false, 0, 0, 0);
            price = (answer * _multiplier) / _divisor;
        }
        // Check: our own bounds, which lie inside uint64.
        if (price < MIN_PRICE || price > MAX_PRICE) return (false, 0, 0, 0);
        // The ABI encoding by hand, for gas: all values are in range by the checks above.
        assembly ("memory-safe") {
            let out := mload(0x40)
            mstore(out, 1)
            mstore(add(out, 0x20), price)
            mstore(add(out, 0x40), 0)
            mstore(add(out, 0x60), written)
            return(out, 0x80)
        }
    }

    /// @inheritdoc IPriceSource
    function upstream() external view returns (bytes32) {
        return _upstream;
    }

    function _sequencerUp() private view returns (bool) {
        (bool ok, uint256 status, uint256 since,) = _latest(SEQUENCER_FEED);
        if (!ok || status != 0) return false;
        // Check: a status that never started, or starts in the future, says nothing.
        return since != 0 && since <= block.timestamp && block.timestamp - since > GRACE;
    }

    /// @dev `ok` if the feed returned exactly the five words, with a round id that fits its type and isn't 0. `answer`
    /// is the int256's bits.
    function _latest(address feed)
        private
        view
        returns (bool ok, uint256 answer, uint256 startedAt, uint256 updatedAt)
    {
        // Check: the cap below can really be forwarded.
        if (gasleft() < FEED_GAS_NEEDED) revert ChainlinkSource_NotEnoughGas(gasleft(), FEED_GAS_NEEDED);
        uint256 selector = uint32(IAggregatorV3.latestRoundData.selector);
        // Interaction
        assembly ("memory-safe") {
            let out := mload(0x40) // scratch beyond the free pointer, not allocated
            mstore(0, selector)
            ok := staticcall(FEED_GAS, feed, 0x1c, 4, out, 0xa0) // copies 160 bytes at most
            // After the call, on a line of its own: Yul evaluates arguments from right to left. What was not returned
            // reads as whatever lay there, and is not `ok`.
            ok := and(and(ok, eq(returndatasize(), 0xa0)), lt(sub(mload(out), 1), 0xffffffffffffffffffff))
            answer := mload(add(out, 0x20))
            startedAt := mload(add(out, 0x40))
            updatedAt := mload(add(out, 0x60))
        }
    }
}
