// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";

/// @notice What one party owes another, signed by the debtor off chain (EIP-712) and kept in the books of both.
/// @param amount Raw units.
/// @param ref Hash of an outside reference: an invoice, an ISO 20022 end-to-end id.
/// @param dueBy Unix seconds after which it is no longer for netting.
/// @param salt Tells obligations of equal terms apart.
struct Obligation {
    address debtor;
    address creditor;
    AssetId asset;
    uint112 amount;
    bytes32 ref;
    uint40 dueBy;
    uint256 salt;
}

/// @notice One party's part of a cycle.
/// @param net Raw units: what it gets, negative = what it gives. Zero where the two are equal: it signs all the same, as its
/// obligations are cleared.
/// @param signature Of the party, over its `Position` (EIP-712): 64 (EIP-2098) or 65 bytes of a key, or for a contract
/// whatever its ERC-1271 wants.
struct Entry {
    address party;
    int112 net;
    bytes signature;
}

/// @notice One asset's cycle: all that its parties owe each other, settled by their differences.
/// @param obligations Merkle root over the obligations' EIP-712 struct hashes, pairs sorted, leaves hashed once more (as
/// OpenZeppelin's StandardMerkleTree does).
/// @param deadline Unix seconds.
/// @param entries Every party, by ascending address; their nets sum to zero.
struct Cycle {
    AssetId asset;
    bytes32 obligations;
    uint40 deadline;
    Entry[] entries;
}

/// @notice What a party has in the netting of an asset: one slot.
/// @param balance Raw units that it has pushed or been settled, and can withdraw.
/// @param cap Most that one cycle may take, raw units; max uint112 = all.
/// @param nonce How many cycles it has been in.
struct Margin {
    uint112 balance;
    uint112 cap;
    uint32 nonce;
}

/// @notice What a party has announced.
/// @param value Raw units.
/// @param from Unix seconds from which on it can be done; 0 = nothing is announced.
struct Announcement {
    uint112 value;
    uint40 from;
}

/// @notice Multilateral netting: parties that owe each other settle whole cycles of obligations by the differences, between
/// balances that they have pushed here. The contract trusts no solver: it sees a root and a vector that sums to zero, and
/// every party named, creditors too, has signed its own net and, by the cycle's hash, the root and the whole vector.
///
/// A party funds its margin by `callWith` with no data. Withdrawals are announced `NOTICE` before, so that who collects
/// signatures knows what can be withdrawn until the deadline; so is a higher cap. Calldata and gas are independent of the number
/// of obligations.
///
/// An obligation is cleared by a cycle under whose root it `includes`, and in which both its debtor and its creditor have a
/// `PositionSettled`. A root alone proves nothing to a party that isn't named.
///
/// Assumptions. Correctness: a party checks its obligations against the root before it signs. Liveness: none; a party withdraws
/// all that it has whatever others do. A party that doesn't sign is left out, and the others sign another cycle. One that has
/// signed can still void the cycle until it is settled, by a lower cap or another cycle: then nothing has moved.
interface INetting {
    /// @param slot The party's slot after the write, in all of these events.
    event MarginFunded(address indexed party, AssetId indexed asset, uint112 amount, uint256 slot);
    event CapLowered(address indexed party, AssetId indexed asset, uint112 cap, uint256 slot);
    event CapRaised(address indexed party, AssetId indexed asset, uint112 cap, uint256 slot);
    event CapAnnounced(address indexed party, AssetId indexed asset, uint112 cap, uint40 from);
    event WithdrawalAnnounced(address indexed party, AssetId indexed asset, uint112 amount, uint40 from);
    event MarginWithdrawn(address indexed party, AssetId indexed asset, uint112 amount, uint256 slot);
    event PositionSettled(bytes32 indexed cycle, address indexed party, int112 net, uint256 slot);
    /// @param moved Raw units: the sum of what was credited.
    event CycleSettled(
        bytes32 indexed cycle, AssetId indexed asset, bytes32 indexed obligations, uint256 parties, uint256 moved
    );

    error Netting_BadData();
    error Netting_ZeroAmount();
    error Netting_NotAnnounced(address party, AssetId asset);
    error Netting_TooSoon(address party, AssetId asset, uint40 from);
    error Netting_NothingToWithdraw(address party, AssetId asset);
    error Netting_Unchanged(uint112 cap);
    error Netting_TooLate(uint40 deadline);
    error Netting_DeadlineTooFar(uint40 deadline, uint256 latest);
    error Netting_NoParties();
    error Netting_NotAscending(address party, address last);
    error Netting_NotZeroSum(int256 sum);
    error Netting_BadSignature(address party);
    error Netting_AboveCap(address party, uint256 debit, uint112 cap);
    error Netting_AboveBalance(address party, uint256 debit, uint112 balance);
    error Netting_TooLarge(address party, uint256 balance);

    /// @notice Sets the most that one cycle may take of the caller: lower at once, higher when `applyCap` is called after
    /// `NOTICE`. New parties have none: max uint112.
    function setCap(AssetId asset, uint112 cap) external;

    /// @notice Puts an announced cap in force, by anyone.
    function applyCap(address party, AssetId asset) external;

    /// @notice Announces that the caller will withdraw `amount`; replaces what was announced. Zero takes it back.
    function announceWithdrawal(AssetId asset, uint112 amount) external;

    /// @notice Pays what was announced to the party's own ledger account, by anyone: at most its balance.
    function withdraw(address party, AssetId asset) external returns (uint112 amount);

    /// @notice Settles a cycle, by anyone.
    ///
    /// Requirements: not after its deadline, which is at most `NOTICE` ahead; parties ascend and nets sum to zero; each party
    /// has signed under its present nonce; what each gives is within its cap and its balance.
    /// @return cycleHash The cycle's EIP-712 struct hash.
    function settle(Cycle calldata cycle) external returns (bytes32 cycleHash);

    // ---- views ----

    function marginOf(address party, AssetId asset) external view returns (Margin memory);

    /// @notice What a party has announced: a withdrawal, and a higher cap.
    function announcedOf(address party, AssetId asset)
        external
        view
        returns (Announcement memory withdrawal, Announcement memory cap);

    /// @notice The cycle's EIP-712 struct hash, signatures aside.
    function hashOf(Cycle calldata cycle) external pure returns (bytes32);

    /// @notice What a party signs for its part.
    function positionDigest(bytes32 cycleHash, address party, AssetId asset, int112 net, uint32 nonce)
        external
        view
        returns (bytes32);

    /// @notice What a debtor signs.
    function obligationDigest(Obligation calldata obligation) external view returns (bytes32);

    /// @notice Whether an obligation is under the root of `obligations`.
    function includes(bytes32 obligations, Obligation calldata obligation, bytes32[] calldata proof)
        external
        pure
        returns (bool);

    /// @notice The `IPaymentRules` that say who opens new positions.
    function rules() external view returns (address);
}
