// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceRouter, Mode, Price} from "../../oracle/interfaces/IPriceRouter.sol";
import {AssetId} from "../../shared/AssetId.sol";
import {ICondition} from "../interfaces/ICondition.sol";

/// @title PriceLimit
/// @notice Met while a price that may be trusted is at a limit or beyond it, all of its spread, and was read inside a window.
///
/// Assumptions. Correctness: the router's. Liveness: a price that isn't NORMAL meets nothing.
contract PriceLimit is ICondition {
    /// @param limit US dollars for one whole token, 12 decimals.
    /// @param above Whether it is met at the limit and above, or at the limit and below.
    /// @param from Unix seconds: a price that was read before counts for nothing.
    /// @param until Unix seconds, this second included.
    struct Terms {
        AssetId asset;
        uint64 limit;
        bool above;
        uint40 from;
        uint40 until;
    }

    IPriceRouter private immutable _router;

    error PriceLimit_ZeroRouter();

    constructor(IPriceRouter router_) {
        if (address(router_) == address(0)) revert PriceLimit_ZeroRouter();
        _router = router_;
    }

    /// @inheritdoc ICondition
    /// @param terms `Terms`
    function check(bytes32, bytes calldata terms, bytes calldata) external view returns (bool) {
        Terms memory agreed = abi.decode(terms, (Terms));
        if (block.timestamp < agreed.from || block.timestamp > agreed.until) return false;
        Price memory price = _router.peek(agreed.asset);
        if (price.mode != Mode.NORMAL || price.readAt < agreed.from) return false;
        return agreed.above ? price.bid >= agreed.limit : price.ask <= agreed.limit;
    }

    function router() external view returns (address) {
        return address(_router);
    }
}
