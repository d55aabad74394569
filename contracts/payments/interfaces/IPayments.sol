// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {Schedule} from "../libraries/Schedules.sol";
import {ICondition} from "./ICondition.sol";

/// @notice The full terms of a payment, re-sent as calldata; its id is their hash.
/// @param amount Raw units, funded whole at the start.
/// @param schedule When it vests to the payee.
/// @param capture Whether the payee takes what it wants of what has vested, until `latchBy` (authorise, then capture), instead
/// of anyone releasing all of it.
/// @param condition `hashOf` the question whose answer latches the payment; zero = unconditional.
/// @param latchBy Unix seconds, the last one in which the condition can be latched, and in which the payee can capture. Zero
/// for a payment that has neither.
/// @param expiry Unix seconds from which on anyone rolls back what was neither latched nor captured; after `latchBy`. Likewise.
/// @param arbiter May split what the payee hasn't earned yet between payer and payee. Zero = nobody. A payer that is its own
/// arbiter can cancel a stream.
/// @param feeBps Share of each amount paid that goes to `feeTo`, in basis points, at most `MAX_FEE_BPS`.
/// @param ref Hash of an outside reference: an ISO 20022 end-to-end id, say.
/// @param salt Tells payments of equal terms apart.
struct Terms {
    address payer;
    address payee;
    AssetId asset;
    uint112 amount;
    Schedule schedule;
    bool capture;
    bytes32 condition;
    uint40 latchBy;
    uint40 expiry;
    address arbiter;
    uint16 feeBps;
    address feeTo;
    bytes32 ref;
    uint256 salt;
}

/// @notice What a payment depends on.
/// @param terms As `condition` wants them, ABI-encoded.
struct Question {
    ICondition condition;
    bytes terms;
}

/// @notice Where a payment stands.
/// @param paid Raw units that left for the payee, fees included.
/// @param refunded Raw units that the payee has given back of them.
/// @param created Whether it was ever created.
/// @param latched Whether its condition has been met in time.
/// @param closed Whether what wasn't paid has gone back.
struct Payment {
    uint112 paid;
    uint112 refunded;
    bool created;
    bool latched;
    bool closed;
}

/// @notice What a push to the app is for: the hook's data is `abi.encode(Purpose, Terms[])`.
enum Purpose {
    CREATE, // by the payer; each push pays for a run of payments in the same asset, to the unit
    REFUND // by the payee; the i-th push is given back of the i-th payment
}

/// @notice Why what wasn't paid went back to the payer.
enum Cause {
    VOIDED,
    ROLLED_BACK,
    SPLIT
}

/// @notice Payments on the Vault's ledger under hashed terms: lumps, cliffs, instalments and streams; conditional; authorised
/// and captured; with an arbiter. Each is funded whole, and each unit ends with the payee, its fee or the payer.
///
/// Created through the Vault: `callWith` by the payer, or `bySig` by anyone with the payer's `Intent`.
///
/// Assumptions. Correctness: payer and payee trust the condition and the arbiter that they agreed on, and those alone. Liveness:
/// none; release needs no oracle and no tier, and neither does rolling back. The Vault lets apps pay ledger accounts in every
/// state.
interface IPayments {
    /// @param slot The payment's slot after the write, in all of these events.
    event PaymentCreated(
        bytes32 indexed id, address indexed payer, address indexed payee, Terms terms, uint256 slot
    );
    event PaymentLatched(bytes32 indexed id, uint256 slot);
    /// @param amount Raw units, `fee` included.
    event PaymentPaid(bytes32 indexed id, uint112 amount, uint112 fee, uint256 slot);
    event PaymentReturned(bytes32 indexed id, Cause cause, uint112 amount, uint256 slot);
    event PaymentRefunded(bytes32 indexed id, uint112 amount, uint256 slot);

