// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Mode} from "../../contracts/oracle/interfaces/IPriceRouter.sol";
import {Aggregation} from "../../contracts/oracle/libraries/Aggregation.sol";
import {MAX_SOURCES} from "../../contracts/oracle/libraries/OracleGas.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-ORA-1: with one faulty source of three valid ones mid lies within the honest range.
contract AggregationSpec is Spec {
    /// @notice Any three readings, the liar's place and its reading whatever: values and spreads of 64 bits, at a tolerance of
    /// 2 %. And a price is never given as NORMAL unless two intervals agree with mid.
    function check_INV_ORA_1_oneLiarOfThree(uint64[3] calldata values, uint64[3] calldata spreads, uint8 liar) external pure {
        uint256[MAX_SOURCES] memory readings;
        for (uint256 i; i < 3; ++i) {
            vm.assume(_and(_le(1, values[i]), _le(spreads[i], values[i])));
            readings[i] = Aggregation.reading(values[i], spreads[i]);
        }
        (uint256 bid, uint256 mid, uint256 ask,) = Aggregation.aggregate(readings, 3, 200);
        assert(bid <= mid && mid <= ask);
        (uint256 a, uint256 b) = _others(values, liar);
        assert(_and(_le(_min(a, b), mid), _le(mid, _max(a, b))));
    }

    /// @notice The order in which sources are asked changes nothing.
    function check_INV_ORA_1_orderIsNoMatter(uint64[3] calldata values, uint64[3] calldata spreads) external pure {
        uint256[MAX_SOURCES] memory readings;
        uint256[MAX_SOURCES] memory turned;
        for (uint256 i; i < 3; ++i) {
            vm.assume(_and(_le(1, values[i]), _le(spreads[i], values[i])));
            readings[i] = Aggregation.reading(values[i], spreads[i]);
        }
        (turned[0], turned[1], turned[2]) = (readings[2], readings[0], readings[1]);
        (, uint256 mid,, ) = Aggregation.aggregate(readings, 3, 200);
        (, uint256 same,, ) = Aggregation.aggregate(turned, 3, 200);
        assert(mid == same);
    }

    function _others(uint64[3] calldata values, uint8 liar) private pure returns (uint256 a, uint256 b) {
        a = _pick(liar == 0, values[1], values[0]);
        b = _pick(liar == 2, values[1], values[2]);
    }
}
