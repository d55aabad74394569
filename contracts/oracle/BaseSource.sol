// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceSource} from "./interfaces/IPriceSource.sol";
import {Sequencer} from "./libraries/Sequencer.sol";

/// @notice What every source is built with, whatever it wraps.
/// @param upstream Who stands behind the data, e.g. keccak256("chainlink").
/// @param maxAge A price older than this is not valid, seconds.
/// @param minPrice, maxPrice Prices outside are not valid; 12 decimals, 0 < minPrice < maxPrice.
/// @param sequencerFeed The L2 sequencer's uptime feed; zero on chains without a sequencer, and `grace` is then 0.
/// @param grace Prices count only when the sequencer has been up for longer than this, 1 s to 1 day.
struct SourceTerms {
    bytes32 upstream;
    uint32 maxAge;
    uint64 minPrice;
    uint64 maxPrice;
    address sequencerFeed;
    uint32 grace;
}

/// @title BaseSource
/// @notice The checks that all sources share: the sequencer, the time, our own bounds.
abstract contract BaseSource is IPriceSource {
    uint256 private constant _MAX_GRACE = 1 days;

    /// @notice Heartbeat and slack, seconds.
    uint256 public immutable MAX_AGE;
    /// @notice Prices outside [MIN_PRICE, MAX_PRICE] (12 decimals) are not valid.
    uint256 public immutable MIN_PRICE;
    uint256 public immutable MAX_PRICE;
    /// @notice The L2 sequencer's uptime feed; zero if the chain has none.
    address public immutable SEQUENCER_FEED;
    /// @notice Prices count only when the sequencer has been up for longer than this, seconds.
    uint256 public immutable GRACE;

    bytes32 private immutable _upstream;

    error Source_NoCode(address target);
    error Source_NoUpstream();
    error Source_MaxAgeOutOfBounds(uint256 maxAge, uint256 max);
    error Source_PriceBounds(uint256 minPrice, uint256 maxPrice);
    error Source_GraceOutOfBounds(address sequencerFeed, uint256 grace, uint256 max);
    error Source_DecimalsOutOfBounds(uint256 decimals, uint256 max);

    /// @param maxMaxAge What this kind of source may be given as `maxAge` at most, seconds.
    constructor(SourceTerms memory terms, uint256 maxMaxAge) {
        // Check
        if (terms.upstream == 0) revert Source_NoUpstream();
        if (terms.maxAge == 0 || terms.maxAge > maxMaxAge) revert Source_MaxAgeOutOfBounds(terms.maxAge, maxMaxAge);
        if (terms.minPrice == 0 || terms.minPrice >= terms.maxPrice) {
            revert Source_PriceBounds(terms.minPrice, terms.maxPrice);
        }
        if (terms.sequencerFeed != address(0)) _checkCode(terms.sequencerFeed);
        if ((terms.sequencerFeed == address(0)) != (terms.grace == 0) || terms.grace > _MAX_GRACE) {
            revert Source_GraceOutOfBounds(terms.sequencerFeed, terms.grace, _MAX_GRACE);
        }
        // Effect
        MAX_AGE = terms.maxAge;
        MIN_PRICE = terms.minPrice;
        MAX_PRICE = terms.maxPrice;
        SEQUENCER_FEED = terms.sequencerFeed;
        GRACE = terms.grace;
        _upstream = terms.upstream;
    }

    /// @inheritdoc IPriceSource
    function upstream() external view returns (bytes32) {
        return _upstream;
    }

    function _sequencerUp() internal view returns (bool) {
        return SEQUENCER_FEED == address(0) || Sequencer.isUp(SEQUENCER_FEED, GRACE);
    }

    /// @dev Written, not in the future, not stale.
    function _isFresh(uint256 time) internal view returns (bool) {
        unchecked {
            return time != 0 && time <= block.timestamp && block.timestamp - time <= MAX_AGE;
        }
    }

    /// @dev The bounds lie inside uint64, and above 0.
    function _isInBounds(uint256 price) internal view returns (bool) {
        return price >= MIN_PRICE && price <= MAX_PRICE;
    }

    /// @dev Answers for `read`, by the ABI encoding by hand, for gas: all values are in range by the checks above.
    function _answer(uint256 price, uint256 spread, uint256 time) internal pure {
        assembly ("memory-safe") {
            let out := mload(0x40)
            mstore(out, 1)
            mstore(add(out, 0x20), price)
            mstore(add(out, 0x40), spread)
            mstore(add(out, 0x60), time)
            return(out, 0x80)
        }
    }

    function _checkCode(address target) internal view {
        if (target.code.length == 0) revert Source_NoCode(target);
    }

    /// @dev 10 to the power that takes `decimals` to 12, as what to multiply and to divide by: one of them is 1.
    function _scale(uint256 decimals, uint256 max) internal pure returns (uint256 multiplier, uint256 divisor) {
        if (decimals > max) revert Source_DecimalsOutOfBounds(decimals, max);
        multiplier = decimals < 12 ? 10 ** (12 - decimals) : 1;
        divisor = decimals > 12 ? 10 ** (decimals - 12) : 1;
    }
}
