// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetId} from "../shared/AssetId.sol";
import {Params} from "../shared/Params.sol";
import {Account, Open, Subject} from "./interfaces/IVaultTypes.sol";

// keccak256(abi.encode(uint256(keccak256("strongroom.storage.Vault")) - 1)) & ~bytes32(uint256(0xff))
bytes32 constant VAULT_NAMESPACE = 0x049ed9874cddfb22ee00672b5e90470d92861ce613b533c13a00c28c3bd9ad00;

/// @title VaultNamespace
/// @notice The Vault's storage as one ERC-7201 namespace, shared by both halves of its code. Append only: upgrades keep what
/// stands here (`./strongroom verify` compares it with the recorded layout). `VaultLayout` reads it.
abstract contract VaultNamespace {
    /// @dev What a request asks, until when everyone is held, and whether nothing is instant: one slot, as they are read
    /// together.
    struct Door {
        address policy;
        uint40 heldUntil;
        bool instantClosed;
    }

    /// @dev What a release asks, and likewise the hold on everyone.
    struct Screen {
        address list;
        uint40 heldUntil;
    }

    /// @dev A slot that a library packs: `Assets`, `Balances`, `SlidingWindow`.
    struct Packed {
        uint256 word;
    }

    /// @custom:storage-location erc7201:strongroom.storage.Vault
    struct Layout {
        Door door;
        Screen screen;
        mapping(address account => mapping(AssetId asset => Packed)) balances;
        mapping(address account => Account) accounts;
        mapping(address subject => Subject) subjects;
        mapping(AssetId asset => Packed) assets;
        mapping(bytes32 id => Open) opens;
        mapping(bytes32 key => Packed) windows;
        mapping(address subject => mapping(address to => uint40)) book;
        Params.Table params;
        AssetId[] listed;
        address[] reserves;
        uint40 governedAt;
    }
}
