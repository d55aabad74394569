// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Price} from "./IPriceRouter.sol";

/// @notice One asset's sources and how far they may differ. Immutable and without storage; replaced by pointer.
interface IFeedSet {
    error FeedSet_SourceCount(uint256 count);
    error FeedSet_NoCode(address source);
    error FeedSet_NoUpstream(address source);
    error FeedSet_SameUpstream(bytes32 upstream, address first, address second);
    error FeedSet_DeltaOutOfBounds(uint256 deltaBps, uint256 min, uint256 max);
    error FeedSet_NotEnoughGas(uint256 left, uint256 needed);

    /// @notice Asks every source and aggregates what passed its checks.
    /// @dev Reverts only for lack of gas: a faulty source is absent, a starved one must not look faulty.
    function read() external view returns (Price memory);

    /// @notice The sources, in the order of the bits in `Price.sourceMask`.
    function sources() external view returns (address[] memory);

    /// @notice Readings within this of mid agree, in 1/10,000.
    function deltaBps() external view returns (uint256);
}
