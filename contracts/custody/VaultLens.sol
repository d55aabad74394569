// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuditRecord} from "../governance/interfaces/IAuditRecord.sol";
import {Facts, Quote} from "../policy/interfaces/IExitPolicy.sol";
import {SlidingWindow} from "../policy/libraries/SlidingWindow.sol";
import {TierLimits} from "../policy/libraries/TierLimits.sol";
import {AssetId} from "../shared/AssetId.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {IParams, Param} from "../shared/interfaces/IParams.sol";
import {Reason, Reasons} from "../shared/Reasons.sol";
import {Units} from "../shared/Units.sol";
import {IVault} from "./interfaces/IVault.sol";
import {IVaultEvents} from "./interfaces/IVaultEvents.sol";
import {
    ExitStatus,
    Explanation,
    Holding,
    Intake,
    IVaultLens,
    Standing,
    Verdict,
    WindowState
} from "./interfaces/IVaultLens.sol";
import {Account, Asset, Exit, Kind, Open, Phase, Subject, TokenClass} from "./interfaces/IVaultTypes.sol";
import {Assets} from "./libraries/Assets.sol";
import {Balances} from "./libraries/Balances.sol";
import {Access, Act, Guard} from "./libraries/Guard.sol";
import {Lanes} from "./libraries/Lanes.sol";
import {Queue} from "./libraries/Queue.sol";
import {Quotes} from "./libraries/Quotes.sol";
import {Tokens} from "./libraries/Tokens.sol";

