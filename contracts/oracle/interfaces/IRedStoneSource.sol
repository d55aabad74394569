// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice The half of a RedStone source that is written to: signed packages in, one cached price out.
interface IRedStoneSource {
    /// @param packed The stored slot after the write.
    event PriceCached(uint256 packed);

    error RedStoneSource_NoFeedId();
    error RedStoneSource_SignerCount(uint256 count, uint256 max);
    error RedStoneSource_ZeroSigner(uint256 index);
    error RedStoneSource_SignerTwice(address signer);
    error RedStoneSource_ThresholdOutOfBounds(uint256 threshold, uint256 min, uint256 max);
    error RedStoneSource_NoPackages();
    error RedStoneSource_TimestampsDiffer(uint256 first, uint256 other);
    error RedStoneSource_FromTheFuture(uint256 timestamp, uint256 latest);
    error RedStoneSource_TooFewSigners(uint256 signers, uint256 threshold);
    error RedStoneSource_LeftOver(uint256 bytes_);

    /// @notice Verifies a payload and caches the median of its signers' values, by anyone.
    ///
    /// Requirements: well-formed (RedStonePayload.sol); one timestamp in all packages, at most a minute ahead; the feed's
    /// value signed by `THRESHOLD` signers of ours at least. Packages of others, and a signer's second one, don't count.
    /// @return stored False if what is cached is as new or newer: nothing changes then, and nothing was verified.
    function update(bytes calldata payload) external returns (bool stored);

    /// @notice What is cached, whether or not it may still be used.
    /// @return price 12 decimals; 0 = never, or outside the bounds.
    /// @return observedAt Milliseconds since 1970.
    function cached() external view returns (uint64 price, uint64 observedAt);
}
