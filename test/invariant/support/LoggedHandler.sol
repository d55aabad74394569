// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "../../support/Cheats.sol";
import {Handler} from "./Handler.sol";
import {Ledgers} from "./Ledgers.sol";
import {Rebuilt} from "./Rebuilt.sol";

/// @notice The cheat codes that tell which slots a call has written.
interface Recorder {
    function record() external;
    function accesses(address target) external returns (bytes32[] memory reads, bytes32[] memory writes);
}

/// @notice INV-CUS-6: everyone at once, while someone who sees nothing but logs rebuilds the Vault's storage. Compares each
/// slot that a call has written, whether or not an event named it, and now and then all of them.
abstract contract LoggedHandler is Handler, Rebuilt {
    bytes32 private constant _NONCES = 0x5ab42ced628888259c08ac98db1eb0cf702fc1501344311d8b100cd1bfe4bb00;
    bytes32 private constant _KEYED_NONCES = 0x06e302b11020b9cca26edb75da0d4c952e2c49f7ac00d8954230e81bd5769c00;
    bytes32 private constant _ALLOWANCES = 0x9e75074fe7582401cc58901f6bda367c4d687c51437956963a7c06ef5cfaf902;

    bool private _recording;

    function _onLogs(Vm.Log[] memory logs) internal override {
        Ledgers._onLogs(logs);
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(vault)) _replay(logs[i]);
        }
        if (_recording) _compareWrites();
        Recorder(address(vm)).record();
        _recording = true;
    }

    function _compareWrites() private {
        (, bytes32[] memory writes) = Recorder(address(vm)).accesses(address(vault));
        for (uint256 i; i < writes.length; ++i) {
            bytes32 word = vm.load(address(vault), writes[i]);
            if (rebuilt[writes[i]] == word) _law("INV-CUS-6", true, "");
            else _law("INV-CUS-6", _elsewhere(writes[i]), "a slot was written that no event tells of");
        }
    }

    function _audit() internal override {
        Ledgers._audit();
        for (uint256 i; i < slots.length; ++i) {
            bool same = vm.load(address(vault), slots[i]) == rebuilt[slots[i]];
            _law("INV-CUS-6", same, "a slot differs from what the logs say");
        }
    }

    /// @dev Operators' allowances and the nonces of signatures: OpenZeppelin's namespaces, with events and views of their own.
    function _elsewhere(bytes32 slot) private view returns (bool) {
        for (uint256 i; i < PEOPLE; ++i) {
            bytes32 owner = bytes32(uint256(uint160(people[i])));
            bytes32 nonces = keccak256(abi.encode(owner, _NONCES));
            bytes32 keyed = keccak256(abi.encode(owner, _KEYED_NONCES));
            for (uint256 key; key < 3; ++key) {
                if (slot == nonces || slot == keccak256(abi.encode(key, keyed))) return true;
            }
            bytes32 spender = keccak256(abi.encode(stranger, keccak256(abi.encode(owner, _ALLOWANCES))));
            for (uint256 k; k < ASSETS; ++k) {
                if (slot == keccak256(abi.encode(kits[k].id, spender))) return true;
            }
        }
        return false;
    }
}
