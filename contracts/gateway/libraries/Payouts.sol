// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IGatewayEvents} from "../interfaces/IGatewayEvents.sol";
import {PayoutStatus} from "../interfaces/IGatewayTypes.sol";

/// @title Payouts
/// @notice The state slice of what leaves: the one table of how a payout's status may change.
library Payouts {
    /// @param place The asset's number.
    /// @param attempt Counts from 1.
    /// @param token The conflict token of this attempt.
    struct Record {
        // slot 0
        address handle;
        uint16 place;
        uint40 attempt;
        PayoutStatus status;
        // slot 1
        uint112 amount;
        // slot 2
        bytes32 token;
    }

    struct Book {
        mapping(bytes32 id => Record) records;
        uint256 count;
    }

    /// @notice Begins a payout whose id no other has.
    function request(Book storage self, bytes32 id, address handle, uint16 place, uint112 amount) internal {
        // Effect
        Record storage record = self.records[id];
        (record.handle, record.place, record.attempt) = (handle, place, 1);
        record.status = PayoutStatus.REQUESTED;
        record.amount = amount;
    }

    /// @notice The payout, if it stands where it must.
    function expect(Book storage self, bytes32 id, PayoutStatus status) internal view returns (Record storage record) {
        record = self.records[id];
        // Check
        if (record.status != status) revert IGatewayEvents.Gateway_NotIn(id, record.status);
    }

    function authorise(Record storage self, bytes32 id, bytes32 token, uint256 window) internal {
        // Effect
        self.status = PayoutStatus.AUTHORISED;
        self.token = token;
        emit IGatewayEvents.PayoutAuthorised(id, self.attempt, token, window);
    }

    function settle(Record storage self, bytes32 id, bytes32 foreignTxId) internal {
        // Effect
        self.status = PayoutStatus.SETTLED;
        emit IGatewayEvents.PayoutSettled(id, self.attempt, foreignTxId);
    }

    function void(Record storage self, bytes32 id, bytes32 spentBy) internal {
        // Effect
        self.status = PayoutStatus.VOIDED;
        emit IGatewayEvents.PayoutVoided(id, self.attempt, spentBy);
    }

    function refund(Record storage self, bytes32 id) internal {
        // Effect
        self.status = PayoutStatus.REFUNDED;
        emit IGatewayEvents.PayoutRefunded(id);
    }

    function cancel(Record storage self, bytes32 id) internal {
        // Effect
        self.status = PayoutStatus.CANCELLED;
        emit IGatewayEvents.PayoutCancelled(id);
    }

    /// @notice The next attempt, which has no token yet: what was said of the former one says nothing of it.
    function retry(Record storage self, bytes32 id) internal {
        // Effect
        self.status = PayoutStatus.REQUESTED;
        self.token = 0;
        emit IGatewayEvents.PayoutRetried(id, ++self.attempt);
    }
}
