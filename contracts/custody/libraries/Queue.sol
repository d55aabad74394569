// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";
import {Exit, Open, Phase} from "../interfaces/IVaultTypes.sol";
import {VaultNamespace} from "../VaultNamespace.sol";
import {Assets} from "./Assets.sol";
import {Lanes} from "./Lanes.sol";
import {Ledger} from "./Ledger.sol";
import {Opens} from "./Opens.sol";
import {VaultLayout} from "./VaultLayout.sol";

/// @title Queue
/// @notice What an open exit is called, and its way back to its owner.
library Queue {
    using Assets for VaultNamespace.Packed;
    using Assets for uint256;
    using Lanes for uint256;
    using Opens for Open;
    using Opens for uint256;

    /// @notice keccak256(abi.encode(exit)): in memory the struct lies as the ABI wants it, seven static words.
    function idOf(Exit memory exit) internal pure returns (bytes32 id) {
        assembly ("memory-safe") {
            id := keccak256(exit, 0xe0)
        }
    }

    /// @notice Puts an open exit of `owner` back into its balance, fresh.
    function cancel(address owner, Exit memory exit) internal {
        bytes32 id = idOf(exit);
        Open storage row = VaultLayout.slots().opens[id];
        VaultNamespace.Packed storage asset = VaultLayout.slots().assets[exit.asset];
        uint256 open = row.load();
        // Check: apps own no exits, and the guard lets every user cancel in every state.
        if (owner != exit.owner) revert IVaultEvents.Vault_OnlyOwner(exit.owner);
        if (open.phase() == Phase.NONE) revert IVaultEvents.Vault_NotOpen(id);
        // Effect
        row.store(0);
        uint256 a = asset.load().giveBack(open).dequeue(exit.amount);
        asset.store(a);
        uint256 word = Ledger.credit(owner, exit.asset, exit.amount, a.freshHours(), a.freshStep());
        emit IERC6909.Transfer(msg.sender, address(0), owner, exit.asset.raw(), exit.amount);
        emit IVaultEvents.Cancelled(id, owner, word, a);
    }
}
