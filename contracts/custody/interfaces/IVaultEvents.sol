// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {Exit, Kind, TokenClass, Verb} from "./IVaultTypes.sol";

/// @notice What the Vault says: events, each ending with the slots as they are after the write, so that balances, exits,
/// holds, windows and lanes can be rebuilt from logs alone (INV-CUS-6); and errors, one per failure.
interface IVaultEvents {
    // ---- money ----

    /// @param amount What arrived and was credited, not what was sent.
    event Deposited(
        AssetId indexed asset, address indexed to, address from, uint256 amount, uint256 balanceSlot, uint256 assetSlot
    );
    /// @notice Right after ERC-6909's `Transfer` of a move inside the ledger, which names asset and accounts: both balances.
    event Moved(uint256 fromSlot, uint256 toSlot);
    event Referenced(address indexed owner, bytes32 indexed ref);
    /// @notice Paid at once. A window slot of zero wasn't charged.
    event Withdrawn(
        AssetId indexed asset,
        address indexed owner,
        address indexed to,
        uint256 amount,
        uint256 balanceSlot,
        uint256 assetSlot,
        uint256 subjectWindowSlot,
        uint256 assetWindowSlot,
        uint256 poolWindowSlot
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
        uint256 openSlot,
        uint256 assetSlot
    );
    event Endorsed(bytes32 indexed id, uint256 openSlot);
    event SlotTaken(bytes32 indexed id, uint256 openSlot, uint256 assetSlot);
    /// @param paid Less than the exit's amount only under impairment.
    event Released(bytes32 indexed id, AssetId indexed asset, address indexed to, uint256 paid, uint256 assetSlot);
    event Cancelled(bytes32 indexed id, address indexed owner, uint256 balanceSlot, uint256 assetSlot);

    /// @notice After its exits' `Cancelled` and before its balances' moves.
    event AccountRecovered(address indexed from, address indexed to);

    // ---- reserves ----

    event Swept(AssetId indexed asset, address indexed reserve, uint256 amount);
    /// @param held What the Vault itself holds then.
    event Refilled(AssetId indexed asset, address indexed reserve, uint256 held);
    event ReserveAdded(address indexed reserve);
    event ReserveRemoved(address indexed reserve);

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

    event AssetListed(AssetId indexed asset, TokenClass tokenClass, uint256 assetSlot);
    /// @notice A new T, in hours, as it reaches each listed asset.
    event FreshPeriodSpread(AssetId indexed asset, uint8 freshHours, uint256 assetSlot);
    event ImpairmentChecked(AssetId indexed asset, bool impaired, uint256 holdings, uint256 assetSlot);
    event KindSet(address indexed account, Kind kind, uint256 accountSlot);
    event PolicySet(address indexed previous, address indexed next, address sanctionsList, uint256 doorSlot);

    event InstantClosed(uint256 doorSlot);
    event InstantOpened(uint256 doorSlot);
    /// @notice Governance has acted.
    event Governed(uint40 time);
    event WindDownBegun(AssetId indexed asset, uint256 assetSlot);
    event Revived(AssetId indexed asset, uint256 assetSlot);

    // ---- errors ----

    error Vault_ZeroAddress();
    error Vault_ZeroAmount();
    error Vault_UseDeposit();
    error Vault_NotListed(AssetId asset);
    error Vault_ListedAlready(AssetId asset);
    error Vault_TooManyAssets(uint256 most);
    error Vault_ClassDoesNotFit(AssetId asset, TokenClass tokenClass);
    error Vault_TokenUnreadable(address token);
    error Vault_TokenTooLarge(address token, uint256 decimals, uint256 totalSupply);
    error Vault_BadTick(uint8 tickExponent, uint256 most);
    error Vault_ParameterMissing(bytes32 key);
    error Vault_WrongValue(uint256 sent, uint256 expected);
    error Vault_ReceivedDiffers(AssetId asset, uint256 expected, uint256 received);
    error Vault_NothingReceived(AssetId asset);
    error Vault_CapReached(AssetId asset, uint256 room);
    error Vault_PaidDiffers(AssetId asset, uint256 expected, uint256 paid);
    error Vault_PushFailed(address to);
    error Vault_BadRecipient(address to);
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
    error Vault_NotFunded(AssetId asset, uint256 held, uint256 needed);
    error Vault_NotSweepable(AssetId asset);
    error Vault_NothingToSweep(AssetId asset, uint256 held, uint256 ceiling);
    error Vault_NoReserve();
    error Vault_NotAReserve(address account);
    error Vault_TooManyReserves(uint256 most);
    error Vault_WindingDown(AssetId asset);
    error Vault_GovernanceAlive(uint40 silentFrom);
}
