// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What we use of Chainlink's aggregator interface, which other networks' push feeds share.
interface IAggregatorV3 {
    function decimals() external view returns (uint8);

    /// @return roundId Phase and round.
    /// @return answer The price in `decimals`; on a sequencer uptime feed 0 is up and 1 is down.
    /// @return startedAt On a sequencer uptime feed: since when the status holds.
    /// @return updatedAt When the answer was written; 0 if the round is not complete.
    /// @return answeredInRound Deprecated.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
