// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {Cycle, Entry, Obligation} from "../interfaces/INetting.sol";

/// @title NettingCode
/// @notice What the parties of a cycle sign, as EIP-712 struct hashes.
library NettingCode {
    bytes32 internal constant OBLIGATION_TYPEHASH = keccak256(
        "Obligation(address debtor,address creditor,uint256 asset,uint112 amount,bytes32 ref,uint40 dueBy,uint256 salt)"
    );
    /// @dev `entries` is the keccak256 of each party and its net, in two words each.
    bytes32 internal constant CYCLE_TYPEHASH =
        keccak256("Cycle(uint256 asset,bytes32 obligations,uint40 deadline,bytes32 entries)");
    bytes32 internal constant POSITION_TYPEHASH =
        keccak256("Position(bytes32 cycle,address party,uint256 asset,int112 net,uint32 nonce)");

    function hash(Obligation calldata self) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                OBLIGATION_TYPEHASH,
                self.debtor,
                self.creditor,
                self.asset,
                self.amount,
                self.ref,
                self.dueBy,
                self.salt
            )
        );
    }

    /// @notice The obligation's leaf: hashed once more, so that no inner node can pass for one.
    function leaf(Obligation calldata self) internal pure returns (bytes32) {
        return keccak256(abi.encode(hash(self)));
    }

    function hash(Cycle calldata self) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(CYCLE_TYPEHASH, self.asset, self.obligations, self.deadline, _hash(self.entries))
        );
    }

    /// @notice What a party signs of a cycle; the asset too, for wallets to show what the net is of.
    function position(bytes32 cycleHash, address party, AssetId asset, int112 net, uint32 nonce)
        internal
        pure
        returns (bytes32 structHash)
    {
        bytes32 typeHash = POSITION_TYPEHASH;
        // `keccak256(abi.encode(typeHash, cycleHash, party, asset, net, nonce))`, in memory that stays free.
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, typeHash)
            mstore(add(data, 0x20), cycleHash)
            mstore(add(data, 0x40), shr(96, shl(96, party)))
            mstore(add(data, 0x60), asset)
            mstore(add(data, 0x80), signextend(13, net))
            mstore(add(data, 0xa0), and(nonce, 0xffffffff))
            structHash := keccak256(data, 0xc0)
        }
    }

    /// @dev Of each entry, party and net as they lie in calldata. Settling checks their unused bits, where Solidity reads them.
    function _hash(Entry[] calldata entries) private pure returns (bytes32 hashed) {
        uint256 data;
        assembly ("memory-safe") {
            // Allocated while it is filled: between two blocks, what lies beyond the free pointer is the compiler's.
            data := mload(0x40)
            mstore(0x40, add(data, shl(6, entries.length)))
        }
        uint256 end = data;
        for (uint256 i; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            assembly ("memory-safe") {
                calldatacopy(end, entry, 0x40)
                end := add(end, 0x40)
            }
        }
        assembly ("memory-safe") {
            hashed := keccak256(data, sub(end, data))
            mstore(0x40, data)
        }
    }
}
