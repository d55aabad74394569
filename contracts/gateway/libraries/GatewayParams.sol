// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SlidingWindow} from "../../policy/libraries/SlidingWindow.sol";
import {AssetId} from "../../shared/AssetId.sol";
import {ParamKeys} from "../../shared/ParamKeys.sol";
import {Params} from "../../shared/Params.sol";
import {Direction, IParams, ParamSpec} from "../../shared/interfaces/IParams.sol";
import {IGatewayEvents} from "../interfaces/IGatewayEvents.sol";

/// @title GatewayParams
/// @notice The gateway's rows of the parameter table: bounds and direction by kind.
library GatewayParams {
    /// @dev A delay is long enough for somebody to look, and nobody can be made to wait longer than 30 days by a number. What
    /// a payout must carry has no order: raised in a moment, it would trap small balances.
    function spec(bytes32 key) internal pure returns (ParamSpec memory) {
        uint8 kind = ParamKeys.kindOf(key);
        if (kind == ParamKeys.FOREIGN_CAP || kind == ParamKeys.FOREIGN_INSTANT || kind == ParamKeys.CHAIN_OUT) {
            return ParamSpec(0, uint64(SlidingWindow.MAX), Direction.DOWN);
        }
        if (kind == ParamKeys.FOREIGN_DELAY) return ParamSpec(1 hours, 30 days, Direction.UP);
        if (kind == ParamKeys.FOREIGN_WORTH) return ParamSpec(1, uint64(SlidingWindow.MAX), Direction.NONE);
        if (kind == ParamKeys.FOREIGN_LEAST) return ParamSpec(1, 1_000_000, Direction.NONE);
        revert IParams.Params_UnknownKey(key);
    }

    /// @notice Reverts unless all numbers of an asset and of its chain have been set.
    function requireSet(Params.Table storage table, AssetId asset, bytes32 chain) internal view {
        _requireSet(table, ParamKeys.ofAsset(ParamKeys.FOREIGN_CAP, asset));
        _requireSet(table, ParamKeys.ofAsset(ParamKeys.FOREIGN_INSTANT, asset));
        _requireSet(table, ParamKeys.ofAsset(ParamKeys.FOREIGN_WORTH, asset));
        _requireSet(table, ParamKeys.ofAsset(ParamKeys.FOREIGN_LEAST, asset));
        _requireSet(table, ParamKeys.ofChain(ParamKeys.FOREIGN_DELAY, chain));
        _requireSet(table, ParamKeys.ofChain(ParamKeys.CHAIN_OUT, chain));
    }

    function _requireSet(Params.Table storage table, bytes32 key) private view {
        if (table.rows[key].version == 0) revert IGatewayEvents.Gateway_ParameterMissing(key);
    }
}
