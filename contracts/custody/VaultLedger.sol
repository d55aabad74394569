// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC6909Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC6909/ERC6909Upgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {AssetId, AssetIds} from "../shared/AssetId.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {Params} from "../shared/Params.sol";
import {Units} from "../shared/Units.sol";
import {IApp} from "./interfaces/IApp.sol";
import {IVaultCore} from "./interfaces/IVaultCore.sol";
import {IVaultEvents} from "./interfaces/IVaultEvents.sol";
import {Asset, Kind, TokenClass} from "./interfaces/IVaultTypes.sol";
import {Assets} from "./libraries/Assets.sol";
import {Balances} from "./libraries/Balances.sol";
import {Act} from "./libraries/Guard.sol";
import {VaultAssets} from "./libraries/VaultAssets.sol";
import {VaultLayout} from "./libraries/VaultLayout.sol";

/// @title VaultLedger
/// @notice Deposits, the ERC-6909 face and `callWith`; the only code that writes balances (`_credit`, `_debit`) or pushes
/// tokens (`_pay`). Ledger verbs are effects-first and lock-free, so that apps can pay inside their hook; the lock covers
/// verbs that touch tokens.
abstract contract VaultLedger is IVaultCore, IVaultEvents, ERC6909Upgradeable, ReentrancyGuardTransient {
    using Assets for Asset;
    using Assets for uint256;
    using Balances for uint256;
    using Params for Params.Table;
    using SafeERC20 for IERC20;

    // ---- money in ----

    function deposit(AssetId asset, uint256 amount, address to)
        external
        payable
        nonReentrant
        returns (uint256 credited)
    {
        uint256 a = VaultLayout.slots().assets[asset].load();
        TokenClass class = a.class();
        // Check
        if (to == address(0)) revert Vault_ZeroAddress();
        if (amount == 0) revert Vault_ZeroAmount();
        if (class == TokenClass.UNLISTED) revert Vault_NotListed(asset);
        uint256 value = class == TokenClass.NATIVE ? amount : 0;
        if (msg.value != value) revert Vault_WrongValue(msg.value, value);
        // Interaction: first, as only what arrives is credited. The lock is on, and a ledger verb called from inside
        // moves claims only, which changes neither side of the difference.
        credited = class == TokenClass.NATIVE ? amount : _pull(asset, class, amount);
        // Check: on the slot as it is now, as a token that calls back may have settled other claims meanwhile.
        a = VaultLayout.slots().assets[asset].load();
        uint256 most = _room(asset, a);
        if (credited > most) revert Vault_CapReached(asset, most);
        // Effect
        a = a.owe(credited);
        VaultLayout.slots().assets[asset].store(a);
        uint256 word = _credit(to, asset, credited, Units.freshStep(a.tickExponent()));
        emit Transfer(msg.sender, address(0), to, asset.raw(), credited);
        emit Deposited(asset, to, msg.sender, credited, word, a);
    }

    function room(AssetId asset) external view returns (uint256) {
        uint256 a = VaultLayout.slots().assets[asset].load();
        return a.class() == TokenClass.UNLISTED ? 0 : _room(asset, a);
    }

    function _room(AssetId asset, uint256 a) private view returns (uint256) {
        uint256 ticks = VaultLayout.slots().params.inForce(ParamKeys.ofAsset(ParamKeys.HOLDINGS_CAP, asset));
        uint256 cap = ticks * Units.tick(a.tickExponent());
        if (cap > Balances.MAX_TOTAL) cap = Balances.MAX_TOTAL;
        return cap > a.liabilities() ? cap - a.liabilities() : 0;
    }

    function holdings(AssetId asset) public view returns (uint256) {
        return VaultAssets.holdings(asset);
    }

    // ---- the ledger ----

    /// @inheritdoc IERC6909
    function balanceOf(address owner, uint256 id)
        public
        view
        override(ERC6909Upgradeable, IERC6909)
        returns (uint256)
    {
        return VaultLayout.slots().balances[owner][AssetId.wrap(id)].total();
    }

    function callWith(address app, AssetId[] calldata assets, uint112[] calldata amounts, bytes calldata data)
        external
    {
        _callWith(msg.sender, app, assets, amounts, data);
    }

    function _callWith(
        address owner,
        address app,
        AssetId[] memory assets,
        uint112[] memory amounts,
        bytes memory data
    ) internal {
        Kind kind = VaultLayout.slots().accounts[app].kind;
        // Check
        if (kind == Kind.USER) revert Vault_NotAnApp(app);
        if (kind == Kind.RETIRED) revert Vault_AppTakesNoPositions(app);
        if (assets.length != amounts.length) revert Vault_LengthsDiffer(assets.length, amounts.length);
        VaultLayout.allow(Act.CALL, owner, 0, false);
        // Effect
        for (uint256 i; i < assets.length; ++i) {
            _move(owner, app, assets[i], amounts[i]);
        }
        // Interaction: a registered app's fixed hook, never an arbitrary call.
        IApp(app).onVaultCall(owner, assets, amounts, data);
    }

    /// @dev Behind `transfer` and `transferFrom`, and signed transfers.
    function _update(address from, address to, uint256 id, uint256 amount) internal override {
        // Check
        VaultLayout.allow(Act.TRANSFER, from, 0, false);
        // Effect
        _move(from, to, AssetId.wrap(id), amount);
    }

    function _move(address from, address to, AssetId asset, uint256 amount) private {
        uint256 step = Units.freshStep(VaultLayout.slots().assets[asset].tickExponent);
        uint256 fromWord = _debit(from, asset, amount, step);
        uint256 toWord = _credit(to, asset, amount, step);
        // A move onto itself has one slot.
        if (from == to) fromWord = toWord;
        emit Transfer(msg.sender, from, to, asset.raw(), amount);
        emit Moved(asset, from, to, fromWord, toWord);
    }

    // ---- the only writers of balances ----

    function _credit(address to, AssetId asset, uint256 amount, uint256 step) internal returns (uint256 word) {
        // Check: the Vault's own account could never spend it.
        if (to == address(this)) revert Vault_BadRecipient(to);
        // Effect
        mapping(AssetId => uint256) storage row = VaultLayout.slots().balances[to];
        word = row[asset].credit(amount, block.timestamp, VaultLayout.freshHours(), step);
        row[asset] = word;
    }

    function _debit(address from, AssetId asset, uint256 amount, uint256 step) internal returns (uint256 word) {
        mapping(AssetId => uint256) storage row = VaultLayout.slots().balances[from];
        word = row[asset];
        // Check
        if (word.total() < amount) {
            revert ERC6909InsufficientBalance(from, word.total(), amount, asset.raw());
        }
        // Effect
        word = word.debit(amount, block.timestamp, step);
        row[asset] = word;
    }

    // ---- the only movers of tokens ----

    /// @dev Takes tokens from the caller and measures what arrived.
    function _pull(AssetId asset, TokenClass class, uint256 amount) private returns (uint256 received) {
        IERC20 token = IERC20(asset.token());
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 afterwards = token.balanceOf(address(this));
        received = afterwards > before ? afterwards - before : 0;
        if (received == 0) revert Vault_NothingReceived(asset);
        if (class == TokenClass.EXACT ? received != amount : received > amount) {
            revert Vault_ReceivedDiffers(asset, amount, received);
        }
    }

    /// @dev Pushes exactly `amount` out of the Vault; anything else reverts and leaves the claim payable.
    function _pay(AssetId asset, address to, uint256 amount) internal {
        if (asset.eq(AssetIds.native())) {
            bool ok;
            assembly ("memory-safe") {
                // No returndata is copied, so the recipient can't make it expensive.
                ok := call(gas(), to, amount, 0, 0, 0, 0)
            }
            if (!ok) revert Vault_PushFailed(to);
            return;
        }
        IERC20 token = IERC20(asset.token());
        uint256 before = token.balanceOf(address(this));
        token.safeTransfer(to, amount);
        uint256 afterwards = token.balanceOf(address(this));
        uint256 paid = before > afterwards ? before - afterwards : 0;
        if (paid != amount) revert Vault_PaidDiffers(asset, amount, paid);
    }
}
