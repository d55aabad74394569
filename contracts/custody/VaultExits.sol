// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Facts, Quote} from "../policy/interfaces/IExitPolicy.sol";
import {SlidingWindow} from "../policy/libraries/SlidingWindow.sol";
import {AssetId} from "../shared/AssetId.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {Params} from "../shared/Params.sol";
import {Reason, Reasons} from "../shared/Reasons.sol";
import {VaultLedger} from "./VaultLedger.sol";
import {VaultScreening} from "./VaultScreening.sol";
import {IVaultAdmin} from "./interfaces/IVaultAdmin.sol";
import {Account, Exit, Open, Phase, TokenClass} from "./interfaces/IVaultTypes.sol";
import {Assets} from "./libraries/Assets.sol";
import {Access, Act} from "./libraries/Guard.sol";
import {Lanes} from "./libraries/Lanes.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {Opens} from "./libraries/Opens.sol";
import {Queue} from "./libraries/Queue.sol";
import {Quotes} from "./libraries/Quotes.sol";
import {Requests} from "./libraries/Requests.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {VaultLayout} from "./libraries/VaultLayout.sol";
import {VaultNamespace} from "./VaultNamespace.sol";

/// @title VaultExits
/// @notice The one way out: a request is paid at once or queued; what is queued matures, takes a slot in its asset's lane
/// and is paid, or goes back to its owner.
abstract contract VaultExits is VaultLedger, VaultScreening {
    using VaultLayout for Account;
    using Assets for VaultNamespace.Packed;
    using Assets for uint256;
    using Lanes for uint256;
    using Opens for Open;
    using Opens for uint256;
    using Params for Params.Table;
    using Quotes for Quote;
    using SlidingWindow for uint256;

    /// @dev How long a release waits for a silent sanctions list before it trusts the last record.
    uint40 internal constant SCREENING_PATIENCE = 72 hours;

    function withdraw(AssetId asset, uint112 amount, address to) external returns (bytes32 id) {
        return _withdraw(msg.sender, asset, amount, to);
    }

    function _withdraw(address owner, AssetId asset, uint112 amount, address to)
        internal
        nonReentrant
        returns (bytes32 id)
    {
        uint256 a = VaultLayout.slots().assets[asset].load();
        // Check
        if (amount == 0) revert Vault_ZeroAmount();
        if (to == address(0) || to == address(this)) revert Vault_BadRecipient(to);
        if (a.class() == TokenClass.UNLISTED) revert Vault_NotListed(asset);
        (address subject, uint256 account, uint256 s) = VaultLayout.member(owner);
        (address policy, uint256 heldUntil, bool closed) = VaultLayout.door();
        Access access = VaultLayout.allow(Act.WITHDRAW, owner, subject, account, s, heldUntil, a.impaired());
        // Effect
        (uint256 before, uint256 word) = Ledger.debit(owner, asset, amount, a.freshStep());
        emit Transfer(msg.sender, owner, address(0), asset.raw(), amount);
        // The request as it came: before the debit.
        Facts memory f = Requests.facts(owner, subject, account, s, asset, a, before, amount, to);
        Quote memory q = Quotes.ask(policy, f);
        if (access == Access.QUEUE) {
            if (a.impaired()) q.reasons |= Reasons.bit(Reason.IMPAIRED);
            if (block.timestamp < heldUntil) q.reasons |= Reasons.bit(Reason.EVERYONE_HELD);
        }
        if (closed) q.reasons |= Reasons.bit(Reason.INSTANT_CLOSED);
        if (q.reasons == 0 && _payNow(f, q, a, word)) return 0;
        return _enqueue(f, q, account, word, a);
    }

    function release(Exit memory exit) external nonReentrant returns (bool paid) {
        bytes32 id = Queue.idOf(exit);
        uint256 open = VaultLayout.slots().opens[id].load();
        VaultNamespace.Packed storage row = VaultLayout.slots().assets[exit.asset];
        uint256 a = row.load();
        // Check
        if (open.phase() == Phase.NONE) revert Vault_NotOpen(id);
        uint40 from = open.phase() == Phase.ENDORSED ? exit.soon : exit.late;
        if (block.timestamp < from) revert Vault_NotMature(id, from);
        (address list, uint256 heldUntil) = VaultLayout.screen();
        if (_screenEnds(list, exit)) return false;
        bool proRata = _allowRelease(exit, heldUntil, a);
        if (open.slot() == 0) {
            // Effect: a slot in the lane, which may lie ahead; then it is recorded, and nothing is paid.
            (a, open) = _takeSlot(exit, a, open);
            if (!open.isDue()) {
                VaultLayout.slots().opens[id].store(open);
                row.store(a);
                emit SlotTaken(id, open, a);
                return false;
            }
        }
        if (!open.isDue()) revert Vault_SlotAhead(id, Lanes.secondsUp(open.slot()));
        uint256 amount = exit.amount;
        // The other half of this contract's code knows the reserves.
        if (proRata) amount = Assets.shareOf(amount, IVaultAdmin(address(this)).holdings(exit.asset), a.liabilities());
        // Effect: an exit's amount is part of the liabilities until it is paid or cancelled.
        a = a.settle(exit.amount).dequeue(exit.amount);
        row.store(a);
        VaultLayout.slots().opens[id].store(0);
        emit Released(id, exit.asset, exit.to, amount, a);
        // Check: the rest may be in the reserves.
        uint256 held = Tokens.held(exit.asset, address(this));
        if (held < amount) revert Vault_NotFunded(exit.asset, held, amount);
        // Interaction
        Tokens.pay(exit.asset, exit.to, amount, held);
        return true;
    }

    function cancel(Exit memory exit) external {
        Queue.cancel(msg.sender, exit);
    }

    /// @dev Pays if the Vault itself has it and every charge fits; else says why not in `q` and changes nothing.
    function _payNow(Facts memory f, Quote memory q, uint256 a, uint256 word) private returns (bool) {
        uint256 held = Tokens.heldOrNothing(f.asset, address(this));
        if (held < f.amount) {
            q.reasons = Reasons.bit(Reason.NOT_IN_HOT);
            return false;
        }
        uint256[3] memory words;
        (q.reasons, words) = _charge(q);
        if (q.reasons != 0) return false;
        a = a.settle(f.amount);
        VaultLayout.slots().assets[f.asset].store(a);
        emit Withdrawn(f.asset, f.owner, f.to, f.amount, word, a, words[0], words[1], words[2]);
        // Interaction
        Tokens.pay(f.asset, f.to, f.amount, held);
        return true;
    }

    /// @dev Charges all windows if all fit, else none: what queues costs nobody anything.
    function _charge(Quote memory q) private returns (uint256 reasons, uint256[3] memory words) {
        mapping(bytes32 => VaultNamespace.Packed) storage windows = VaultLayout.slots().windows;
        VaultNamespace.Packed storage subject = windows[q.subjectWindow];
        VaultNamespace.Packed storage asset = windows[q.assetWindow];
        VaultNamespace.Packed storage pool = windows[q.poolWindow];
        bool fits;
        if (q.subjectWindow != 0) {
            (fits, words[0]) = _fit(subject, q.subjectAmount, q.subjectLimit);
            if (!fits) reasons = Reasons.bit(Reason.SUBJECT_LIMIT);
        }
        if (q.assetWindow != 0) {
            (fits, words[1]) = _fit(asset, q.assetAmount, q.assetLimit);
            if (!fits) reasons |= Reasons.bit(Reason.ASSET_LIMIT);
        }
        if (q.poolWindow != 0) {
            (fits, words[2]) = _fit(pool, q.poolAmount, q.poolLimit);
            if (!fits) reasons |= Reasons.bit(Reason.POOL_LIMIT);
        }
        if (reasons != 0) return (reasons, words);
        if (q.subjectWindow != 0) subject.word = words[0];
        if (q.assetWindow != 0) asset.word = words[1];
        if (q.poolWindow != 0) pool.word = words[2];
    }

    function _fit(VaultNamespace.Packed storage window, uint256 amount, uint256 limit)
        private
        view
        returns (bool, uint256)
    {
        return window.word.charge(Quotes.EXIT_WINDOW, block.timestamp, amount, limit);
    }

    function _enqueue(Facts memory f, Quote memory q, uint256 account, uint256 balance, uint256 a)
        private
        returns (bytes32 id)
    {
        Exit memory exit = Exit({
            owner: f.owner,
            to: f.to,
            asset: f.asset,
            amount: uint112(f.amount),
            soon: uint40(block.timestamp + q.soon),
            late: uint40(block.timestamp + q.late),
            seq: VaultLayout.exitsIn(account)
        });
        id = Queue.idOf(exit);
        account = VaultLayout.withNextExit(account);
        VaultLayout.slots().accounts[f.owner].store(account);
        VaultLayout.slots().opens[id].store(Opens.OPEN);
        a = a.enqueue(f.amount);
        VaultLayout.slots().assets[f.asset].store(a);
        emit Queued(id, f.owner, f.to, exit, q.reasons, balance, account, Opens.OPEN, a);
    }

    /// @dev The next slot of the exit's lane: both words as they will be.
    function _takeSlot(Exit memory exit, uint256 a, uint256 open) private view returns (uint256, uint256) {
        bool large = a.isLarge(exit.amount);
        uint8 rate = large ? ParamKeys.LARGE_LANE_RATE : ParamKeys.SMALL_LANE_RATE;
        uint256 bps = VaultLayout.slots().params.inForce(ParamKeys.ofAsset(rate, exit.asset));
        return a.take(open, exit.amount, large, bps);
    }

    /// @dev The states that stop a release, at either end. True if the exit gets a share of what is there instead: by its
    /// owner's wish only, until the asset is being wound down.
    function _allowRelease(Exit memory exit, uint256 heldUntil, uint256 a) private view returns (bool proRata) {
        (address subject, uint256 account, uint256 s) = VaultLayout.member(exit.owner);
        Access access = VaultLayout.allow(Act.RELEASE, exit.owner, subject, account, s, heldUntil, a.impaired());
        proRata = access == Access.PRO_RATA;
        if (proRata && msg.sender != exit.owner && !a.windingDown()) revert Vault_OnlyOwner(exit.owner);
        if (VaultLayout.anyListed(exit.to)) revert Vault_RecipientListed(exit.to);
    }

    /// @dev Screens both ends again. True if a record turned to listed, which is kept by not reverting: nothing is paid.
    function _screenEnds(address list, Exit memory exit) private returns (bool turned) {
        turned = _screenOrTrust(list, exit.owner, exit.late);
        if (exit.to != exit.owner) turned = _screenOrTrust(list, exit.to, exit.late) || turned;
    }

    function _screenOrTrust(address list, address account, uint40 late) private returns (bool) {
        (bool answered, bool turned) = _screen(list, account);
        if (!answered && block.timestamp < late + SCREENING_PATIENCE) {
            revert Vault_ScreeningDown(account, late + SCREENING_PATIENCE);
        }
        return turned;
    }
}
