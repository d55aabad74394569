// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What we use of a Pyth contract. Prices are pulled: anyone brings signed updates and pays for them, and the
/// contract keeps the newest it has seen.
interface IPythPrices {
    /// @param price times 10^expo is US dollars.
    /// @param conf Half the width of Pyth's confidence interval, about one standard deviation, in the unit of `price`.
    /// @param publishTime When Pyth published it, Unix seconds.
    struct PythPrice {
        int64 price;
        uint64 conf;
        int32 expo;
        uint256 publishTime;
    }

    /// @notice What was stored last, however old; reverts if nothing was.
    function getPriceUnsafe(bytes32 id) external view returns (PythPrice memory);

    /// @notice What `updatePriceFeeds` costs with these updates, wei.
    function getUpdateFee(bytes[] calldata updateData) external view returns (uint256);

    /// @notice Verifies updates and stores those newer than what is stored. Takes the fee; keeps what is sent beyond it.
    function updatePriceFeeds(bytes[] calldata updateData) external payable;
}
