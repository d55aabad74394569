// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Kind} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IGuardian} from "../../../contracts/governance/interfaces/IGuardian.sol";
import {ListMode} from "../../../contracts/mocks/MockSanctionsList.sol";
import {Mode} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {IParams} from "../../../contracts/shared/interfaces/IParams.sol";
import {PaymentQuestions} from "./PaymentQuestions.sol";
import {SeizableToken} from "./SeizableToken.sol";

/// @notice What happens around payments: prices, tiers, holds, the list, impairment, rules, retirement, time.
abstract contract SceneVerbs is PaymentQuestions {
    function price(uint256 seed) external act("price", seed) {
        _quote(money[_below(MONEY)], _once(2) ? Mode.NORMAL : Mode(_upTo(uint256(type(Mode).max))), _upTo(25));
        if (routerDown || _once(6)) _setDown(!routerDown);
        _done();
    }

    function _setDown(bool down) internal {
        routerDown = down;
        prices.setReverts(down);
    }

    function tier(uint256 seed) external act("tier", seed) {
        _lift(_party(), uint8(_upTo(3)), _once(3) ? 1 + _upTo(6 hours) : 100 days);
        _done();
    }

    function hold(uint256 seed) external act("hold", seed) {
        if (_once(2)) _letAllGo();
        else _keepIn(_once(5) ? address(0) : _party(), 1 + _upTo(8 hours));
        _done();
    }

    function _letAllGo() private {
        for (uint256 i; i < PARTIES; ++i) {
            if (_isHeld(parties[i])) _letGo(parties[i]);
        }
        if (clock < everyoneHeldUntil) _letGo(address(0));
    }

    function _keepIn(address who, uint256 secs) internal {
        _enter(governor, abi.encodeCall(vault.extend, (who, uint40(secs))));
        uint256 current = who == address(0) ? everyoneHeldUntil : standing[who].heldUntil;
        current = (current > clock ? current : clock) + secs;
        if (who == address(0)) everyoneHeldUntil = current;
        else standing[who].heldUntil = current;
    }

    function _letGo(address who) private {
        (bool ok,) = _knock(guardianKey, address(guardian), abi.encodeCall(IGuardian.lift, (who)));
        if (!ok) return;
        if (who == address(0)) everyoneHeldUntil = 0;
        else standing[who].heldUntil = 0;
    }

    /// @notice The list names someone, and whoever was named goes off it.
    function name(uint256 seed) external act("name", seed) {
        _forgive();
        if (_once(2)) _setListed(_party(), true);
        _done();
    }

    function _forgive() private {
        for (uint256 i; i < PARTIES; ++i) {
            if (recorded[parties[i]]) _setListed(parties[i], false);
        }
    }

    function _setListed(address who, bool listed) internal {
        list.setMode(ListMode.ANSWER);
        list.setListed(who, listed);
        _enter(stranger, abi.encodeCall(vault.screen, (who)));
        recorded[who] = listed;
    }

    /// @notice The issuer takes from the Vault, or gives it back.
    function impair(uint256 seed) external act("impair", seed) {
        _impair(_once(2));
        _done();
    }

    function _impair(bool short) internal {
        SeizableToken token = SeizableToken(kits[SEIZABLE].token);
        uint256 held = token.balanceOf(address(vault));
        if (short) token.seize(address(vault), 1 + held / 50);
        else if (owed[SEIZABLE] > held) token.mint(address(vault), owed[SEIZABLE] - held);
        if (vault.assetOf(kits[SEIZABLE].id).impaired == token.balanceOf(address(vault)) < owed[SEIZABLE]) return;
        _enter(stranger, abi.encodeCall(vault.checkImpairment, (kits[SEIZABLE].id)));
    }

    /// @notice An app takes no new positions any more, or takes them again.
    function retire(uint256 seed) external act("retire", seed) {
        address which = _once(2) ? address(payments) : address(netting);
        if (retired[which] || _once(6)) _setRetired(which, !retired[which]);
        _done();
    }

    function _setRetired(address which, bool to) internal {
        _enter(governor, abi.encodeCall(vault.setKind, (which, to ? Kind.RETIRED : Kind.APP)));
        retired[which] = to;
    }

    /// @notice Governance sets a rule, or the risk officer tightens one.
    function rule(uint256 seed) external act("rule", seed) {
        bool volume = _once(2);
        uint8 n = uint8(_below(volume ? 4 : FEATURES));
        bytes32 key = ParamKeys.ofTier(volume ? ParamKeys.PAYMENT_VOLUME : ParamKeys.PAYMENT_TIERS, n);
        uint64 now_ = _inForce(address(rules), key);
        if (_once(volume ? 3 : 12) && now_ > 1) {
            uint64 less = volume ? uint64(uint256(now_) * (50 + _upTo(40)) / 100) : now_ - 1;
            (bool ok,) = _knock(riskOfficer, address(rules), abi.encodeCall(IParams.tighten, (key, less)));
            if (ok) _modelTighten(address(rules), key, less);
            return _done();
        }
        _setRule(key, volume ? (_once(3) ? UNCOUNTED : uint64(50_000 + _upTo(1_000_000) * (1 + n))) : uint64(3 + _upTo(1)));
        _done();
    }

    function pass(uint256 seed) external act("pass", seed) {
        _warp(clock + 1 + (_once(3) ? _upTo(60) : _upTo(6 hours)));
        _done();
    }

    /// @notice Better times: nothing stands against anyone, and there is money again.
    function relieve(uint256 seed) external act("relieve", seed) {
        _best();
        _done();
    }

    function _best() internal {
        _setDown(false);
        for (uint256 m; m < MONEY; ++m) {
            _quote(money[m], Mode.NORMAL, 0);
            _bring(parties[_below(PARTIES)], money[m], 20_000);
        }
        _setRules();
        _letAllGo();
        _forgive();
        for (uint256 i; i < PARTIES; ++i) _lift(parties[i], i < PEOPLE ? uint8(i / 3) : 3, 100 days);
        if (retired[address(payments)]) _setRetired(address(payments), false);
        if (retired[address(netting)]) _setRetired(address(netting), false);
    }

    /// @dev Everything that can stand against anyone at once.
    function _worst() internal {
        _setDown(true);
        for (uint8 f; f < FEATURES; ++f) _setRule(ParamKeys.ofTier(ParamKeys.PAYMENT_TIERS, f), 0);
        for (uint8 t; t < 4; ++t) _setRule(ParamKeys.ofTier(ParamKeys.PAYMENT_VOLUME, t), 0);
        for (uint256 i; i < PARTIES; ++i) {
            _lift(parties[i], 0, 1 days);
            _keepIn(parties[i], 1 days);
            if (!recorded[parties[i]]) _setListed(parties[i], true);
        }
        _keepIn(address(0), 1 days);
        _impair(true);
        if (!retired[address(payments)]) _setRetired(address(payments), true);
        if (!retired[address(netting)]) _setRetired(address(netting), true);
        list.setMode(ListMode.REVERT);
    }
}
