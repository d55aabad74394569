// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC6909Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC6909/ERC6909Upgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {AssetId, AssetIds} from "../shared/AssetId.sol";
import {IApp} from "./interfaces/IApp.sol";
import {IVaultCore} from "./interfaces/IVaultCore.sol";
import {IVaultEvents} from "./interfaces/IVaultEvents.sol";
import {Asset, Kind, TokenClass} from "./interfaces/IVaultTypes.sol";
import {Assets} from "./libraries/Assets.sol";
import {Balances} from "./libraries/Balances.sol";
import {Act} from "./libraries/Guard.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {VaultAssets} from "./libraries/VaultAssets.sol";
import {VaultLayout} from "./libraries/VaultLayout.sol";
import {VaultNamespace} from "./VaultNamespace.sol";

/// @title VaultLedger
/// @notice Deposits, the ERC-6909 face and `callWith`; the only code that writes balances (`_credit`, `_debit`) or pushes
/// tokens (`_pay`). Ledger verbs are effects-first and lock-free, so that apps can pay inside their hook; the lock covers
/// verbs that touch tokens.
abstract contract VaultLedger is IVaultCore, IVaultEvents, ERC6909Upgradeable, ReentrancyGuardTransient {
    using Assets for Asset;
    using Assets for uint256;
    using Balances for uint256;
    using SafeERC20 for IERC20;

    // ---- money in ----

    function deposit(AssetId asset, uint256 amount, address to)
        external
        payable
        nonReentrant
        returns (uint256 credited)
    {
        Asset storage row = VaultLayout.slots().assets[asset];
        uint256 a = row.load();
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
        a = row.load();
        uint256 most = VaultAssets.room(asset, a);
        if (credited > most) revert Vault_CapReached(asset, most);
        // Effect
        a = a.owe(credited);
        row.store(a);
        uint256 word = _credit(to, asset, credited, a.freshHours(), a.freshStep());
        emit Transfer(msg.sender, address(0), to, asset.raw(), credited);
        emit Deposited(asset, to, msg.sender, credited, word, a);
    }

    // ---- the ledger ----

    /// @inheritdoc IERC6909
    function balanceOf(address owner, uint256 id)
        public
        view
        override(ERC6909Upgradeable, IERC6909)
        returns (uint256)
    {
        return VaultLayout.slots().balances[owner][AssetId.wrap(id)].word.total();
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
        VaultLayout.allow(Act.CALL, owner);
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
        VaultLayout.allow(Act.TRANSFER, from);
        // Effect
        _move(from, to, AssetId.wrap(id), amount);
    }

    function _move(address from, address to, AssetId asset, uint256 amount) private {
        uint256 a = VaultLayout.slots().assets[asset].load();
        uint256 step = a.freshStep();
        (, uint256 fromWord) = _debit(from, asset, amount, step);
        uint256 toWord = _credit(to, asset, amount, a.freshHours(), step);
        // A move onto itself has one slot.
        if (from == to) fromWord = toWord;
        emit Transfer(msg.sender, from, to, asset.raw(), amount);
        emit Moved(fromWord, toWord);
    }

    // ---- the only writers of balances ----

    function _credit(address to, AssetId asset, uint256 amount, uint256 freshHours, uint256 step)
        internal
        returns (uint256 word)
    {
        // Check: the Vault's own account could never spend it.
        if (to == address(this)) revert Vault_BadRecipient(to);
        // Effect
        VaultNamespace.Packed storage balance = VaultLayout.slots().balances[to][asset];
        word = balance.word.credit(amount, block.timestamp, freshHours, step);
        balance.word = word;
    }

    /// @return before The balance's slot as it was.
    /// @return word And as it is now.
    function _debit(address from, AssetId asset, uint256 amount, uint256 step)
        internal
        returns (uint256 before, uint256 word)
    {
        VaultNamespace.Packed storage balance = VaultLayout.slots().balances[from][asset];
        before = balance.word;
        // Check
        if (amount > before.total()) {
            revert ERC6909InsufficientBalance(from, before.total(), amount, asset.raw());
        }
        // Effect
        word = before.debit(amount, block.timestamp, step);
        balance.word = word;
    }

    // ---- the only movers of tokens ----

    /// @dev Takes tokens from the caller and measures what arrived.
    function _pull(AssetId asset, TokenClass class, uint256 amount) private returns (uint256 received) {
        address token = asset.token();
        uint256 before = Tokens.held(token);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 afterwards = Tokens.held(token);
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
        address token = asset.token();
        uint256 before = Tokens.held(token);
        IERC20(token).safeTransfer(to, amount);
        uint256 afterwards = Tokens.held(token);
        uint256 paid = before > afterwards ? before - afterwards : 0;
        if (paid != amount) revert Vault_PaidDiffers(asset, amount, paid);
    }
}
