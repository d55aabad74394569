// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Mode, Price} from "../oracle/interfaces/IPriceRouter.sol";
import {AssetId} from "../shared/AssetId.sol";

/// @notice The views that others ask of the router. HALT until a price is set; can be told to revert.
contract MockPriceRouter {
    mapping(AssetId asset => Price) private _prices;
    bool public reverts;

    error MockPriceRouter_Down();

    /// @param mid US dollars for one whole token, 12 decimals; bid and ask are the same.
    function setPrice(AssetId asset, uint64 mid, Mode mode) external {
        _prices[asset] = Price(mid, mid, mid, mode, 7, uint40(block.timestamp));
    }

    function setWholePrice(AssetId asset, Price calldata price) external {
        _prices[asset] = price;
    }

    function setReverts(bool reverts_) external {
        reverts = reverts_;
    }

    function ask(AssetId asset) external view returns (uint256, Mode) {
        if (reverts) revert MockPriceRouter_Down();
        return (_prices[asset].ask, _prices[asset].mode);
    }

    function peek(AssetId asset) external view returns (Price memory) {
        if (reverts) revert MockPriceRouter_Down();
        return _prices[asset];
    }
}
