// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AssetId} from "../../shared/AssetId.sol";
import {IParams} from "../../shared/interfaces/IParams.sol";
import {IGatewayEvents} from "./IGatewayEvents.sol";
import {Deposit, DepositStatus, Destination, ForeignRow, Payout} from "./IGatewayTypes.sol";

/// @notice Between the Vault's ledger and other chains. What the committee says arrived there is minted and deposited here;
/// what leaves the Vault to a registered handle is paid there, once, or comes back.
///
/// A payout: REQUESTED by an exit from the Vault, AUTHORISED with a conflict token (what only one of all transactions on its
/// chain can spend), then SETTLED by the transaction that paid it, or VOIDED by the one that spent the token otherwise, after
/// which it is refunded or tried again. No deadline changes any of these.
///
/// Parameters (`ParamKeys`), amounts in ticks of the asset as the Vault lists it: FOREIGN_CAP, most that an asset's supply
/// comes to, payouts on their way included; FOREIGN_INSTANT, most that is credited at once in any trailing day; FOREIGN_LEAST,
/// least that a payout carries; FOREIGN_WORTH of one whole unit, in cents. Of a chain: FOREIGN_DELAY in seconds, CHAIN_OUT in
/// cents authorised in any trailing day.
///
/// A chain is held like a customer: `chainAccount` is a subject of the Vault, under guardians' budgets. A hold, and a halt by
/// equivocation, stop credits and authorisations, and neither settling, voiding, cancelling, refunding nor requesting.
///
/// What goes back needs the Vault's room, and waits as it is where there is none: for cancels, recalls and refunds while the
/// Vault winds the asset down, or its cap fell below what is in. Meanwhile payouts go on: authorised, settled, tried again.
///
/// Assumptions. Correctness: the committee's (`ICommittee`). A committee that lies can credit what never arrived, at most
/// FOREIGN_INSTANT a day at once and the rest after FOREIGN_DELAY. It can call a payout settled that wasn't or void that was
/// paid: all at once that is AUTHORISED then, which days may have brought together, then what CHAIN_OUT lets in a day. No hold
/// or halt stops that, and to revoke its epoch takes none of it back. Liveness: the committee's, and the Vault's room.
interface IGateway is IAccessManaged, IParams, IGatewayEvents {
    // ---- in ----

    /// @notice Credits a deposit that the committee attests: at once if the asset's trailing day has room, else after
    /// FOREIGN_DELAY by `mature`. By anyone, once.
    ///
    /// Requirements: the gateway has no successor; it serves the asset, and the asset is of that chain; the account isn't the
    /// Vault, this gateway or one of its tokens; the chain is neither held nor halted; neither it nor any predecessor has
    /// consumed the deposit; the supply stays under FOREIGN_CAP, and the Vault has room for it beside all payouts that are on
    /// their way; `proof` is the committee's for `depositIdOf` and `keccak256(abi.encode(account, asset, amount))`. A delayed
    /// deposit can be stated again only once the epoch that stated it first was revoked: it is then a new one.
    function credit(Deposit calldata deposit, bytes calldata proof) external;

    /// @notice Credits a delayed deposit that is due, by anyone.
    ///
    /// Requirements: as for `credit`, but for the proof; the same deposit; the epoch that attested it wasn't revoked since; no
    /// predecessor has refused it meanwhile.
    function mature(Deposit calldata deposit) external;

    /// @notice Consumes a delayed deposit without crediting it (timelock).
    ///
    /// Requirements: the same deposit: what was decided of one statement doesn't refuse what a later epoch said instead.
    function refuse(Deposit calldata deposit) external;

    // ---- out ----

    /// @notice Keeps the text behind a handle for good, by anyone, as the handle commits to it: whoever exits to it from the
    /// Vault is paid to `script` on `chain`, and what can't be paid goes back to `account`. Again for the same text is no error.
    ///
    /// Requirements: an asset of the chain is served; the account isn't the Vault, this gateway or one of its tokens, whose
    /// balance would be nobody's to spend; a script of 1 to `MAX_SCRIPT` bytes; no other text has the handle.
    function registerDestination(address account, bytes32 chain, bytes calldata script)
        external
        returns (address handle);

    /// @notice Takes in a payout: called by a foreign asset, within the Vault's transfer to `handle`.
    ///
    /// Requirements: the caller is an asset served here; the handle is registered, for its chain; at least FOREIGN_LEAST.
    function onPayout(address handle, uint256 amount) external;

    /// @notice Puts what is REQUESTED back into its account's balance. Its account only; anyone once the gateway has a successor.
    function cancel(bytes32 payoutId) external;

    /// @notice Likewise, for whoever lost the account's key before a thief's payout was authorised (timelock).
    function recall(bytes32 payoutId) external;