    error Payments_BadData();
    error Payments_NotThePayer(address caller, address payer);
    error Payments_NotThePayee(address caller, address payee);
    error Payments_NotTheArbiter(address caller, address arbiter);
    error Payments_BadParty(address party);
    error Payments_ZeroAmount();
    error Payments_BadDeadlines(uint40 latchBy, uint40 expiry);
    error Payments_TooFar(uint256 time, uint256 latest);
    error Payments_BadFee(uint16 feeBps, address feeTo);
    error Payments_BadFunding(uint256 place);
    error Payments_CreatedAlready(bytes32 id);
    error Payments_NotOpen(bytes32 id);
    error Payments_Unconditional(bytes32 id);
    error Payments_LatchedAlready(bytes32 id);
    error Payments_NotLatched(bytes32 id);
    error Payments_TooLate(bytes32 id, uint40 latchBy);
    error Payments_OtherQuestion(bytes32 hash, bytes32 agreed);
    error Payments_NotMet(bytes32 id);
    error Payments_ByCaptureOnly(bytes32 id);
    error Payments_ByReleaseOnly(bytes32 id);
    error Payments_NothingDue(bytes32 id);
    error Payments_AboveDue(bytes32 id, uint256 amount, uint256 due);
    error Payments_BelowDue(bytes32 id, uint256 amount, uint256 due);
    error Payments_NeverLapses(bytes32 id);
    error Payments_NotLapsed(bytes32 id, uint40 expiry);
    error Payments_Lapsed(bytes32 id, uint40 expiry);
    error Payments_AbovePaid(bytes32 id, uint256 amount, uint256 refundable);

    // ---- towards the payee ----

    /// @notice Latches a payment whose condition is met, by anyone: from then on it vests as agreed, whatever the condition
    /// would answer later.
    ///
    /// Requirements: open, conditional, not latched; not after `latchBy`; the question is the one agreed on, and its condition
    /// answers yes within `Questions.GAS` gas.
    /// @param witness As the condition wants it.
    function latch(Terms calldata terms, Question calldata question, bytes calldata witness) external;

    /// @notice Pays what has vested and wasn't paid, by anyone.
    ///
    /// Requirements: open, not by capture, latched if conditional; something is due.
    /// @return paid Raw units, fee included.
    function release(Terms calldata terms) external returns (uint112 paid);

    /// @notice Releases several; those with nothing due are passed over.
    /// @return count How many were paid.
    function releaseBatch(Terms[] calldata terms) external returns (uint256 count);

    /// @notice Pays `amount` of what has vested, by the payee.
    ///
    /// Requirements: open, by capture, latched if conditional; not after `latchBy`; at most what is due.
    function capture(Terms calldata terms, uint112 amount) external;

    /// @notice Pays all that is left at once, by the payer, whatever the schedule and the condition.
    function accept(Terms calldata terms) external;

    // ---- towards the payer ----

    /// @notice Gives all that is left back, by the payee.
    function void(Terms calldata terms) external;

    /// @notice Gives what was neither latched nor captured back after the expiry, by anyone.
    function rollback(Terms calldata terms) external;

    /// @notice Rolls several back; those that haven't lapsed are passed over.
    /// @return count How many were rolled back.
    function rollbackBatch(Terms[] calldata terms) external returns (uint256 count);

    // ---- to both ----

    /// @notice Splits what is left, by the arbiter: `toPayee` to the payee, the rest to the payer. Closes the payment.
    ///
    /// Requirements: open, not lapsed; `toPayee` is no less than what is due, as that was earned, and no more than is left.
    function split(Terms calldata terms, uint112 toPayee) external;

    // ---- views ----

    function idOf(Terms calldata terms) external view returns (bytes32);

    /// @notice The value of `Terms.condition` for a question.
    function hashOf(Question calldata question) external pure returns (bytes32);

    function paymentOf(bytes32 id) external view returns (Payment memory);

    /// @notice The payment's slot, as events carry it.
    function slotOf(bytes32 id) external view returns (uint256);

    /// @notice What has been earned and not yet paid, raw units: what `release` pays, or `capture` may take, now.
    function dueOf(Terms calldata terms) external view returns (uint256);

    /// @notice The `IPaymentRules` that say who opens new positions.
    function rules() external view returns (address);
}
