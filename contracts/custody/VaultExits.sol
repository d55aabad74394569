// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Facts, IExitPolicy} from "../policy/interfaces/IExitPolicy.sol";
import {SlidingWindow} from "../policy/libraries/SlidingWindow.sol";
import {AssetId} from "../shared/AssetId.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {Params} from "../shared/Params.sol";
import {Reason, Reasons} from "../shared/Reasons.sol";
import {Units} from "../shared/Units.sol";
import {VaultLedger} from "./VaultLedger.sol";
import {VaultScreening} from "./VaultScreening.sol";
import {Account, Asset, Exit, Open, Phase, Subject, TokenClass} from "./interfaces/IVaultTypes.sol";
import {Assets} from "./libraries/Assets.sol";
import {Balances} from "./libraries/Balances.sol";
import {Access, Act} from "./libraries/Guard.sol";
import {Lanes} from "./libraries/Lanes.sol";
import {Quotes} from "./libraries/Quotes.sol";
import {VaultLayout} from "./libraries/VaultLayout.sol";
import {VaultNamespace} from "./VaultNamespace.sol";

/// @title VaultExits
/// @notice The one way out: a request is paid at once or queued; what is queued matures, takes a slot in its asset's lane
/// and is paid, or goes back to its owner.
abstract contract VaultExits is VaultLedger, VaultScreening {
    using Balances for uint256;
    using Assets for Asset;
    using Assets for uint256;
    using Lanes for uint256;
    using Lanes for Open;
    using Params for Params.Table;
    using Quotes for Quotes.Quote;
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
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        uint256 a = $.assets[asset].load();
        // Check
        if (amount == 0) revert Vault_ZeroAmount();
        if (to == address(0) || to == address(this)) revert Vault_BadRecipient(to);
        if (a.class() == TokenClass.UNLISTED) revert Vault_NotListed(asset);
        Access access = VaultLayout.allow(Act.WITHDRAW, owner, $.door.heldUntil, a.impaired());
        Facts memory f = _facts(owner, asset, a, amount, to);
        // Effect
        uint256 word = _debit(owner, asset, amount, Units.freshStep(f.tickExponent));
        emit Transfer(msg.sender, owner, address(0), asset.raw(), amount);
        Quotes.Quote memory q = Quotes.ask($.door.policy, f);
        if (access == Access.QUEUE) {
            if (a.impaired()) q.reasons |= Reasons.bit(Reason.IMPAIRED);
            if (block.timestamp < $.door.heldUntil) q.reasons |= Reasons.bit(Reason.EVERYONE_HELD);
        }
        if (q.reasons == 0 && _payNow(f, q, a, word)) return 0;
        return _enqueue(f, q, word);
    }

    function release(Exit calldata exit) external nonReentrant returns (bool paid) {
        bytes32 id = keccak256(abi.encode(exit));
        Open memory open = VaultLayout.slots().opens[id];
        uint256 a = VaultLayout.slots().assets[exit.asset].load();
        // Check
        if (open.phase == Phase.NONE) revert Vault_NotOpen(id);
        uint40 from = open.phase == Phase.ENDORSED ? exit.soon : exit.late;
        if (block.timestamp < from) revert Vault_NotMature(id, from);
        if (_screenEnds(exit)) return false;
        bool proRata = _allowRelease(exit, a.impaired());
        bool due;
        (due, a) = _takeSlot(id, exit, open, a);
        if (!due) return false;
        uint256 amount = proRata ? _haircut(exit.asset, exit.amount, a.liabilities()) : exit.amount;
        // Effect: an exit's amount is part of the liabilities until it is paid or cancelled.
        a = a.settle(exit.amount);
        VaultLayout.slots().assets[exit.asset].store(a);
        delete VaultLayout.slots().opens[id];
        emit Released(id, exit.asset, exit.to, amount, a);
        // Interaction
        _pay(exit.asset, exit.to, amount);
        return true;
    }

    function cancel(Exit calldata exit) external {
        _cancel(msg.sender, exit);
    }

    function _cancel(address owner, Exit memory exit) internal {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        bytes32 id = _idOf(exit);
        Open memory open = $.opens[id];
        // Check: apps own no exits, and the guard lets every user cancel in every state.
        if (owner != exit.owner) revert Vault_OnlyOwner(exit.owner);
        if (open.phase == Phase.NONE) revert Vault_NotOpen(id);
        // Effect
        delete $.opens[id];
        uint256 a = $.assets[exit.asset].load().giveBack(open);
        $.assets[exit.asset].store(a);
        uint256 word = _credit(owner, exit.asset, exit.amount, Units.freshStep(a.tickExponent()));
        emit Transfer(msg.sender, address(0), owner, exit.asset.raw(), exit.amount);
        emit Cancelled(id, owner, word, a);
    }

    function facts(address owner, AssetId asset, uint112 amount, address to) external view returns (Facts memory) {
        return _facts(owner, asset, VaultLayout.slots().assets[asset].load(), amount, to);
    }

    function _facts(address owner, AssetId asset, uint256 a, uint112 amount, address to)
        private
        view
        returns (Facts memory f)
    {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        f.owner = owner;
        (f.subject, f.instantFrom) = VaultLayout.memberIn(VaultLayout.word($.accounts[owner]), owner);
        uint256 s = VaultLayout.word($.subjects[f.subject]);
        f.tier = VaultLayout.tierIn(s);
        f.cap = VaultLayout.capIn(s);
        f.to = to;
        f.usableFrom = $.book[f.subject][to];
        f.asset = asset;
        f.amount = amount;
        f.decimals = a.decimals();
        f.tickExponent = a.tickExponent();
        // A total fits 112 bits.
        f.seasoned = uint112($.balances[owner][asset].seasoned(block.timestamp, Units.freshStep(f.tickExponent)));
        f.freshPeriod = uint32(VaultLayout.freshPeriod());
    }

    /// @dev Pays if every charge fits; else says why not in `q` and changes nothing.
    function _payNow(Facts memory f, Quotes.Quote memory q, uint256 a, uint256 word) private returns (bool) {
        uint256[3] memory slots;
        (q.reasons, slots) = _charge(q);
        if (q.reasons != 0) return false;
        a = a.settle(f.amount);
        VaultLayout.slots().assets[f.asset].store(a);
        emit Withdrawn(f.asset, f.owner, f.to, f.amount, word, a, slots);
        // Interaction
        _pay(f.asset, f.to, f.amount);
        return true;
    }

    /// @dev Charges all windows if all fit, else none: what queues costs nobody anything.
    function _charge(Quotes.Quote memory q) private returns (uint256 reasons, uint256[3] memory slots) {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        for (uint256 i; i < 3; ++i) {
            (bytes32 window, uint256 amount, uint256 limit) = q.charge(i);
            if (window == 0) continue;
            bool fits;
            (fits, slots[i]) = $.windows[window].charge(Quotes.EXIT_WINDOW, block.timestamp, amount, limit);
            // The three reasons stand in the order of the charges.
            if (!fits) reasons |= Reasons.bit(Reason.SUBJECT_LIMIT) << i;
        }
        if (reasons == 0) {
            for (uint256 i; i < 3; ++i) {
                (bytes32 window,,) = q.charge(i);
                if (window != 0) $.windows[window] = slots[i];
            }
        }
    }

    function _enqueue(Facts memory f, Quotes.Quote memory q, uint256 word) private returns (bytes32 id) {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        Account storage account = $.accounts[f.owner];
        Exit memory exit = Exit({
            owner: f.owner,
            to: f.to,
            asset: f.asset,
            amount: f.amount,
            soon: uint40(block.timestamp + q.soon),
            late: uint40(block.timestamp + q.late),
            seq: account.exits++
        });
        id = _idOf(exit);
        $.opens[id].phase = Phase.OPEN;
        emit Queued(id, f.owner, f.to, exit, q.reasons, word, VaultLayout.word(account), VaultLayout.word($.opens[id]));
    }

    /// @dev keccak256(abi.encode(exit)): in memory the struct lies as the ABI wants it, seven static words.
    function _idOf(Exit memory exit) private pure returns (bytes32 id) {
        assembly ("memory-safe") {
            id := keccak256(exit, 0xe0)
        }
    }

    /// @dev Makes sure that the exit has a slot. Not due: it has just taken one that lies ahead; recorded, not paid.
    function _takeSlot(bytes32 id, Exit calldata exit, Open memory open, uint256 a) private returns (bool, uint256) {
        // Check
        if (open.slot != 0) {
            if (open.isDue()) return (true, a);
            revert Vault_SlotAhead(id, open.slotTime());
        }
        // Effect
        open.large = a.isLarge(exit.amount);
        a = a.take(open, exit.amount, _laneRate(exit.asset, open.large));
        if (open.isDue()) return (true, a);
        VaultLayout.slots().opens[id] = open;
        VaultLayout.slots().assets[exit.asset].store(a);
        emit SlotTaken(id, VaultLayout.word(VaultLayout.slots().opens[id]), a);
        return (false, a);
    }

    /// @dev The states that stop a release, at either end. True if the owner takes a share of what is there instead.
    function _allowRelease(Exit calldata exit, bool impaired) private view returns (bool proRata) {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        proRata = VaultLayout.allow(Act.RELEASE, exit.owner, $.door.heldUntil, impaired) == Access.PRO_RATA;
        if (proRata && msg.sender != exit.owner) revert Vault_OnlyOwner(exit.owner);
        if ($.subjects[VaultLayout.subjectOf(exit.to)].listed != 0) revert Vault_RecipientListed(exit.to);
    }

    /// @dev What is left of `amount` when all liabilities share the holdings, rounded down; never more than it.
    function _haircut(AssetId asset, uint256 amount, uint256 liabilities) private view returns (uint256) {
        uint256 held = holdings(asset);
        return held < liabilities ? amount * held / liabilities : amount;
    }

    function _laneRate(AssetId asset, bool large) private view returns (uint256) {
        uint8 kind = large ? ParamKeys.LARGE_LANE_RATE : ParamKeys.SMALL_LANE_RATE;
        return VaultLayout.slots().params.inForce(ParamKeys.ofAsset(kind, asset));
    }

    /// @dev Screens both ends again. True if a record turned to listed, which is kept by not reverting: nothing is paid.
    function _screenEnds(Exit calldata exit) private returns (bool turned) {
        turned = _screenOrTrust(exit.owner, exit.late);
        if (exit.to != exit.owner) turned = _screenOrTrust(exit.to, exit.late) || turned;
    }

    function _screenOrTrust(address account, uint40 late) private returns (bool) {
        (bool answered, bool turned) = _screen(account);
        if (!answered && block.timestamp < late + SCREENING_PATIENCE) {
            revert Vault_ScreeningDown(account, late + SCREENING_PATIENCE);
        }
        return turned;
    }
}
