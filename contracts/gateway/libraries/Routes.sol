// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {IForeignAsset} from "../interfaces/IForeignAsset.sol";
import {IGatewayEvents} from "../interfaces/IGatewayEvents.sol";
import {Destination, ForeignRow} from "../interfaces/IGatewayTypes.sol";
import {StatementCode} from "./StatementCode.sol";

/// @title Routes
/// @notice The state slice of which assets and chains are served, where handles lead, and which chains are halted.
library Routes {
    uint256 internal constant MAX_ASSETS = 256;

    /// @dev Taproot's scripts have 34 bytes; what other chains call an address has fewer than 128.
    uint256 internal constant MAX_SCRIPT = 128;

    struct Map {
        mapping(AssetId asset => ForeignRow) rows;
        mapping(bytes32 chain => bool) served;
        mapping(address handle => Destination) destinations;
        mapping(bytes32 chain => bytes32 messageId) halts;
        mapping(bytes32 chain => mapping(bytes32 messageId => bool)) shown;
        AssetId[] assets;
    }

    // ---- assets ----

    function add(Map storage self, AssetId asset, uint8 decimals, uint8 tickExponent) internal {
        IForeignAsset token = IForeignAsset(asset.token());
        // Check
        if (self.rows[asset].token != address(0)) revert IGatewayEvents.Gateway_KnownAsset(asset);
        if (self.assets.length == MAX_ASSETS) revert IGatewayEvents.Gateway_TooManyAssets(MAX_ASSETS);
        bytes32 chain = token.chain();
        // Effect
        self.assets.push(asset);
        self.rows[asset] = ForeignRow(address(token), uint16(self.assets.length), decimals, tickExponent, chain);
        self.served[chain] = true;
        emit IGatewayEvents.ForeignAssetAdded(asset, chain, address(token), token.caip19());
    }

    /// @notice The record of an asset that is served.
    function rowOf(Map storage self, AssetId asset) internal view returns (ForeignRow memory row) {
        row = self.rows[asset];
        if (row.token == address(0)) revert IGatewayEvents.Gateway_UnknownAsset(asset);
    }

    function requireServed(Map storage self, bytes32 chain) internal view {
        if (!self.served[chain]) revert IGatewayEvents.Gateway_UnknownChain(chain);
    }

    // ---- handles ----

    /// @notice Keeps a handle's text: first come, for good. Nobody can prepare two texts of one handle and choose later.
    /// @param account Not zero: an empty record is a handle that nobody registered.
    function register(Map storage self, address account, bytes32 chain, bytes calldata script)
        internal
        returns (address handle)
    {
        // Check
        requireServed(self, chain);
        if (script.length == 0 || script.length > MAX_SCRIPT) {
            revert IGatewayEvents.Gateway_BadScript(script.length, MAX_SCRIPT);
        }
        handle = StatementCode.handleOf(account, chain, script);
        Destination storage known = self.destinations[handle];
        if (known.account != address(0)) {
            bool same = known.account == account && known.chain == chain && keccak256(known.script) == keccak256(script);
            if (!same) revert IGatewayEvents.Gateway_HandleTaken(handle);
            return handle;
        }
        // Effect
        self.destinations[handle] = Destination(account, chain, script);
        emit IGatewayEvents.DestinationRegistered(handle, account, chain, script);
    }

    /// @notice The text behind a handle that is registered.
    function destination(Map storage self, address handle) internal view returns (Destination storage found) {
        found = self.destinations[handle];
        if (found.account == address(0)) revert IGatewayEvents.Gateway_UnknownHandle(handle);
    }

    // ---- halts ----

    function requireRunning(Map storage self, bytes32 chain) internal view {
        bytes32 messageId = self.halts[chain];
        if (messageId != 0) revert IGatewayEvents.Gateway_ChainHalted(chain, messageId);
    }

    /// @notice Halts a chain that may be halted already. A message does so once, or what is resumed were halted again by what
    /// everybody has seen.
    function halt(Map storage self, bytes32 chain, bytes32 messageId, bytes32 contentA, bytes32 contentB) internal {
        // Check
        requireServed(self, chain);
        if (contentA == contentB || messageId == 0) revert IGatewayEvents.Gateway_NoEquivocation(messageId);
        if (self.shown[chain][messageId]) revert IGatewayEvents.Gateway_ShownAlready(chain, messageId);
        // Effect
        self.shown[chain][messageId] = true;
        self.halts[chain] = messageId;
        emit IGatewayEvents.EquivocationProven(chain, messageId, contentA, contentB);
    }

    function resume(Map storage self, bytes32 chain, bytes32 messageId) internal {
        // Check
        if (messageId == 0 || self.halts[chain] != messageId) {
            revert IGatewayEvents.Gateway_NotHalted(chain, messageId);
        }
        // Effect
        self.halts[chain] = 0;
        emit IGatewayEvents.ChainResumed(chain);
    }
}
