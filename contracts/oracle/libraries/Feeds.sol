// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {IPythPrices} from "../interfaces/IPythPrices.sol";
import {FEED_GAS, FEED_GAS_NEEDED} from "./OracleGas.sol";

/// @title Feeds
/// @notice Asks what sources wrap, by a bounded call: whatever the other side does, nothing here reverts but for lack of gas.
/// Values come back as the words they are; who asks checks their ranges.
library Feeds {
    error Feeds_NotEnoughGas(uint256 left, uint256 needed);

    /// @notice The latest round of a Chainlink feed or of a sequencer's uptime feed.
    /// @return ok Whether it returned exactly the five words, with a round id that fits its type and isn't 0.
    /// @return answer The int256's bits.
    function latest(address feed)
        internal
        view
        returns (bool ok, uint256 answer, uint256 startedAt, uint256 updatedAt)
    {
        _checkGas();
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

    /// @notice What a Pyth contract last stored under a price id, however old.
    /// @return ok Whether it returned exactly the four words.
    /// @return price The int64's bits, sign-extended; `expo` likewise.
    function pythPrice(address pyth, bytes32 priceId)
        internal
        view
        returns (bool ok, uint256 price, uint256 conf, int256 expo, uint256 publishedAt)
    {
        _checkGas();
        uint256 selector = uint32(IPythPrices.getPriceUnsafe.selector);
        // Interaction
        assembly ("memory-safe") {
            let out := mload(0x40) // scratch beyond the free pointer, not allocated
            mstore(0, selector) // its four bytes end the word, the id is the next
            mstore(0x20, priceId)
            ok := staticcall(FEED_GAS, pyth, 0x1c, 0x24, out, 0x80) // copies 128 bytes at most
            ok := and(ok, eq(returndatasize(), 0x80)) // after the call, as above
            price := mload(out)
            conf := mload(add(out, 0x20))
            expo := mload(add(out, 0x40))
            publishedAt := mload(add(out, 0x60))
        }
    }

    /// @dev Check: the cap can really be forwarded; a starved feed would look like a sick one.
    function _checkGas() private view {
        if (gasleft() < FEED_GAS_NEEDED) revert Feeds_NotEnoughGas(gasleft(), FEED_GAS_NEEDED);
    }
}
