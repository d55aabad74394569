// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The model of limits on instant exits: every charge with its time; a trailing day is summed up one by one.
abstract contract Usage {
    struct Charged {
        uint128 time;
        uint128 amount;
    }

    mapping(bytes32 window => Charged[]) private _charges;

    /// @dev Records a charge.
    /// @return sum What the trailing day holds with it, both ends included.
    function _charge(bytes32 window, uint256 amount) internal returns (uint256 sum) {
        _charges[window].push(Charged(uint128(block.timestamp), uint128(amount)));
        return _trailing(window);
    }

    function _trailing(bytes32 window) internal view returns (uint256 sum) {
        Charged[] storage list = _charges[window];
        for (uint256 i = list.length; i > 0; --i) {
            Charged memory c = list[i - 1];
            if (c.time + 1 days < block.timestamp) break;
            sum += c.amount;
        }
    }
}
