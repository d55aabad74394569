// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {Facts} from "../../policy/interfaces/IExitPolicy.sol";
import {AssetId} from "../../shared/AssetId.sol";
import {IParams} from "../../shared/interfaces/IParams.sol";
import {Account, Asset, Exit, Intent, Kind, Open, Subject, TokenClass, Verb} from "./IVaultTypes.sol";

/// @notice The one room: holds the assets, keeps all claims as one ERC-6909 ledger, and is the one door out.
///
/// Amounts are raw token units, times Unix seconds. Every event ends with the slots as they are after the write, so
/// balances, exits, holds, windows and lanes can be rebuilt from logs alone (INV-CUS-6).
///
/// Assumptions. Correctness: the policy in force is an `IExitPolicy` that governance has reviewed; listed tokens behave as
/// their class says. Liveness: none of the policy, the router, the sources, the list or any operator; see INV-CUS-5.
interface IVault is IERC6909, IParams {
    // ---- money ----

    /// @param amount What arrived and was credited, not what was sent.
    event Deposited(
        AssetId indexed asset, address indexed to, address from, uint256 amount, uint256 balanceSlot, uint256 assetSlot
    );
    /// @notice Besides ERC-6909's `Transfer`: both balances after a move inside the ledger.
    event Moved(
        AssetId indexed asset, address indexed from, address indexed to, uint256 fromSlot, uint256 toSlot
    );
    event Referenced(address indexed owner, bytes32 indexed ref);
    /// @notice Paid at once. A window slot of zero wasn't charged.
    event Withdrawn(
        AssetId indexed asset,
        address indexed owner,
        address indexed to,
        uint256 amount,
        uint256 balanceSlot,
        uint256 assetSlot,
        uint256[3] windowSlots
    );
    /// @param reasons Bits of `Reason`.
    event Queued(
        bytes32 indexed id,
        address indexed owner,
        address indexed to,
        Exit exit,
        uint256 reasons,
        uint256 balanceSlot,
        uint256 accountSlot,
        uint256 openSlot
    );
    event Endorsed(bytes32 indexed id, uint256 openSlot);
    event SlotTaken(bytes32 indexed id, uint256 openSlot, uint256 assetSlot);
    /// @param paid Less than the exit's amount only under impairment.
    event Released(bytes32 indexed id, AssetId indexed asset, address indexed to, uint256 paid, uint256 assetSlot);
    event Cancelled(bytes32 indexed id, address indexed owner, uint256 balanceSlot, uint256 assetSlot);

    // ---- subjects ----

    event Screened(address indexed account, bool listed, uint256 accountSlot, uint256 subjectSlot);
    event Held(address indexed subject, uint40 until, uint256 windowSlot, uint256 slot);
    event Lifted(address indexed subject, uint256 slot);
    event HoldExtended(address indexed subject, uint40 until, uint256 slot);
    /// @param usableFrom Zero = removed.
    event DestinationSet(address indexed subject, address indexed to, uint40 usableFrom);
    event CapSet(address indexed subject, uint40 cents, uint40 from, uint256 subjectSlot);
    event SubjectSet(address indexed account, address indexed subject, uint256 accountSlot, uint256 primarySlot);
    event TierSet(address indexed subject, uint8 tier, uint40 from, uint40 until, uint256 subjectSlot);

    // ---- governance ----

    event AssetListed(AssetId indexed asset, TokenClass class, uint256 assetSlot);
    event ImpairmentChecked(AssetId indexed asset, bool impaired, uint256 holdings, uint256 assetSlot);
    event KindSet(address indexed account, Kind kind, uint256 accountSlot);
    event PolicySet(address indexed previous, address indexed next, address sanctionsList, uint256 doorSlot);

    // ---- errors ----

    error Vault_ZeroAddress();
    error Vault_ZeroAmount();
    error Vault_NotListed(AssetId asset);
    error Vault_ListedAlready(AssetId asset);
    error Vault_ClassDoesNotFit(AssetId asset, TokenClass class);
    error Vault_TokenUnreadable(address token);
    error Vault_TokenTooLarge(address token, uint256 decimals, uint256 totalSupply);
    error Vault_TickTooFine(AssetId asset, uint8 tickExponent, uint256 totalSupply);
    error Vault_ParameterMissing(bytes32 key);
    error Vault_WrongValue(uint256 sent, uint256 expected);
    error Vault_ReceivedDiffers(AssetId asset, uint256 expected, uint256 received);
    error Vault_NothingReceived(AssetId asset);
    error Vault_CapReached(AssetId asset, uint256 room);
    error Vault_PaidDiffers(AssetId asset, uint256 expected, uint256 paid);
    error Vault_PushFailed(address to);
    error Vault_BadRecipient(address to);
    error Vault_AmountTooLarge(uint256 amount);
    error Vault_LengthsDiffer(uint256 assets, uint256 amounts);
    error Vault_NotAnApp(address app);
    error Vault_AppTakesNoPositions(address app);
    error Vault_AppsCannot(address app);
    error Vault_Held(address subject, uint40 until);
    error Vault_Listed(address subject);
    error Vault_EveryoneHeld(uint40 until);
    error Vault_OnlyOwner(address owner);
    error Vault_NotOpen(bytes32 id);
    error Vault_EndorsedAlready(bytes32 id);
    error Vault_NotMature(bytes32 id, uint40 from);
    error Vault_SlotAhead(bytes32 id, uint40 from);
    error Vault_RecipientListed(address to);
    error Vault_ScreeningDown(address account, uint40 until);
    error Vault_NotEnoughGas(uint256 left, uint256 needed);
    error Vault_BadSignature(address owner);
    error Vault_DeadlinePassed(uint40 deadline);
    error Vault_BadIntent(Verb verb);
    error Vault_Unchanged();
    error Vault_HoldTooLong(uint256 secs, uint256 most);
    error Vault_HoldBudgetSpent(address subject, uint256 secs, uint256 room);
    error Vault_NotHeld(address subject);
    error Vault_BadTier(uint8 tier);
    error Vault_NotPrimary(address subject);
    error Vault_HasMembers(address account, uint8 members);
    error Vault_BadApp(address app);
    error Vault_NotTheExpected(address expected, address actual);
    error Vault_StalePolicy(uint32 expected, uint32 actual);
    error Vault_Expired(uint40 validUntil);
    error Vault_BadPolicy(address policy);