    /// @notice Records the conflict token of this attempt: from now on signers may pay it. By anyone.
    ///
    /// Requirements: REQUESTED; the gateway has no successor; the chain is neither held nor halted; its account's customer is
    /// neither held nor listed, its account isn't on the sanctions list as it answers now, nor is everyone held; the chain's
    /// trailing day has room under CHAIN_OUT; `proof` is the committee's for the attempt's token message.
    /// @param token keccak256 of the conflict token's kind and value.
    function authorise(bytes32 payoutId, bytes32 token, bytes calldata proof) external;

    /// @notice Ends a payout that was paid, and burns its amount. By anyone.
    ///
    /// Requirements: AUTHORISED; `proof` is the committee's that this attempt was paid by `foreignTxId`.
    function settle(bytes32 payoutId, bytes32 foreignTxId, bytes calldata proof) external;

    /// @notice Records that an attempt can't be paid any more. By anyone.
    ///
    /// Requirements: AUTHORISED; `proof` is the committee's that its token was spent otherwise, by `spentBy`.
    function voided(bytes32 payoutId, bytes32 spentBy, bytes calldata proof) external;

    /// @notice Puts what is VOIDED back into its account's balance. By anyone; again later if the Vault has no room.
    function refund(bytes32 payoutId) external;

    /// @notice Makes what is VOIDED REQUESTED again, as the next attempt. Its account only, without a successor.
    function retry(bytes32 payoutId) external;

    // ---- routes ----

    /// @notice Begins to serve a foreign asset (timelock).
    ///
    /// Requirements: the gateway has no successor; its token names this gateway, and the same Vault; the Vault lists it; its
    /// parameters and its chain's are set; at most `MAX_ASSETS`.
    function addAsset(AssetId asset) external;

    /// @notice Halts a chain, by anyone, with two signed statements for one message. A message halts once.
    ///
    /// Requirements: the contents differ; both proofs are of epochs whose word counts now: what a former committee's keys sign
    /// once its time is over halts nobody.
    function proveEquivocation(
        bytes32 chain,
        bytes32 messageId,
        bytes32 contentA,
        bytes calldata proofA,
        bytes32 contentB,
        bytes calldata proofB
    ) external;

    /// @notice Ends a halt (timelock).
    /// @param messageId The one that halted it: what was scheduled for one halt ends no other.
    function resume(bytes32 chain, bytes32 messageId) external;

    /// @notice Makes `successor` the gateway of all assets served here (timelock). From then on nothing is credited, authorised
    /// or retried here; what is authorised ends here; anyone may cancel the rest.
    ///
    /// Requirements: it names this gateway as its predecessor, and the same Vault.
    function succeed(address successor) external;

    // ---- views ----

    function payoutOf(bytes32 payoutId) external view returns (Payout memory);

    /// @return status Of this gateway's own record: a predecessor's is asked with `isConsumed`.
    /// @return from When a delayed one is due, Unix seconds.
    function depositOf(bytes32 depositId) external view returns (DepositStatus status, uint40 from);

    /// @notice Whether this gateway or any before it has credited or refused the deposit.
    function isConsumed(bytes32 depositId) external view returns (bool);

    /// @notice The text behind a handle; empty for one that nobody registered.
    function destinationOf(address handle) external view returns (Destination memory);

    /// @notice The handle of a text, registered or not.
    function handleOf(address account, bytes32 chain, bytes calldata script) external pure returns (address);

    /// @notice Where a deposit comes from and goes, as its message.
    function depositIdOf(bytes32 chain, bytes32 txId, uint256 index) external view returns (bytes32);

    /// @notice Whether the chain is neither held nor halted by equivocation.
    function isOpen(bytes32 chain) external view returns (bool);

    /// @notice The message that halted the chain; zero while it isn't halted.
    function haltOf(bytes32 chain) external view returns (bytes32 messageId);

    /// @notice The subject of the Vault whose hold holds the chain.
    function chainAccount(bytes32 chain) external pure returns (address);

    /// @notice Raw units that credits may still bring, and how many of them at once.
    function roomOf(AssetId asset) external view returns (uint256 room, uint256 atOnce);

    /// @notice Cents that may still be authorised on the chain now.
    function outRoomOf(bytes32 chain) external view returns (uint256);

    /// @notice The windows as stored: an asset's of credits, a chain's of payouts.
    function creditWindowOf(AssetId asset) external view returns (uint256);
    function outWindowOf(bytes32 chain) external view returns (uint256);

    /// @notice The record of a foreign asset; empty for one that isn't served.
    function foreignOf(AssetId asset) external view returns (ForeignRow memory);

    /// @notice Every asset served, in the order in which they were added.
    function foreignAssets() external view returns (AssetId[] memory);

    function vault() external view returns (address);

    function committee() external view returns (address);

    /// @notice The gateway before this one, whose consumed deposits are consumed; zero for the first.
    function predecessor() external view returns (address);

    /// @notice The gateway after this one; zero while there is none.
    function successor() external view returns (address);

    /// @notice Bytes.
    function MAX_SCRIPT() external view returns (uint256);

    function MAX_ASSETS() external view returns (uint256);
}
