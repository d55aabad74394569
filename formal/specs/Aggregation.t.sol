// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Aggregation} from "../../contracts/oracle/libraries/Aggregation.sol";
import {MAX_SOURCES} from "../../contracts/oracle/libraries/OracleGas.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-ORA-1: with one faulty source of three valid ones mid lies within the honest range.
contract AggregationSpec is Spec {
    /// @notice Any three readings, the liar's place and its reading whatever: sure values of 8 bits, which are as good as any,
    /// since mid comes from comparisons alone; and bid and ask stand around it.
    function check_INV_ORA_1_oneLiarOfThree(uint8[3] calldata values, uint8 liar) external pure {
        (uint256 bid, uint256 mid, uint256 ask) = _aggregate(values, 0, 1, 2);
        assert(_and(_le(bid, mid), _le(mid, ask)));
        uint256 a = _pick(liar == 0, values[1], values[0]);
        uint256 b = _pick(liar == 2, values[1], values[2]);
        assert(_and(_le(_min(a, b), mid), _le(mid, _max(a, b))));
    }

    /// @notice The order in which sources are asked changes nothing: any three, turned.
    function check_INV_ORA_1_orderIsNoMatter(uint8[3] calldata values) external pure {
        (, uint256 mid,) = _aggregate(values, 0, 1, 2);
        (, uint256 same,) = _aggregate(values, 2, 0, 1);
        assert(mid == same);
    }

    /// @dev At a tolerance of 100 %, which decides nothing about mid.
    function _aggregate(uint8[3] calldata values, uint256 i, uint256 j, uint256 k)
        private
        pure
        returns (uint256 bid, uint256 mid, uint256 ask)
    {
        uint256[MAX_SOURCES] memory readings;
        vm.assume(_and(values[i] != 0, _and(values[j] != 0, values[k] != 0)));
        readings[0] = Aggregation.reading(values[i], 0);
        readings[1] = Aggregation.reading(values[j], 0);
        readings[2] = Aggregation.reading(values[k], 0);
        (bid, mid, ask,) = Aggregation.aggregate(readings, 3, 10_000);
    }
}