    // ---- money in ----

    /// @notice Takes `amount` from the caller and credits `to` what arrived; the credit is fresh.
    /// Requirements: the asset is listed; the holdings cap has room; native: `msg.value == amount`, else no value.
    function deposit(AssetId asset, uint256 amount, address to) external payable returns (uint256 credited);

    /// @notice Raw units that deposits may still bring; 0 for an unlisted asset.
    function room(AssetId asset) external view returns (uint256);

    // ---- the ledger ----

    /// @notice Moves `amounts` of `assets` to a registered app and calls its fixed hook.
    function callWith(address app, AssetId[] calldata assets, uint112[] calldata amounts, bytes calldata data) external;

    /// @notice Carries out a signed intent, by anyone. EOA or ERC-1271.
    /// @param data See `Intent.ref`.
    function bySig(Intent calldata intent, bytes calldata data, bytes calldata signature) external;

    // ---- the door ----

    /// @notice Asks for `amount` to leave to `to`: paid now if the policy gives no reason and every charge fits, else queued.
    /// @return id Zero if paid now, else the queued exit's.
    function withdraw(AssetId asset, uint112 amount, address to) external returns (bytes32 id);

    /// @notice Pays a mature exit, by anyone. The first call after maturity takes a slot in the asset's lane and pays only
    /// if that has come; under impairment only the owner's call pays, pro rata.
    /// @return paid Whether it was paid; false = a slot was taken, see `SlotTaken`.
    function release(Exit calldata exit) external returns (bool paid);

    /// @notice Puts an open exit back into its owner's balance, fresh. Owner only, also while held.
    function cancel(Exit calldata exit) external;

    /// @notice Lets an exit mature at `soon` (REVIEWER).
    function endorse(bytes32 id) external;

    // ---- subjects ----

    /// @notice Names a recipient for instant exits, usable after T, or removes it at once. For the caller's subject.
    function setDestination(address to, bool on) external;

    /// @notice Sets the caller's subject's own limit of instant exits per trailing day: down at once, up after 2T.
    /// @param cents Max uint40 = none.
    function setCap(uint40 cents) external;

    /// @notice Records the sanctions list's answer on `account`, by anyone.
    function screen(address account) external;

    /// @notice Holds a subject, or everyone (zero address), until `secs` from now (GUARDIAN). Charges the added seconds to a
    /// budget of 7 days in any 90.
    function hold(address subject, uint40 secs) external;

    /// @notice Ends a hold (GUARDIAN). Refunds nothing.
    function lift(address subject) external;

    /// @notice Adds up to 30 days to a hold, or starts one (timelock).
    function extend(address subject, uint40 secs) external;

    /// @notice Makes `account` one of `subject`'s, or its own again with `subject == account` (REGISTRY).
    function setSubject(address account, address subject) external;

    /// @notice Sets a subject's tier from `from` until `until`; before that the one in force now (REGISTRY).
    function setTier(address subject, uint8 tier, uint40 from, uint40 until) external;

    // ---- governance ----

    /// @notice Lists an asset by class (timelock). Its parameters are set before.
    function list(AssetId asset, TokenClass class, uint8 tickExponent) external;

    /// @notice Compares liabilities with holdings and sets or clears the flag, by anyone.
    function checkImpairment(AssetId asset) external;

    /// @notice Registers an app, or retires it (timelock).
    function setKind(address app, Kind kind) external;

    /// @notice Replaces the policy (timelock).
    /// @param expected The policy in force that the caller has seen.
    /// @param expectedRevision Its revision: any tightening in between makes this revert.
    function setPolicy(address expected, uint32 expectedRevision, uint40 validUntil, address next) external;

    // ---- views ----

    /// @notice What the policy would be told.
    function facts(address owner, AssetId asset, uint112 amount, address to) external view returns (Facts memory);

    /// @notice What the Vault and its reserves hold of the asset.
    function holdings(AssetId asset) external view returns (uint256);

    function balanceSlot(address account, AssetId asset) external view returns (uint256 packed);
    function accountOf(address account) external view returns (Account memory);
    function subjectOf(address account) external view returns (address);
    function subjectRecord(address subject) external view returns (Subject memory);
    function assetOf(AssetId asset) external view returns (Asset memory);
    function openOf(bytes32 id) external view returns (Open memory);
    function windowOf(bytes32 key) external view returns (uint256 packed);
    function destinationOf(address subject, address to) external view returns (uint40 usableFrom);
    function policy() external view returns (address);
    function sanctionsList() external view returns (address);
    function everyoneHeldUntil() external view returns (uint40);
    function nonces(address owner, uint192 key) external view returns (uint256);
}
