// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {Kind} from "../custody/interfaces/IVaultTypes.sol";
import {IPriceRouter, Mode} from "../oracle/interfaces/IPriceRouter.sol";
import {SlidingWindow} from "../policy/libraries/SlidingWindow.sol";
import {AssetId} from "../shared/AssetId.sol";
import {Parametrised} from "../shared/Parametrised.sol";
import {Params} from "../shared/Params.sol";
import {Units} from "../shared/Units.sol";
import {IParams, ParamSpec} from "../shared/interfaces/IParams.sol";
import {IPaymentRules} from "./interfaces/IPaymentRules.sol";
import {PaymentLimits} from "./libraries/PaymentLimits.sol";

/// @title PaymentRules
/// @notice Who may open new positions in the payment apps: see `IPaymentRules`.
/// @dev Not upgradeable.
contract PaymentRules is IPaymentRules, Parametrised, AccessManaged {
    using PaymentLimits for PaymentLimits.Digests;

    uint256 private constant _PERIOD = 1 days;

    IVault private immutable _vault;
    IPriceRouter private immutable _router;
    Params.Table private _table;
    PaymentLimits.Digests private _limits;
    mapping(address subject => uint256 window) private _volumes;

    /// @param authority The AccessManager.
    /// @param router Prices of volumes.
    constructor(address authority, IVault vault_, IPriceRouter router) AccessManaged(authority) {
        if (authority == address(0) || address(vault_) == address(0) || address(router) == address(0)) {
            revert PaymentRules_ZeroAddress();
        }
        (_vault, _router) = (vault_, router);
    }

    /// @inheritdoc IPaymentRules
    function admit(address payer, uint256 features, AssetId[] calldata assets, uint112[] calldata amounts) external {
        (address subject, uint8 tier) = _vault.standingOf(payer);
        (uint256 open, uint256 volume) = _limits.inForce(_table, tier);
        // Check
        if (features & ~open != 0) revert PaymentRules_FeatureClosed(subject, tier, features & ~open);
        if (volume == SlidingWindow.MAX) return;
        // Who counted what it likes could use up a stranger's volume.
        if (_vault.accountOf(msg.sender).kind != Kind.APP) revert PaymentRules_NotAnApp(msg.sender);
        uint256 cents;
        for (uint256 i; i < assets.length; ++i) {
            cents += _worthUp(assets[i], amounts[i]);
        }
        uint256 window = _volumes[subject];
        (bool fits, uint256 next) = SlidingWindow.charge(window, _PERIOD, block.timestamp, cents, volume);
        if (!fits) {
            revert PaymentRules_VolumeReached(
                subject,
                cents,
                SlidingWindow.room(window, _PERIOD, block.timestamp, volume),
                SlidingWindow.fitsFrom(window, _PERIOD, block.timestamp, cents, volume)
            );
        }
        // Effect
        _volumes[subject] = next;
        emit VolumeCounted(subject, cents, next);
    }

    // ---- parameters ----

    /// @inheritdoc IParams
    function tighten(bytes32 key, uint64 value) external restricted {
        _tighten(key, value);
        _limits.refresh(_table);
    }

    /// @inheritdoc IParams
    function set(bytes32 key, uint32 expectedVersion, uint40 validUntil, uint64 value) external restricted {
        _set(key, expectedVersion, validUntil, value);
        _limits.refresh(_table);
    }

    // ---- views ----

    /// @inheritdoc IPaymentRules
    function limitsOf(uint8 tier) external view returns (uint256 features, uint256 volume) {
        return _limits.inForce(_table, tier);
    }

    /// @inheritdoc IPaymentRules
    function allowanceOf(address account)
        external
        view
        returns (address subject, uint8 tier, uint256 features, uint256 room)
    {
        (subject, tier) = _vault.standingOf(account);
        (features, room) = _limits.inForce(_table, tier);
        if (room != SlidingWindow.MAX) {
            room = SlidingWindow.room(_volumes[subject], _PERIOD, block.timestamp, room);
        }
    }

    /// @inheritdoc IPaymentRules
    function volumeOf(address subject) external view returns (uint256 window) {
        return _volumes[subject];
    }

    /// @inheritdoc IPaymentRules
    function vault() external view returns (address) {
        return address(_vault);
    }

    /// @inheritdoc IPaymentRules
    function priceRouter() external view returns (address) {
        return address(_router);
    }

    // ---- inside ----

    /// @dev At ask, in cents.
    function _worthUp(AssetId asset, uint256 amount) private view returns (uint256) {
        (uint256 price, Mode mode) = _router.ask(asset);
        if (mode != Mode.NORMAL) revert PaymentRules_NoPrice(asset);
        return Units.centsUp(amount, price, _vault.assetOf(asset).decimals);
    }

    function _params() internal view override returns (Params.Table storage) {
        return _table;
    }

    function _spec(bytes32 key) internal pure override returns (ParamSpec memory) {
        return PaymentLimits.spec(key);
    }
}
