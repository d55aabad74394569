// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {ReleasedApp} from "../governance/ReleasedApp.sol";
import {IAppRelease} from "../governance/interfaces/IAppRelease.sol";
import {AssetId} from "../shared/AssetId.sol";
import {Feature, IPaymentRules} from "./interfaces/IPaymentRules.sol";
import {Announcement, Cycle, Entry, INetting, Margin, Obligation} from "./interfaces/INetting.sol";
import {MarginSlot} from "./libraries/MarginSlot.sol";
import {NettingCode} from "./libraries/NettingCode.sol";

/// @title Netting
/// @notice Multilateral netting between balances that parties have pushed here: see `INetting`.
/// @dev Not upgradeable: parties leave a deployment whenever they like, and join the next one.
contract Netting is INetting, ReleasedApp, EIP712 {
    using MarginSlot for uint256;
    using NettingCode for Cycle;
    using NettingCode for Obligation;

    /// @notice Seconds between announcing and withdrawing, and the most that a cycle's deadline may lie ahead.
    uint40 public constant NOTICE = 1 hours;

    IPaymentRules private immutable _rules;
    /// @dev By asset first, as a cycle is of one.
    mapping(AssetId asset => mapping(address party => uint256 slot)) private _margins;
    mapping(address party => mapping(AssetId asset => Announcement)) private _withdrawals;
    mapping(address party => mapping(AssetId asset => Announcement)) private _raises;

    /// @param release_ See `ReleasedApp`.
    /// @param rules_ Of the same Vault.
    constructor(IVault vault_, IAppRelease release_, IPaymentRules rules_)
        ReleasedApp(vault_, release_)
        EIP712("Strongroom Netting", "1")
    {
        if (rules_.vault() != address(vault_)) revert ReleasedApp_OtherVault(address(vault_));
        _rules = rules_;
    }

    // ---- caps ----

    /// @inheritdoc INetting
    function setCap(AssetId asset, uint112 cap) external {
        uint256 slot = _margins[asset][msg.sender];
        // Check: the same cap takes back an announced one.
        if (cap == slot.cap() && _raises[msg.sender][asset].from == 0) revert Netting_Unchanged(cap);
        if (cap > slot.cap()) {
            // Effect
            uint40 from = uint40(block.timestamp) + NOTICE;
            _raises[msg.sender][asset] = Announcement(cap, from);
            emit CapAnnounced(msg.sender, asset, cap, from);
            return;
        }
        // Effect: what was announced before was meant to be higher.
        delete _raises[msg.sender][asset];
        slot = slot.withCap(cap);
        _margins[asset][msg.sender] = slot;
        emit CapLowered(msg.sender, asset, cap, slot);
    }

    /// @inheritdoc INetting
    function applyCap(address party, AssetId asset) external {
        uint112 cap = _due(_raises[party][asset], party, asset);
        // Effect
        delete _raises[party][asset];
        uint256 slot = _margins[asset][party].withCap(cap);
        _margins[asset][party] = slot;
        emit CapRaised(party, asset, cap, slot);
    }

    // ---- withdrawing ----

    /// @inheritdoc INetting
    function announceWithdrawal(AssetId asset, uint112 amount) external {
        // Effect
        uint40 from = amount == 0 ? 0 : uint40(block.timestamp) + NOTICE;
        _withdrawals[msg.sender][asset] = Announcement(amount, from);
        emit WithdrawalAnnounced(msg.sender, asset, amount, from);
    }

    /// @inheritdoc INetting
    function withdraw(address party, AssetId asset) external returns (uint112 amount) {
        amount = _due(_withdrawals[party][asset], party, asset);
        uint256 slot = _margins[asset][party];
        uint112 balance = slot.balance();
        if (amount > balance) amount = balance;
        // Check
        if (amount == 0) revert Netting_NothingToWithdraw(party, asset);
        // Effect
        delete _withdrawals[party][asset];
        slot = slot.withBalance(balance - amount);
        _margins[asset][party] = slot;
        emit MarginWithdrawn(party, asset, amount, slot);
        // Interaction
        _vault.transfer(party, asset.raw(), amount);
    }

    // ---- settling ----

    /// @inheritdoc INetting
    function settle(Cycle calldata cycle) external returns (bytes32 cycleHash) {
        AssetId asset = cycle.asset;
        Entry[] calldata entries = cycle.entries;
        // Check
        if (block.timestamp > cycle.deadline) revert Netting_TooLate(cycle.deadline);
        uint256 latest = block.timestamp + NOTICE;
        if (cycle.deadline > latest) revert Netting_DeadlineTooFar(cycle.deadline, latest);
        if (entries.length == 0) revert Netting_NoParties();
        cycleHash = cycle.hash();
        bytes32 domain = _domainSeparatorV4();
        mapping(address party => uint256 slot) storage margins = _margins[asset];
        address last;
        int256 sum;
        uint256 moved;
        for (uint256 i; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            address party = entry.party;
            int112 net = entry.net;
            // Check: each party once, or one cycle could take its cap twice.
            if (party <= last) revert Netting_NotAscending(party, last);
            last = party;
            unchecked {
                // Calldata holds fewer than 2^64 numbers of 112 bits.
                sum += net;
                if (net > 0) moved += uint112(net);
            }
            _settle(margins, domain, cycleHash, asset, party, net, entry.signature);
        }
        // Check: each debit met by a credit of the same cycle; the last word, as only all of it says so.
        if (sum != 0) revert Netting_NotZeroSum(sum);
        emit CycleSettled(cycleHash, asset, cycle.obligations, entries.length, moved);
    }

    /// @dev One party's part. Its nonce rises also if it neither gives nor gets: its signature was for one cycle.
    function _settle(
        mapping(address party => uint256 slot) storage margins,
        bytes32 domain,
        bytes32 cycleHash,
        AssetId asset,
        address party,
        int112 net,
        bytes calldata signature
    ) private {
        uint256 slot = margins[party];
        uint256 balance = slot.balance();
        // Check
        bytes32 position = NettingCode.position(cycleHash, party, asset, net, slot.nonce());
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, position);
        if (!_signed(party, digest, signature)) revert Netting_BadSignature(party);
        unchecked {
            // Of 112 bits each: neither negative nor sum overflows, and the difference is checked.
            if (net < 0) {
                uint256 debit = uint256(-int256(net));
                if (debit > slot.cap()) revert Netting_AboveCap(party, debit, slot.cap());
                if (debit > balance) revert Netting_AboveBalance(party, debit, uint112(balance));
                balance -= debit;
            } else {
                balance += uint112(net);
                if (balance > MarginSlot.MAX) revert Netting_TooLarge(party, balance);
            }
        }
        // Effect
        slot = slot.withBalance(balance).withNextNonce();
        margins[party] = slot;
        emit PositionSettled(cycleHash, party, net, slot);
    }

    // ---- views ----

    /// @inheritdoc INetting
    function marginOf(address party, AssetId asset) external view returns (Margin memory) {
        return _margins[asset][party].unpacked();
    }

    /// @inheritdoc INetting
    function announcedOf(address party, AssetId asset)
        external
        view
        returns (Announcement memory withdrawal, Announcement memory cap)
    {
        return (_withdrawals[party][asset], _raises[party][asset]);
    }

    /// @inheritdoc INetting
    function hashOf(Cycle calldata cycle) external pure returns (bytes32) {
        return cycle.hash();
    }

    /// @inheritdoc INetting
    function positionDigest(bytes32 cycleHash, address party, AssetId asset, int112 net, uint32 nonce)
        external
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(NettingCode.position(cycleHash, party, asset, net, nonce));
    }

    /// @inheritdoc INetting
    function obligationDigest(Obligation calldata obligation) external view returns (bytes32) {
        return _hashTypedDataV4(obligation.hash());
    }

    /// @inheritdoc INetting
    function includes(bytes32 obligations, Obligation calldata obligation, bytes32[] calldata proof)
        external
        pure
        returns (bool)
    {
        return MerkleProof.verifyCalldata(proof, obligations, obligation.leaf());
    }

    /// @inheritdoc INetting
    function rules() external view returns (address) {
        return address(_rules);
    }

    // ---- the hook ----

    /// @dev Funding is the only thing that a push is for.
    function _opens(address, AssetId[] calldata, uint112[] calldata, bytes calldata)
        internal
        pure
        override
        returns (bool)
    {
        return true;
    }

    function _take(address owner, AssetId[] calldata assets, uint112[] calldata amounts, bytes calldata data)
        internal
        override
    {
        // Check
        if (data.length != 0 || assets.length == 0) revert Netting_BadData();
        _rules.admit(owner, (1 << uint8(Feature.PAY)) | (1 << uint8(Feature.NETTING)), assets, amounts);
        for (uint256 i; i < assets.length; ++i) {
            uint112 amount = amounts[i];
            uint256 slot = _margins[assets[i]][owner];
            // Check
            if (amount == 0) revert Netting_ZeroAmount();
            uint256 balance = uint256(slot.balance()) + amount;
            if (balance > MarginSlot.MAX) revert Netting_TooLarge(owner, balance);
            // Effect
            slot = slot.withBalance(balance);
            _margins[assets[i]][owner] = slot;
            emit MarginFunded(owner, assets[i], amount, slot);
        }
    }

    // ---- inside ----

    /// @dev What was announced, once its time has come.
    function _due(Announcement memory announced, address party, AssetId asset) private view returns (uint112) {
        if (announced.from == 0) revert Netting_NotAnnounced(party, asset);
        if (block.timestamp < announced.from) revert Netting_TooSoon(party, asset, announced.from);
        return announced.value;
    }

    /// @dev Keys first: only for another signer is the account's code looked at.
    function _signed(address party, bytes32 digest, bytes calldata signature) private view returns (bool) {
        (address signer, ECDSA.RecoverError failure,) = _recovered(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && signer == party) return true;
        return party.code.length != 0
            && SignatureChecker.isValidERC1271SignatureNowCalldata(party, digest, signature);
    }

    function _recovered(bytes32 digest, bytes calldata signature)
        private
        pure
        returns (address, ECDSA.RecoverError, bytes32)
    {
        if (signature.length == 64) {
            return ECDSA.tryRecover(digest, bytes32(signature[:32]), bytes32(signature[32:]));
        }
        return ECDSA.tryRecoverCalldata(digest, signature);
    }
}
