// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {Asset, TokenClass} from "../custody/interfaces/IVaultTypes.sol";
import {AssetId} from "../shared/AssetId.sol";
import {Parametrised} from "../shared/Parametrised.sol";
import {Params} from "../shared/Params.sol";
import {IParams, ParamSpec} from "../shared/interfaces/IParams.sol";
import {GatewayBase} from "./GatewayBase.sol";
import {GatewayDeposits} from "./GatewayDeposits.sol";
import {GatewayPayouts} from "./GatewayPayouts.sol";
import {ICommittee, Statement} from "./interfaces/ICommittee.sol";
import {IForeignAsset} from "./interfaces/IForeignAsset.sol";
import {IGateway} from "./interfaces/IGateway.sol";
import {ForeignRow} from "./interfaces/IGatewayTypes.sol";
import {GatewayParams} from "./libraries/GatewayParams.sol";
import {Routes} from "./libraries/Routes.sol";

/// @title Gateway
/// @notice Between the Vault's ledger and other chains: see `IGateway`.
/// @dev Not upgradeable: replaced by a successor. Calls the Vault, its own tokens, its committee and its predecessor, and
/// nobody else, after its own effects.
contract Gateway is GatewayDeposits, GatewayPayouts, Parametrised {
    using GatewayParams for Params.Table;
    using Routes for Routes.Map;
    using SafeERC20 for IForeignAsset;

    /// @param authority_ The AccessManager.
    /// @param predecessor_ The gateway that this one replaces; zero for the first.
    constructor(address authority_, IVault vault_, ICommittee committee_, IGateway predecessor_)
        GatewayBase(authority_, vault_, committee_, predecessor_)
    {}

    /// @inheritdoc IGateway
    function addAsset(AssetId asset) external restricted {
        IForeignAsset token = IForeignAsset(asset.token());
        Asset memory listed = _vault.assetOf(asset);
        // Check
        _requireInOffice();
        if (listed.class != TokenClass.EXACT) revert Gateway_NotListed(asset);
        if (token.gateway() != address(this) || token.vault() != address(_vault)) revert Gateway_NotOurs(address(token));
        _table.requireSet(asset, token.chain());
        // Effect
        _routes.add(asset, listed.decimals, listed.tickExponent);
        // Interaction: the Vault pulls what is minted here.
        token.forceApprove(address(_vault), type(uint256).max);
    }

    /// @inheritdoc IGateway
    function proveEquivocation(
        bytes32 chain,
        bytes32 messageId,
        bytes32 contentA,
        bytes calldata proofA,
        bytes32 contentB,
        bytes calldata proofB
    ) external {
        // Check
        _committee.verify(Statement(chain, messageId, contentA), proofA);
        _committee.verify(Statement(chain, messageId, contentB), proofB);
        // Effect
        _routes.halt(chain, messageId, contentA, contentB);
    }

    /// @inheritdoc IGateway
    function resume(bytes32 chain, bytes32 messageId) external restricted {
        _routes.resume(chain, messageId);
    }

    /// @inheritdoc IGateway
    function succeed(address successor_) external restricted {
        // Check
        _requireInOffice();
        bool fits = successor_.code.length != 0 && IGateway(successor_).predecessor() == address(this)
            && IGateway(successor_).vault() == address(_vault);
        if (!fits) revert Gateway_NotASuccessor(successor_);
        // Effect
        _successor = successor_;
        emit GatewaySucceeded(successor_);
        // Interaction: its own tokens.
        AssetId[] memory all = _routes.assets;
        for (uint256 i; i < all.length; ++i) {
            IForeignAsset(all[i].token()).replaceGateway(successor_);
        }
    }

    // ---- parameters ----

    /// @inheritdoc IParams
    function tighten(bytes32 key, uint64 value) external restricted {
        _tighten(key, value);
    }

    /// @inheritdoc IParams
    function set(bytes32 key, uint32 expectedVersion, uint40 validUntil, uint64 value) external restricted {
        _set(key, expectedVersion, validUntil, value);
    }

    // ---- views ----

    /// @inheritdoc IGateway
    function isOpen(bytes32 chain) external view returns (bool) {
        return _routes.halts[chain] == 0 && block.timestamp >= _heldUntil(chain);
    }

    /// @inheritdoc IGateway
    function haltOf(bytes32 chain) external view returns (bytes32 messageId) {
        return _routes.halts[chain];
    }

    /// @inheritdoc IGateway
    function foreignOf(AssetId asset) external view returns (ForeignRow memory) {
        return _routes.rows[asset];
    }

    /// @inheritdoc IGateway
    function foreignAssets() external view returns (AssetId[] memory) {
        return _routes.assets;
    }

    /// @inheritdoc IGateway
    function vault() external view returns (address) {
        return address(_vault);
    }

    /// @inheritdoc IGateway
    function committee() external view returns (address) {
        return address(_committee);
    }

    /// @inheritdoc IGateway
    function predecessor() external view returns (address) {
        return address(_predecessor);
    }

    /// @inheritdoc IGateway
    function successor() external view returns (address) {
        return _successor;
    }

    /// @inheritdoc IGateway
    function MAX_ASSETS() external pure returns (uint256) {
        return Routes.MAX_ASSETS;
    }

    // ---- inside ----

    function _params() internal view override returns (Params.Table storage) {
        return _table;
    }

    function _spec(bytes32 key) internal pure override returns (ParamSpec memory) {
        return GatewayParams.spec(key);
    }
}
