// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IGatewayEvents} from "../interfaces/IGatewayEvents.sol";
import {DepositStatus} from "../interfaces/IGatewayTypes.sol";

/// @title Deposits
/// @notice The state slice of what arrived: each deposit is consumed once, and what waits is bound to what was said of it and
/// by whom.
library Deposits {
    /// @dev One slot: [ epoch:32 | from:40 | status:8 ].
    struct Record {
        DepositStatus status;
        uint40 from;
        uint32 epoch;
    }

    struct Book {
        mapping(bytes32 id => Record) records;
        mapping(bytes32 id => bytes32 content) contents;
    }

    /// @notice Consumes a deposit that may be consumed.
    function consume(Book storage self, bytes32 id) internal {
        // Effect
        self.records[id] = Record(DepositStatus.CREDITED, 0, 0);
    }

    /// @notice Has it wait until `from`, with what `epoch` said of it.
    function delay(Book storage self, bytes32 id, bytes32 content, uint40 from, uint32 epoch) internal {
        // Effect
        self.records[id] = Record(DepositStatus.DELAYED, from, epoch);
        self.contents[id] = content;
    }

    /// @notice The epoch that attested a delayed deposit, once it is due and told again as it was then.
    function due(Book storage self, bytes32 id, bytes32 content) internal view returns (uint32 epoch) {
        Record memory record = _waiting(self, id, content);
        // Check
        if (block.timestamp < record.from) revert IGatewayEvents.Gateway_Delayed(id, record.from);
        return record.epoch;
    }

    /// @notice Consumes a delayed deposit for nothing, if it is told as it was when it began to wait.
    function refuse(Book storage self, bytes32 id, bytes32 content) internal {
        _waiting(self, id, content);
        // Effect
        self.records[id] = Record(DepositStatus.REFUSED, 0, 0);
        emit IGatewayEvents.DepositRefused(id);
    }

    /// @notice Whether it was credited or refused.
    function consumed(Book storage self, bytes32 id) internal view returns (bool) {
        DepositStatus status = self.records[id].status;
        return status == DepositStatus.CREDITED || status == DepositStatus.REFUSED;
    }

    function _waiting(Book storage self, bytes32 id, bytes32 content) private view returns (Record memory record) {
        record = self.records[id];
        // Check
        if (record.status != DepositStatus.DELAYED) revert IGatewayEvents.Gateway_NotDelayed(id);
        if (self.contents[id] != content) revert IGatewayEvents.Gateway_OtherContent(id);
    }
}
