// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice One upstream of prices for one asset, wrapped so that all upstreams look alike. Immutable; replaced by
/// replacing the feed set that names it.
///
/// Assumptions on what it wraps. Correctness: it reports the asset's dollar price in its declared units. Liveness: none;
/// a source that reverts, lies about its sizes or burns its gas is counted as absent.
interface IPriceSource {
    /// @notice The price now.
    /// @return valid Whether every check of this source passed; the other values mean nothing if not.
    /// @return mid US dollars for one whole token, 12 decimals.
    /// @return spread Half the width of the source's own confidence interval, same unit; 0 if it has none.
    /// @return updatedAt When the upstream observed it, Unix seconds.
    function read() external view returns (bool valid, uint64 mid, uint64 spread, uint40 updatedAt);

    /// @notice Names who stands behind the data. Sources with one upstream count once.
    function upstream() external view returns (bytes32);
}
