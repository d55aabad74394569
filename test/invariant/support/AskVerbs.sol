// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exit, Intent, Verb} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {Mode, Price} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {MoneyVerbs} from "./MoneyVerbs.sol";
import {SeizableToken} from "./SeizableToken.sol";

/// @notice Requests to leave: small and large, to known and to new recipients, in every state of the world.
abstract contract AskVerbs is MoneyVerbs {
    struct Before {
        uint256 inVault;
        uint256 holdings;
        uint256 atRecipient;
        bool impaired;
        bool canPay;
        Price price;
    }

    uint256 private _newPayees;
    uint256 public instants;
    uint256[16] public reasonsSeen;

    /// @notice A small exit to someone in the book: mostly instant.
    function withdrawSmall(uint256 seed) external act("withdrawSmall", seed) {
        (uint256 who, uint256 k) = _seasonedRich();
        address to = payees[_below(PEOPLE)];
        for (uint256 i; i < PEOPLE && usableFrom[_subject(people[who])][to] == 0; ++i) to = payees[i];
        uint256 amount = _worth(k, 100 + _upTo(24_000));
        uint256 most = _longSeasoned(people[who], k);
        if (amount > most && most != 0) amount = most;
        if (_ask(who, k, amount, to)) _done();
    }

    /// @notice One customer's exits in a row, as many as its day allows and one more.
    function spree(uint256 seed) external act("spree", seed) {
        (uint256 who, uint256 k) = _seasonedRich();
        address s = _subject(people[who]);
        address to = payees[_below(PEOPLE)];
        for (uint256 i; i < PEOPLE && (usableFrom[s][to] == 0 || usableFrom[s][to] > clock); ++i) to = payees[i];
        kits[k].sick = false;
        uint256 most = _longSeasoned(people[who], k);
        uint256 amount = _worth(k, 1_000 + _upTo(24_000));
        for (uint256 i; i < 5 && most >= amount; ++i) {
            if (!_ask(who, k, amount, to)) return;
            most -= amount;
            _warp(clock + _upTo(2 hours));
        }
        _done();
    }

    /// @notice Any amount to anyone.
    function withdrawLarge(uint256 seed) external act("withdrawLarge", seed) {
        (uint256 who, uint256 k) = _rich();
        if (_ask(who, k, 1 + _below(_balance(people[who], k)), payees[_below(PEOPLE)])) _done();
    }

    /// @notice INV-CUS-8: to a new recipient, so that no payment can fail; only a hold, the list or no money refuse it.
    function enqueue(uint256 seed) external act("enqueue", seed) {
        (uint256 who, uint256 k) = _rich();
        if (_enqueue(who, k, 1 + _below(_balance(people[who], k)))) _done();
    }

    function _enqueue(uint256 who, uint256 k, uint256 amount) internal returns (bool ok) {
        if (_balance(people[who], k) < amount) return false;
        bool refused = _isHeld(people[who]) || _isListed(people[who]);
        ok = _ask(who, k, amount, address(uint160(0xF000_0000 + ++_newPayees)));
        _law("INV-CUS-8", ok != refused, "an unheld owner was refused, or a held one was not");
        if (ok) _law("INV-CUS-8", queued, "an exit to a new recipient was instant");
    }

    function _ask(uint256 who, uint256 k, uint256 amount, address to) internal returns (bool ok) {
        address owner = people[who];
        if (amount == 0 || amount > _balance(owner, k)) return false;
        _keep(k);
        _armReentrancy(k);
        Before memory b = _look(k, to);
        Intent memory intent;
        (intent.owner, intent.verb, intent.asset) = (owner, Verb.WITHDRAW, kits[k].id);
        (intent.amount, intent.to) = (uint112(amount), to);
        bytes memory direct = abi.encodeCall(vault.withdraw, (kits[k].id, uint112(amount), to));
        ok = _say(who, _once(4), intent, "", direct);
        _noReentry(k);
        if (!ok) {
            bool stopped = _isHeld(owner) || _isListed(owner) || !b.canPay;
            _law("INV-CUS-8", stopped, "a request was refused for no reason");
            return false;
        }
        _allowedToSpend(owner);
        uint256 leavesFrom = _debitModel(owner, k, amount, _period());
        if (queued) _onQueued(owner, k, amount, to, leavesFrom);
        else _onInstant(owner, k, amount, to, leavesFrom, b);
    }

    function _look(uint256 k, address to) internal view returns (Before memory b) {
        b.inVault = _held(k, address(vault));
        b.holdings = _holdings(k);
        b.atRecipient = _held(k, to);
        b.impaired = vault.assetOf(kits[k].id).impaired;
        b.canPay = k != SEIZABLE || !SeizableToken(kits[k].token).denied(to);
        b.price = router.peek(kits[k].id);
    }

    function _onQueued(address owner, uint256 k, uint256 amount, address to, uint256 leavesFrom) private {
        Exit memory e = lastQueued;
        for (uint256 i; i < reasonsSeen.length; ++i) {
            if (lastReasons >> i & 1 == 1) ++reasonsSeen[i];
        }
        bool same = e.owner == owner && e.to == to && e.asset.eq(kits[k].id) && e.amount == amount;
        _law("INV-CUS-2", same, "the queued exit isn't what was asked for");
        _law("INV-CUS-5", e.soon <= e.late && e.late <= clock + 30 days, "an exit matures after 30 days");
        _openTicket(e, k, leavesFrom);
    }

    function _onInstant(address owner, uint256 k, uint256 amount, address to, uint256 leavesFrom, Before memory b)
        private
    {
        ++instants;
        owed[k] -= amount;
        _law("INV-CUS-2", b.inVault - _held(k, address(vault)) == amount, "an instant exit paid another amount");
        bool open = !b.impaired && clock >= everyoneHeldUntil && !instantClosed;
        _law("INV-CUS-3", open, "instant though all exits were stopped");
        _law("INV-CUS-3", b.price.mode == Mode.NORMAL, "instant without a normal price");
        address s = _subject(owner);
        bool known = usableFrom[s][to] != 0 && clock >= usableFrom[s][to] && clock >= instantFrom[owner];
        _law("INV-CUS-3", known, "instant to a recipient that wasn't named T ago");
        _law("INV-POL-6", clock >= leavesFrom, "value left at once within T of its credit");
        uint256 scale = 10 ** (uint256(kits[k].decimals) + 10);
        _chargeAll(s, k, amount, (amount * b.price.ask + scale - 1) / scale);
    }

    function _chargeAll(address s, uint256 k, uint256 amount, uint256 cents) private {
        uint256 limit = _subjectLimit(s);
        _law("INV-POL-1", _charge(bytes32(uint256(uint160(s))), cents) <= limit, "a subject's day exceeds its limit");
        uint256 tick = 10 ** uint256(kits[k].tick);
        limit = _inForce(policyNow, ParamKeys.ofAsset(ParamKeys.ASSET_BREAKER, kits[k].id));
        uint256 sum = _charge(bytes32(kits[k].id.raw()), (amount + tick - 1) / tick);
        _law("INV-POL-1", sum <= limit, "an asset's day exceeds its breaker");
        if (_tier(s) != 0) return;
        limit = _inForce(policyNow, ParamKeys.global(ParamKeys.UNVERIFIED_POOL));
        _law("INV-POL-1", _charge("pool", cents) <= limit, "the unverified pool's day exceeds its limit");
    }

    function _seasonedRich() private returns (uint256 who, uint256 k) {
        (who, k) = (_below(PEOPLE), _below(ASSETS));
        for (uint256 i; i < PEOPLE; ++i) {
            if (_longSeasoned(people[who], k) != 0) return (who, k);
            who = (who + 1) % PEOPLE;
        }
        return _rich();
    }
}
