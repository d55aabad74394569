// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

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
        keccak256("Position(bytes32 cycle,address party,int112 net,uint32 nonce)");

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
        Entry[] calldata entries = self.entries;
        uint256[] memory words = new uint256[](2 * entries.length);
        for (uint256 i; i < entries.length; ++i) {
            words[2 * i] = uint160(entries[i].party);
            // Two's complement, as the ABI has it.
            words[2 * i + 1] = uint256(int256(entries[i].net));
        }
        return keccak256(
            abi.encode(
                CYCLE_TYPEHASH, self.asset, self.obligations, self.deadline, keccak256(abi.encodePacked(words))
            )
        );
    }

    function position(bytes32 cycleHash, address party, int256 net, uint256 nonce) internal pure returns (bytes32) {
        return keccak256(abi.encode(POSITION_TYPEHASH, cycleHash, party, net, nonce));
    }
}
