// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC6909Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC6909/ERC6909Upgradeable.sol";
import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {AssetId} from "../../shared/AssetId.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";
import {VaultNamespace} from "../VaultNamespace.sol";
import {Assets} from "./Assets.sol";
import {Balances} from "./Balances.sol";
import {VaultLayout} from "./VaultLayout.sol";

/// @title Ledger
/// @notice The only writer of balances. Checks no caller and no state but the balance itself: the verbs do.
library Ledger {
    using Assets for VaultNamespace.Packed;
    using Assets for uint256;
    using Balances for uint256;

    /// @notice Adds `amount`, fresh.
    function credit(address to, AssetId asset, uint256 amount, uint256 freshHours, uint256 step)
        internal
        returns (uint256 word)
    {
        // Check: the Vault's own account could never spend it.
        if (to == address(this)) revert IVaultEvents.Vault_BadRecipient(to);
        // Effect
        VaultNamespace.Packed storage balance = VaultLayout.slots().balances[to][asset];
        word = balance.word.credit(amount, block.timestamp, freshHours, step);
        balance.word = word;
    }

    /// @return before The balance's slot as it was.
    /// @return word And as it is now.
    function debit(address from, AssetId asset, uint256 amount, uint256 step)
        internal
        returns (uint256 before, uint256 word)
    {
        VaultNamespace.Packed storage balance = VaultLayout.slots().balances[from][asset];
        before = balance.word;
        // Check
        if (amount > before.total()) {
            revert ERC6909Upgradeable.ERC6909InsufficientBalance(from, before.total(), amount, asset.raw());
        }
        // Effect
        word = before.debit(amount, block.timestamp, step);
        balance.word = word;
    }

    /// @notice Moves `amount` inside the ledger.
    function move(address from, address to, AssetId asset, uint256 amount) internal {
        uint256 a = VaultLayout.slots().assets[asset].load();
        uint256 step = a.freshStep();
        (, uint256 fromWord) = debit(from, asset, amount, step);
        uint256 toWord = credit(to, asset, amount, a.freshHours(), step);
        // A move onto itself has one slot.
        if (from == to) fromWord = toWord;
        emit IERC6909.Transfer(msg.sender, from, to, asset.raw(), amount);
        emit IVaultEvents.Moved(fromWord, toWord);
    }
}
