// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TokenClass} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {FeeToken} from "../../../contracts/mocks/FeeToken.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {ReentrantToken} from "../../../contracts/mocks/ReentrantToken.sol";
import {UsdtLike} from "../../../contracts/mocks/UsdtLike.sol";
import {MockAggregator} from "../../../contracts/mocks/oracle/MockAggregator.sol";
import {IPriceRouter} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {AssetId, AssetIds} from "../../../contracts/shared/AssetId.sol";
import {Meter} from "./Meter.sol";
import {SeizableToken} from "./SeizableToken.sol";

/// @notice The assets, hostile ones among them, and their prices: three Chainlink feeds each, which a keeper refreshes as
/// long as they aren't sick.
abstract contract Market is Meter {
    uint256 internal constant ASSETS = 6;
    uint256 internal constant NATIVE = 0;
    uint256 internal constant COLD = 2;
    uint256 internal constant REENTRANT = 4;
    uint256 internal constant SEIZABLE = 5;

    struct Kit {
        AssetId id;
        address token;
        TokenClass class;
        uint8 decimals;
        uint8 tick;
        uint64 dollars;
        uint40 pushed;
        bool sick;
    }

    Kit[ASSETS] internal kits;
    MockAggregator[3][ASSETS] internal feeds;
    IPriceRouter internal router;
    uint80 private _round;

    function _openMarket(address oracleAdmin) internal {
        _kit(0, address(0), TokenClass.NATIVE, 18, 12, 2_000);
        _kit(1, address(new MockERC20("Plain", 18)), TokenClass.EXACT, 18, 15, 1);
        _kit(2, address(new UsdtLike()), TokenClass.EXACT, 6, 3, 1);
        _kit(3, address(new FeeToken(100)), TokenClass.FEE_TAKING, 18, 15, 2);
        _kit(REENTRANT, address(new ReentrantToken()), TokenClass.EXACT, 18, 15, 3);
        _kit(SEIZABLE, address(new SeizableToken()), TokenClass.EXACT, 18, 15, 1);
        for (uint256 k; k < ASSETS; ++k) {
            address[] memory sources = new address[](3);
            for (uint256 i; i < 3; ++i) {
                feeds[k][i] = new MockAggregator(8);
                sources[i] = ship(
                    "ChainlinkSource", abi.encode(feeds[k][i], bytes32(i + 1), 2 hours, 1e9, 1e18, address(0), 0)
                );
            }
            _keep(k);
            address set = ship("FeedSet", abi.encode(sources, 200));
            vm.prank(oracleAdmin);
            router.setFeedSet(kits[k].id, address(0), set);
        }
    }

    function _kit(uint256 k, address token, TokenClass class, uint8 decimals, uint8 tick, uint64 dollars) private {
        AssetId id = k == NATIVE ? AssetIds.native() : AssetIds.erc20(token);
        kits[k] = Kit(id, token, class, decimals, tick, dollars, 0, false);
    }

    /// @dev The keeper: fresh rounds within 1 % of the list price, unless the feeds are sick.
    function _keep(uint256 k) internal {
        if (kits[k].sick || (kits[k].pushed != 0 && kits[k].pushed + 1 hours > clock)) return;
        int256 answer = int256(uint256(kits[k].dollars) * 1e8 * (990 + _upTo(20)) / 1000);
        ++_round;
        for (uint256 i; i < 3; ++i) {
            feeds[k][i].push(_round, answer + int256(i), clock, clock);
        }
        kits[k].pushed = uint40(clock);
    }

    function _sicken(uint256 k) internal {
        kits[k].sick = true;
        kits[k].pushed = 0;
        for (uint256 i = _below(3); i < 3; ++i) {
            MockAggregator.Illness illness = MockAggregator.Illness(_upTo(5));
            if (illness == MockAggregator.Illness.RAW) feeds[k][i].setRaw(hex"0102");
            else if (illness == MockAggregator.Illness.NONE) feeds[k][i].push(++_round, -1, clock, clock);
            else feeds[k][i].fallIll(illness);
        }
    }

    /// @dev Raw units worth about this many cents at the list price.
    function _worth(uint256 k, uint256 cents) internal view returns (uint256) {
        return cents * 10 ** kits[k].decimals / (uint256(kits[k].dollars) * 100);
    }

    function _held(uint256 k, address who) internal view returns (uint256) {
        return k == NATIVE ? who.balance : MockERC20(kits[k].token).balanceOf(who);
    }

    function _give(uint256 k, address who, uint256 amount) internal {
        if (k == NATIVE) vm.deal(who, who.balance + amount);
        else MockERC20(kits[k].token).mint(who, amount);
    }
}
