// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DepositStatus, PayoutStatus} from "../../contracts/gateway/interfaces/IGatewayTypes.sol";
import {Deposits} from "../../contracts/gateway/libraries/Deposits.sol";
import {Payouts} from "../../contracts/gateway/libraries/Payouts.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-GW-1 and -2, as far as the gateway's two books are concerned, whatever they hold. What is proved of one verb
/// over any state holds for any number of them.
contract GatewaySpec is Spec {
    using Deposits for Deposits.Book;
    using Payouts for Payouts.Book;
    using Payouts for Payouts.Record;

    Deposits.Book private _deposits;
    Payouts.Book private _payouts;

    /// @notice A deposit that is consumed stays so: no verb has it wait, be due, or be refused again.
    function check_INV_GW_1_consumedIsForGood(bytes32 id, uint40 from, uint32 epoch, bool refused, bytes32 content)
        external
    {
        DepositStatus status = refused ? DepositStatus.REFUSED : DepositStatus.CREDITED;
        _deposits.records[id] = Deposits.Record(status, from, epoch);
        _deposits.contents[id] = content;
        assert(_deposits.consumed(id));
        try this.due(id, content) {
            assert(false);
        } catch {}
        try this.refuse(id, content) {
            assert(false);
        } catch {}
        assert(_deposits.consumed(id) && _deposits.records[id].status == status);
    }

    /// @notice A deposit that waits is due from its time on, as it was stated, and is told with the epoch that stated it.
    function check_INV_GW_1_dueAsStated(
        bytes32 id,
        bytes32 content,
        bytes32 told,
        uint40 from,
        uint32 epoch,
        uint40 time
    ) external {
        vm.warp(time);
        _deposits.delay(id, content, from, epoch);
        assert(!_deposits.consumed(id));
        try this.due(id, told) returns (uint32 by) {
            assert(told == content && time >= from && by == epoch);
        } catch {
            assert(told != content || time < from);
        }
        _deposits.consume(id);
        assert(_deposits.consumed(id));
    }

    /// @notice A payout goes on only from where the design's line says, by one step; an end is never left. Only a new attempt
    /// changes the attempt, and it has no token.
    function check_INV_GW_2_oneWayForEachPayout(
        bytes32 id,
        Payouts.Record calldata before,
        uint8 verb,
        bytes32 word
    ) external {
        vm.assume(verb < 6 && before.attempt < type(uint40).max);
        _payouts.records[id] = before;
        try this.step(id, verb, word) {
            Payouts.Record memory now_ = _payouts.records[id];
            PayoutStatus s = before.status;
            if (verb == 0) assert(s == PayoutStatus.REQUESTED && now_.status == PayoutStatus.CANCELLED);
            if (verb == 1) assert(s == PayoutStatus.REQUESTED && now_.status == PayoutStatus.AUTHORISED);
            if (verb == 2) assert(s == PayoutStatus.AUTHORISED && now_.status == PayoutStatus.SETTLED);
            if (verb == 3) assert(s == PayoutStatus.AUTHORISED && now_.status == PayoutStatus.VOIDED);
            if (verb == 4) assert(s == PayoutStatus.VOIDED && now_.status == PayoutStatus.REFUNDED);
            if (verb == 5) assert(s == PayoutStatus.VOIDED && now_.status == PayoutStatus.REQUESTED);
            assert(now_.attempt == before.attempt + (verb == 5 ? 1 : 0));
            assert(now_.token == (verb == 1 ? word : verb == 5 ? bytes32(0) : before.token));
            assert(now_.handle == before.handle && now_.place == before.place && now_.amount == before.amount);
        } catch {
            assert(_payouts.records[id].status == before.status && _payouts.records[id].token == before.token);
        }
    }

    // ---- what the gateway does with its books, as calls that may revert

    function due(bytes32 id, bytes32 content) external view returns (uint32) {
        return _deposits.due(id, content);
    }

    function refuse(bytes32 id, bytes32 content) external {
        _deposits.refuse(id, content);
    }

    function step(bytes32 id, uint8 verb, bytes32 word) external {
        if (verb == 0) _payouts.expect(id, PayoutStatus.REQUESTED).cancel(id);
        if (verb == 1) _payouts.expect(id, PayoutStatus.REQUESTED).authorise(id, word, 0);
        if (verb == 2) _payouts.expect(id, PayoutStatus.AUTHORISED).settle(id, word);
        if (verb == 3) _payouts.expect(id, PayoutStatus.AUTHORISED).void(id, word);
        if (verb == 4) _payouts.expect(id, PayoutStatus.VOIDED).refund(id);
        if (verb == 5) _payouts.expect(id, PayoutStatus.VOIDED).retry(id);
    }
}
