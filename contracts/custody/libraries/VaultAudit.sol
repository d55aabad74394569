// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {IAuditRecord} from "../../governance/interfaces/IAuditRecord.sol";
import {AssetId} from "../../shared/AssetId.sol";

/// @title VaultAudit
/// @notice What the Vault asks its audit record, and tells it. By hand, as both halves of its code are near the size limit.
library VaultAudit {
    /// @notice Ticks that the asset's liabilities may grow to while the code that runs isn't covered by an audit; max uint64
    /// if it is. A record that gives no answer has no room.
    function cap(IAuditRecord record, AssetId asset) internal view returns (uint256 ticks) {
        uint256 selector = uint32(IAuditRecord.capFor.selector);
        // The proxy's own pointer says what runs; the proxy has just read it.
        bytes32 pointer = ERC1967Utils.IMPLEMENTATION_SLOT;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x20), asset)
            mstore(add(question, 0x40), sload(pointer))
            // The selector's four bytes end the first word. Yul evaluates right to left: the call stands alone.
            let ok := staticcall(gas(), record, add(question, 0x1c), 0x44, 0x00, 0x20)
            ok := and(ok, gt(returndatasize(), 0x1f))
            ticks := mul(ok, mload(0x00)) // `ok` is 0 or 1
        }
    }

    /// @notice Ends the record's verdict: what it rests on has changed.
    function lapse(IAuditRecord record) internal {
        uint256 selector = uint32(IAuditRecord.lapse.selector);
        assembly ("memory-safe") {
            mstore(0x00, selector)
            // Interaction: the record, which calls nobody. A failure can only be a lack of gas.
            if iszero(call(gas(), record, 0, 0x1c, 0x04, 0, 0)) { revert(0, 0) }
        }
    }
}
