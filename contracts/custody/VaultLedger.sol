// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC6909Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC6909/ERC6909Upgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAuditRecord} from "../governance/interfaces/IAuditRecord.sol";
import {AssetId} from "../shared/AssetId.sol";
import {IApp} from "./interfaces/IApp.sol";
import {IVaultCore} from "./interfaces/IVaultCore.sol";
import {IVaultEvents} from "./interfaces/IVaultEvents.sol";
import {Kind, TokenClass} from "./interfaces/IVaultTypes.sol";
import {Assets} from "./libraries/Assets.sol";
import {Balances} from "./libraries/Balances.sol";
import {Act} from "./libraries/Guard.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {VaultAssets} from "./libraries/VaultAssets.sol";
import {VaultLayout} from "./libraries/VaultLayout.sol";
import {VaultNamespace} from "./VaultNamespace.sol";

/// @title VaultLedger
/// @notice Deposits, the ERC-6909 face and `callWith`. Ledger verbs are effects-first and lock-free, so that apps can pay
/// inside their hook; the lock covers verbs that touch tokens.
abstract contract VaultLedger is IVaultCore, IVaultEvents, ERC6909Upgradeable, ReentrancyGuardTransient {
    using Assets for VaultNamespace.Packed;
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
        VaultNamespace.Packed storage row = VaultLayout.slots().assets[asset];
        uint256 a = row.load();
        TokenClass class = a.class();
        // Check
        if (to == address(0)) revert Vault_ZeroAddress();
        if (amount == 0) revert Vault_ZeroAmount();
        if (class == TokenClass.UNLISTED) revert Vault_NotListed(asset);
        if (a.windingDown()) revert Vault_WindingDown(asset);
        uint256 value = class == TokenClass.NATIVE ? amount : 0;
        if (msg.value != value) revert Vault_WrongValue(msg.value, value);
        // Interaction: first, as only what arrives is credited. The lock is on, and a ledger verb called from inside
        // moves claims only, which changes neither side of the difference.
        credited = class == TokenClass.NATIVE ? amount : _pull(asset, class, amount);
        // Check: on the slot as it is now, as a token that calls back may have settled other claims meanwhile.
        a = row.load();
        uint256 most = VaultAssets.room(_auditRecord(), asset, a);
        if (credited > most) revert Vault_CapReached(asset, most);
        // Effect
        a = a.owe(credited);
        row.store(a);
        uint256 word = Ledger.credit(to, asset, credited, a.freshHours(), a.freshStep());
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

    /// @inheritdoc IVaultCore
    function standingOf(address account) external view returns (address subject, uint8 tier) {
        uint256 a;
        uint256 s;
        (subject, a, s) = VaultLayout.member(account);
        if (block.timestamp >= VaultLayout.instantFromIn(a)) tier = VaultLayout.tierIn(s);
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
            Ledger.move(owner, app, assets[i], amounts[i]);
        }
        // Interaction: a registered app's fixed hook, never an arbitrary call.
        IApp(app).onVaultCall(owner, assets, amounts, data);
    }

    /// @dev Behind `transfer` and `transferFrom`, and signed transfers.
    function _update(address from, address to, uint256 id, uint256 amount) internal override {
        // Check
        VaultLayout.allow(Act.TRANSFER, from);
        // Effect
        Ledger.move(from, to, AssetId.wrap(id), amount);
    }

    /// @dev Says how much the Vault may hold while its code isn't covered by an audit.
    function _auditRecord() internal view virtual returns (IAuditRecord);

    // ---- the only pull of tokens ----

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
}
