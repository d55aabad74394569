// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGatewayEvents} from "../../../contracts/gateway/interfaces/IGatewayEvents.sol";
import {Destination} from "../../../contracts/gateway/interfaces/IGatewayTypes.sol";
import {Routes} from "../../../contracts/gateway/libraries/Routes.sol";
import {StatementCode} from "../../../contracts/gateway/libraries/StatementCode.sol";
import {AssetId, AssetIds} from "../../../contracts/shared/AssetId.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice What can't be brought about from outside: two texts with one handle, and more assets than there is place for.
contract RoutesTest is Cheats {
    using Routes for Routes.Map;

    bytes32 private constant CHAIN = keccak256("bip122:00");
    Routes.Map private _map;

    /// @dev The questions that `add` asks a token.
    function chain() external pure returns (bytes32) {
        return CHAIN;
    }

    function caip19() external pure returns (string memory) {
        return "bip122:00/slip44:2";
    }

    function register(address account, bytes calldata script) external returns (address) {
        return _map.register(account, CHAIN, script);
    }

    function add(AssetId asset) external {
        _map.add(asset, 8, 0);
    }

    function testFuzz_aHandleKeepsItsFirstText(address account, bytes calldata script, uint8 differs) external {
        if (account == address(0) || script.length == 0 || script.length > Routes.MAX_SCRIPT) return;
        _map.served[CHAIN] = true;
        address handle = StatementCode.handleOf(account, CHAIN, script);
        // As if another text had been found that has the same handle.
        Destination memory former = Destination(account, CHAIN, script);
        if (differs % 3 == 0) former.account = address(~uint160(account));
        else if (differs % 3 == 1) former.chain = ~CHAIN;
        else former.script = abi.encodePacked(script, uint8(0));
        if (former.account == address(0)) return;
        _map.destinations[handle] = former;
        vm.expectRevert(abi.encodeWithSelector(IGatewayEvents.Gateway_HandleTaken.selector, handle));
        this.register(account, script);
        _map.destinations[handle] = Destination(account, CHAIN, script);
        assertEq(this.register(account, script), handle);
    }

    function test_thereIsPlaceForSoManyAssets() external {
        AssetId asset = AssetIds.erc20(address(this));
        while (_map.assets.length < Routes.MAX_ASSETS - 1) _map.assets.push(asset);
        this.add(asset);
        assertEq(_map.rows[asset].place, Routes.MAX_ASSETS);
        delete _map.rows[asset];
        vm.expectRevert(abi.encodeWithSelector(IGatewayEvents.Gateway_TooManyAssets.selector, Routes.MAX_ASSETS));
        this.add(asset);
    }
}
