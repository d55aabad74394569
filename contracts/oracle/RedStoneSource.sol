// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BaseSource, SourceTerms} from "./BaseSource.sol";
import {IPriceSource} from "./interfaces/IPriceSource.sol";
import {IRedStoneSource} from "./interfaces/IRedStoneSource.sol";
import {RedStonePayload} from "./libraries/RedStonePayload.sol";

/// @title RedStoneSource
/// @notice One RedStone data feed. Its signers sign off chain; whoever needs a price brings their packages to `update`,
/// which keeps the median in one slot, and `read` reads that slot.
///
/// The signers are immutable: when RedStone rotates them, the timelock points the asset at a feed set with a new source.
/// Until then the old one works as long as `THRESHOLD` of its signers still sign: packages of signers that it doesn't
/// know don't count, and don't hurt.
///
/// Whoever brings an update chooses it: any time of the last `MAX_AGE` seconds that is newer than the cached one, and any
/// quorum of those who signed then. More than half of the signers make a quorum, so that with fewer than half of a quorum
/// lying the median lies between honest values. The window is short for the same reason as Pyth's.
contract RedStoneSource is BaseSource, IRedStoneSource {
    using RedStonePayload for bytes;

    uint256 private constant _MAX_MAX_AGE = 1 hours;
    uint256 private constant _MAX_SIGNERS = 8;
    uint256 private constant _MAX_DECIMALS = 24;
    /// @dev As RedStone's own consumers allow: some chains' clocks lag behind.
    uint256 private constant _MAX_AHEAD = 1 minutes;

    /// @notice RedStone's name of the feed, e.g. "ETH", left-aligned.
    bytes32 public immutable FEED_ID;
    /// @notice How many signers must agree on a time.
    uint256 public immutable THRESHOLD;

    // Unused ones are zero, and nobody's key has that address.
    address private immutable _signer0;
    address private immutable _signer1;
    address private immutable _signer2;
    address private immutable _signer3;
    address private immutable _signer4;
    address private immutable _signer5;
    address private immutable _signer6;
    address private immutable _signer7;
    // One of them is 1: price = value * multiplier / divisor.
    uint256 private immutable _multiplier;
    uint256 private immutable _divisor;

    /// @dev One slot: [ observedAt, ms:64 | price:64 ].
    uint256 private _cache;

    /// @param feedId The feed's name.
    /// @param decimals Of the feed's values; RedStone's numbers have 8.
    /// @param signers_ Two to eight, of the data service that serves the feed.
    /// @param threshold From two, and from more than half of them.
    constructor(
        bytes32 feedId,
        uint8 decimals,
        address[] memory signers_,
        uint8 threshold,
        SourceTerms memory terms
    ) BaseSource(terms, _MAX_MAX_AGE) {
        uint256 count = signers_.length;
        // Check
        if (feedId == 0) revert RedStoneSource_NoFeedId();
        if (count < 2 || count > _MAX_SIGNERS) revert RedStoneSource_SignerCount(count, _MAX_SIGNERS);
        if (threshold <= count / 2 || threshold < 2 || threshold > count) {
            revert RedStoneSource_ThresholdOutOfBounds(threshold, count / 2 + 1, count);
        }
        address[_MAX_SIGNERS] memory all;
        for (uint256 i; i < count; ++i) {
            if (signers_[i] == address(0)) revert RedStoneSource_ZeroSigner(i);
            for (uint256 j; j < i; ++j) {
                if (all[j] == signers_[i]) revert RedStoneSource_SignerTwice(signers_[i]);
            }
            all[i] = signers_[i];
        }
        (_multiplier, _divisor) = _scale(decimals, _MAX_DECIMALS);
        // Effect
        FEED_ID = feedId;
        THRESHOLD = threshold;
        _signer0 = all[0];
        _signer1 = all[1];
        _signer2 = all[2];
        _signer3 = all[3];
        _signer4 = all[4];
        _signer5 = all[5];
        _signer6 = all[6];
        _signer7 = all[7];
    }

    /// @inheritdoc IRedStoneSource
    function update(bytes calldata payload) external returns (bool) {
        (uint256 count, uint256 end) = payload.open();
        // Check
        if (count == 0) revert RedStoneSource_NoPackages();
        uint256[_MAX_SIGNERS] memory values; // the first n, ascending
        uint256 n;
        uint256 seen;
        uint256 observedAt;
        for (uint256 i; i < count; ++i) {
            RedStonePayload.Package memory p = payload.packageBefore(end, FEED_ID);
            end = p.start;
            if (i == 0) {
                observedAt = p.timestamp;
                // Not an error: who comes second with an update, or has it in a batch, wants it cached, and it is.
                if (observedAt <= _cache >> 64) return false;
                uint256 latest = (block.timestamp + _MAX_AHEAD) * 1_000;
                if (observedAt > latest) revert RedStoneSource_FromTheFuture(observedAt, latest);
            }
            if (p.timestamp != observedAt) revert RedStoneSource_TimestampsDiffer(observedAt, p.timestamp);
            if (!p.found) continue;
            uint256 bit = _bitOf(payload.signerOf(p));
            if (bit == 0 || seen & bit != 0) continue;
            seen |= bit;
            _insert(values, n++, p.value); // once for each signer's bit: n stays within _MAX_SIGNERS
        }
        if (end != 0) revert RedStoneSource_LeftOver(end);
        if (n < THRESHOLD) revert RedStoneSource_TooFewSigners(n, THRESHOLD);
        // Effect
        uint256 packed = observedAt << 64 | _priceOf(_median(values, n));
        _cache = packed;
        emit PriceCached(packed);
        return true;
    }

    /// @inheritdoc IPriceSource
    /// @dev Reverts only for lack of gas. `spread` is 0: medians state no confidence.
    function read() external view returns (bool valid, uint64 mid, uint64 spread, uint40 updatedAt) {
        // Check: the sequencer first, as the other sources do it.
        if (!_sequencerUp()) return (false, 0, 0, 0);

        uint256 packed = _cache;
        uint256 price = packed & type(uint64).max;
        uint256 time = (packed >> 64) / 1_000;
        // A clock that lags by less than `update` allows sees it as of now.
        if (time > block.timestamp) time = block.timestamp;
        unchecked {
            // Check: there is one, which `update` has found inside the bounds, and it isn't stale.
            if (price == 0 || block.timestamp - time > MAX_AGE) return (false, 0, 0, 0);
        }
        _answer(price, 0, time);
    }

    /// @inheritdoc IRedStoneSource
    function cached() external view returns (uint64 price, uint64 observedAt) {
        uint256 packed = _cache;
        return (uint64(packed), uint64(packed >> 64));
    }

    /// @notice Whose packages count.
    function signers() external view returns (address[] memory list) {
        address[_MAX_SIGNERS] memory all =
            [_signer0, _signer1, _signer2, _signer3, _signer4, _signer5, _signer6, _signer7];
        uint256 count;
        while (count < _MAX_SIGNERS && all[count] != address(0)) ++count;
        list = new address[](count);
        for (uint256 i; i < count; ++i) {
            list[i] = all[i];
        }
    }

    /// @dev A bit for each signer, 0 for anyone else. A signature that recovers to nobody would match the unused ones.
    function _bitOf(address signer) private view returns (uint256) {
        if (signer == address(0)) return 0;
        if (signer == _signer0) return 1;
        if (signer == _signer1) return 2;
        if (signer == _signer2) return 4;
        if (signer == _signer3) return 8;
        if (signer == _signer4) return 16;
        if (signer == _signer5) return 32;
        if (signer == _signer6) return 64;
        if (signer == _signer7) return 128;
        return 0;
    }

    /// @dev 12 decimals, rounded down; 0 if outside the bounds. It is kept as such: an answer that can't be used must not
    /// leave an earlier one in force.
    function _priceOf(uint256 value) private view returns (uint256 price) {
        // Any from 2^127 on is out of every bound, so that the product stays under 2^167.
        if (value >> 127 != 0) return 0;
        unchecked {
            price = (value * _multiplier) / _divisor;
        }
        if (!_isInBounds(price)) price = 0;
    }

    /// @dev Puts `value` in its place among the first `n`.
    function _insert(uint256[_MAX_SIGNERS] memory values, uint256 n, uint256 value) private pure {
        uint256 i = n;
        for (; i > 0 && values[i - 1] > value; --i) {
            values[i] = values[i - 1];
        }
        values[i] = value;
    }

    /// @dev Of an even number the mean of the middle two, rounded down: without their sum, which may not fit.
    function _median(uint256[_MAX_SIGNERS] memory values, uint256 n) private pure returns (uint256) {
        uint256 high = values[n / 2];
        if (n % 2 == 1) return high;
        uint256 low = values[n / 2 - 1];
        return low + (high - low) / 2;
    }
}