/// @title VaultLens
/// @notice Explains one Vault in advance, with the very code that the Vault decides with (`Guard`, `Quotes`, `Balances`,
/// `SlidingWindow`, `Lanes`, `Assets`).
contract VaultLens is IVaultLens {
    using Quotes for Quote;
    using Balances for uint256;
    using SlidingWindow for uint256;

    IVault private immutable _vault;

    constructor(IVault vault_) {
        if (address(vault_).code.length == 0) revert IVaultEvents.Vault_ZeroAddress();
        _vault = vault_;
    }

    /// @inheritdoc IVaultLens
    function vault() external view returns (address) {
        return address(_vault);
    }

    /// @inheritdoc IVaultLens
    function explain(address owner, AssetId asset, uint112 amount, address to)
        external
        view
        returns (Explanation memory e)
    {
        e.facts = _vault.facts(owner, asset, amount, to);
        e.refusal = _refusal(owner, asset, amount, to);
        Quote memory q = Quotes.ask(_vault.policy(), e.facts);
        (e.reasons, e.windows) = _judge(asset, amount, q);
        (e.soon, e.late) = (uint40(block.timestamp + q.soon), uint40(block.timestamp + q.late));
        if (e.refusal.length != 0) e.verdict = Verdict.REFUSED;
        else if (e.reasons != 0) e.verdict = Verdict.QUEUED;
        // Whatever was asked: the least of all requests tells whether any is taken.
        if (_refusal(owner, asset, 1, to).length == 0) e.instantNow = _mostInstant(owner, asset, to);
        e.moreFrom = _moreFrom(e, owner, asset);
    }

    /// @inheritdoc IVaultLens
    function statusOf(Exit calldata exit, address caller) external view returns (ExitStatus memory s) {
        s.id = Queue.idOf(exit);
        Open memory open = _vault.openOf(s.id);
        s.phase = open.phase;
        if (open.phase == Phase.NONE) {
            s.blocked = abi.encodeWithSelector(IVaultEvents.Vault_NotOpen.selector, s.id);
            return s;
        }
        s.payableFrom = open.phase == Phase.ENDORSED ? exit.soon : exit.late;
        s.slotTaken = open.slot != 0;
        uint40 slotTime = Lanes.secondsUp(open.slot);
        if (slotTime > s.payableFrom) s.payableFrom = slotTime;
        bool proRata;
        (proRata, s.blocked) = _blocked(exit, caller);
        if (s.blocked.length != 0) return s;
        if (block.timestamp < s.payableFrom) {
            s.blocked = s.slotTaken && slotTime == s.payableFrom
                ? abi.encodeWithSelector(IVaultEvents.Vault_SlotAhead.selector, s.id, s.payableFrom)
                : abi.encodeWithSelector(IVaultEvents.Vault_NotMature.selector, s.id, s.payableFrom);
            return s;
        }
        uint256 needed = exit.amount;
        if (proRata) {
            uint256 owed = _vault.assetOf(exit.asset).liabilities;
            needed = Assets.shareOf(needed, _vault.holdings(exit.asset), owed);
        }
        uint256 held = Tokens.heldOrNothing(exit.asset, address(_vault));
        if (held < needed) {
            s.blocked = abi.encodeWithSelector(IVaultEvents.Vault_NotFunded.selector, exit.asset, held, needed);
        }
    }

    /// @inheritdoc IVaultLens
    function intakeOf(AssetId asset) external view returns (Intake memory i) {
        IAuditRecord record = IAuditRecord(_vault.auditRecord());
        uint256 tick = Units.tick(_vault.assetOf(asset).tickExponent);
        i.verifiedUntil = record.verifiedUntil();
        i.verified = i.verifiedUntil != 0;
        i.unverifiedCap = record.unverifiedCap(asset) * tick;
        i.cap = _vault.inForce(ParamKeys.ofAsset(ParamKeys.HOLDINGS_CAP, asset)) * tick;
        if (!i.verified && i.cap > i.unverifiedCap) i.cap = i.unverifiedCap;
        i.room = _vault.room(asset);
    }

    /// @inheritdoc IVaultLens
    function holdingOf(address account, AssetId asset) external view returns (Holding memory h) {
        uint256 slot = _vault.balanceSlot(account, asset);
        h.total = slot.total();
        h.seasoned = slot.seasoned(block.timestamp, Units.freshStep(_vault.assetOf(asset).tickExponent));
        h.seasonsAt = uint40(slot.seasonsAt(block.timestamp));
    }

    /// @inheritdoc IVaultLens
    function standingOf(address account) external view returns (Standing memory s) {
        Account memory a = _vault.accountOf(account);
        s.subject = _vault.subjectOf(account);
        Facts memory f = _vault.facts(account, AssetId.wrap(0), 0, account);
        // Both are as narrow in the Vault's slots.
        (s.tier, s.cap) = (uint8(f.tier), uint40(f.cap));
        Subject memory record = _vault.subjectRecord(s.subject);
        uint40 everyone = _vault.everyoneHeldUntil();
        s.heldUntil = record.heldUntil > everyone ? record.heldUntil : everyone;
        s.listed = record.listed != 0;
        s.app = a.kind != Kind.USER;
        s.instantFrom = a.instantFrom;
    }

    // ---- a request ----

    /// @dev The error that `withdraw` would revert with; empty if it wouldn't.
    function _refusal(address owner, AssetId asset, uint112 amount, address to) private view returns (bytes memory) {
        if (amount == 0) return abi.encodeWithSelector(IVaultEvents.Vault_ZeroAmount.selector);
        if (to == address(0) || to == address(_vault)) {
            return abi.encodeWithSelector(IVaultEvents.Vault_BadRecipient.selector, to);
        }
        if (_vault.assetOf(asset).class == TokenClass.UNLISTED) {
            return abi.encodeWithSelector(IVaultEvents.Vault_NotListed.selector, asset);
        }
        (, bytes memory no) = _allow(Act.WITHDRAW, owner, false);
        if (no.length != 0) return no;
        uint256 balance = _vault.balanceOf(owner, asset.raw());
        if (balance < amount) {
            return abi.encodeWithSignature(
                "ERC6909InsufficientBalance(address,uint256,uint256,uint256)", owner, balance, amount, asset.raw()
            );
        }
        return "";
    }

    /// @dev All reasons that would queue it, and the windows it would be charged to.
    function _judge(AssetId asset, uint256 amount, Quote memory q)
        private
        view
        returns (uint256 reasons, WindowState[3] memory windows)
    {
        reasons = q.reasons;
        if (block.timestamp < _vault.everyoneHeldUntil()) reasons |= Reasons.bit(Reason.EVERYONE_HELD);
        if (_vault.assetOf(asset).impaired) reasons |= Reasons.bit(Reason.IMPAIRED);
        if (_vault.instantClosed()) reasons |= Reasons.bit(Reason.INSTANT_CLOSED);
        if (Tokens.heldOrNothing(asset, address(_vault)) < amount) reasons |= Reasons.bit(Reason.NOT_IN_HOT);
        for (uint256 i; i < 3; ++i) {
            (bytes32 window, uint256 charged, uint256 limit) = q.charge(i);
            if (window == 0) continue;
            WindowState memory w = windows[i];
            uint256 packed = _vault.windowOf(window);
            (, uint256 used) = packed.roll(Quotes.EXIT_WINDOW, block.timestamp);
            (w.window, w.charge, w.limit) = (window, Units.to64(charged), Units.to64(limit));
            w.used = uint64(used);
            w.room = uint64(packed.room(Quotes.EXIT_WINDOW, block.timestamp, limit));
            (bool fits,) = packed.charge(Quotes.EXIT_WINDOW, block.timestamp, charged, limit);
            if (!fits) reasons |= Reasons.bit(Reason.SUBJECT_LIMIT) << i;
        }
    }

    /// @dev The largest amount without a reason. Verdicts only get tighter with the amount, so bisection finds it.
    function _mostInstant(address owner, AssetId asset, address to) private view returns (uint112) {
        address policy = _vault.policy();
        Facts memory f = _vault.facts(owner, asset, 0, to);
        uint256 low;
        uint256 high = f.seasoned;
        while (low < high) {
            uint256 middle = high - (high - low) / 2;
            f.amount = middle;
            (uint256 reasons,) = _judge(asset, middle, Quotes.ask(policy, f));
            if (reasons == 0) low = middle;
            else high = middle - 1;
        }
        return uint112(low);
    }

    /// @dev The earliest time at which one of the things that bound the request now gives way.
    function _moreFrom(Explanation memory e, address owner, AssetId asset) private view returns (uint40) {
        uint256 next = type(uint256).max;
        next = _sooner(next, e.facts.usableFrom);
        next = _sooner(next, e.facts.instantFrom);
        next = _sooner(next, _vault.everyoneHeldUntil());
        next = _sooner(next, _vault.subjectRecord(e.facts.subject).heldUntil);
        next = _sooner(next, _vault.subjectRecord(e.facts.subject).tierFrom);
        next = _sooner(next, _vault.subjectRecord(e.facts.subject).nextCapFrom);
        next = _sooner(next, _vault.balanceSlot(owner, asset).seasonsAt(block.timestamp));
        for (uint256 i; i < 3; ++i) {
            WindowState memory w = e.windows[i];
            if (w.window == 0 || w.used == 0) continue;
            uint256 more = w.limit > w.room ? uint256(w.room) + 1 : w.limit;
            next = _sooner(next, _vault.windowOf(w.window).fitsFrom(Quotes.EXIT_WINDOW, block.timestamp, more, w.limit));
        }
        next = _firstLapse(next, asset, e.facts.tier);
        return next == type(uint256).max ? 0 : uint40(next);
    }

    /// @dev A tightening of a limit that binds `tier` lapses by time alone.
    function _firstLapse(uint256 next, AssetId asset, uint256 tier) private view returns (uint256) {
        if (tier > TierLimits.TOP_TIER) tier = 0;
        next = _lapse(next, ParamKeys.ofAsset(ParamKeys.ASSET_BREAKER, asset));
        if (tier == 0) next = _lapse(next, ParamKeys.global(ParamKeys.UNVERIFIED_POOL));
        for (uint8 t = uint8(tier); t <= TierLimits.TOP_TIER; ++t) {
            next = _lapse(next, ParamKeys.ofTier(ParamKeys.TIER_WINDOW, t));
            next = _lapse(next, ParamKeys.ofTier(ParamKeys.TIER_SINGLE, t));
        }
        return next;
    }

    /// @dev A policy that doesn't answer has failed its quote too: nothing to add.
    function _lapse(uint256 next, bytes32 key) private view returns (uint256) {
        address policy = _vault.policy();
        if (policy.code.length == 0) return next;
        try IParams(policy).param(key) returns (Param memory row) {
            return _sooner(next, row.until);
        } catch {
            return next;
        }
    }

    function _sooner(uint256 next, uint256 time) private view returns (uint256) {
        return time > block.timestamp && time < next ? time : next;
    }

    // ---- an open exit ----

    /// @dev The error that `release` would revert with for a state of either end; empty if for none.
    function _blocked(Exit calldata exit, address caller) private view returns (bool proRata, bytes memory no) {
        Asset memory a = _vault.assetOf(exit.asset);
        Access access;
        (access, no) = _allow(Act.RELEASE, exit.owner, a.impaired);
        proRata = access == Access.PRO_RATA;
        if (no.length != 0) return (proRata, no);
        if (proRata && caller != exit.owner && !a.windingDown) {
            no = abi.encodeWithSelector(IVaultEvents.Vault_OnlyOwner.selector, exit.owner);
        } else if (_vault.subjectRecord(_vault.subjectOf(exit.to)).listed != 0) {
            no = abi.encodeWithSelector(IVaultEvents.Vault_RecipientListed.selector, exit.to);
        }
    }

    /// @dev The guard's answer, and the error that the Vault makes of a NO.
    function _allow(Act act, address account, bool impaired) private view returns (Access access, bytes memory no) {
        address subject = _vault.subjectOf(account);
        Subject memory s = _vault.subjectRecord(subject);
        uint40 everyone = _vault.everyoneHeldUntil();
        bool app = _vault.accountOf(account).kind != Kind.USER;
        bool held = block.timestamp < s.heldUntil;
        access = Guard.access(act, app, held, s.listed != 0, block.timestamp < everyone, impaired);
        if (access != Access.NO) return (access, "");
        if (app) no = abi.encodeWithSelector(IVaultEvents.Vault_AppsCannot.selector, account);
        else if (s.listed != 0) no = abi.encodeWithSelector(IVaultEvents.Vault_Listed.selector, subject);
        else if (held) no = abi.encodeWithSelector(IVaultEvents.Vault_Held.selector, subject, s.heldUntil);
        else no = abi.encodeWithSelector(IVaultEvents.Vault_EveryoneHeld.selector, everyone);
    }
}
