// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {IPriceRouter} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {StoredPrice} from "../../../contracts/oracle/libraries/StoredPrice.sol";
import {Direction, IParams, ParamSpec} from "../../../contracts/shared/interfaces/IParams.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {OfficeVerbs} from "./OfficeVerbs.sol";
import {SeizableToken} from "./SeizableToken.sol";

/// @notice Numbers and policies change, oracles fall ill, an issuer seizes, time passes.
abstract contract RuleVerbs is OfficeVerbs {
    /// @notice Governance writes a base value, looser or tighter, within a factor of two of the first.
    function set(uint256 seed) external act("set", seed) {
        (address target, bytes32 key) = _rowAt(_below(_rowCount()));
        uint64 value = _within(target, key, 50 + _upTo(100));
        if (ParamKeys.kindOf(key) == ParamKeys.FRESH_PERIOD) value = uint64(12 + _upTo(36));
        bytes memory data = abi.encodeCall(IParams.set, (key, rows[target][key].version, NEVER, value));
        (bool ok,) = _knock(governor, target, data);
        if (!ok) return;
        _modelSet(target, key, value);
        _done();
    }

    function tighten(uint256 seed) external act("tighten", seed) {
        (address target, bytes32 key) = _rowAt(_below(_rowCount()));
        for (uint256 i; i < 8 && !_canTighten(target, key); ++i) (target, key) = _rowAt(_below(_rowCount()));
        bool up = IParams(target).specOf(key).direction == Direction.UP;
        uint64 value = _within(target, key, up ? 101 + _upTo(60) : 40 + _upTo(59));
        (bool ok,) = _knock(riskOfficer, target, abi.encodeCall(IParams.tighten, (key, value)));
        if (!ok) return;
        _modelTighten(target, key, value);
        _done();
    }

    function _canTighten(address target, bytes32 key) private view returns (bool) {
        Row storage row = rows[target][key];
        if (ParamKeys.kindOf(key) == ParamKeys.FRESH_PERIOD) return false;
        return clock < row.until || row.restsUntil <= clock;
    }

    function _within(address target, bytes32 key, uint256 percent) private view returns (uint64) {
        ParamSpec memory spec = IParams(target).specOf(key);
        uint256 value = uint256(_inForce(target, key)) * percent / 100;
        return uint64(value < spec.min ? spec.min : value > spec.max ? spec.max : value);
    }

    /// @notice The policy is replaced: by the other one, or for a while by one that gives no usable answer.
    function setPolicy(uint256 seed) external act("setPolicy", seed) {
        address next = address(policies[_below(2)]);
        if (next == policyNow) next = address(policies[next == address(policies[0]) ? 1 : 0]);
        if (_once(4) && policyNow != address(sickPolicy)) {
            sickPolicy.setIllness(_below(4));
            next = address(sickPolicy);
        }
        uint32 revision = IParams(policyNow).revision();
        (bool stale,) = _knock(
            governor, address(vault), abi.encodeCall(vault.setPolicy, (policyNow, revision + 1, NEVER, next))
        );
        _law("INV-GOV-1", !stale, "a policy was replaced on a stale revision");
        bytes memory data = abi.encodeCall(vault.setPolicy, (policyNow, revision, NEVER, next));
        (bool ok,) = _knock(governor, address(vault), data);
        if (!ok) return;
        (policyNow, verifiedUntil) = (next, 0);
        _done();
    }

    function oracle(uint256 seed) external act("oracle", seed) {
        uint256 k = _below(ASSETS);
        if (_once(2)) {
            _sicken(k);
            return _done();
        }
        for (uint256 i; i < ASSETS; ++i) {
            if (kits[i].sick) kits[i].sick = false;
            _keep(i);
        }
        _done();
    }

    function poke(uint256 seed) external act("poke", seed) {
        (bool ok,) = _knock(stranger, address(router), abi.encodeCall(IPriceRouter.poke, (kits[_below(ASSETS)].id)));
        if (ok) _done();
    }

    function halt(uint256 seed) external act("halt", seed) {
        uint256 k = _below(ASSETS);
        (bool ok,) = _knock(riskOfficer, address(router), abi.encodeCall(IPriceRouter.halt, (kits[k].id)));
        for (uint256 i; i < ASSETS && !ok; ++i) {
            uint40 until = StoredPrice.haltedUntil(router.storedOf(kits[i].id));
            (ok,) = _knock(governor, address(router), abi.encodeCall(IPriceRouter.liftHalt, (kits[i].id, until)));
        }
        if (ok) _done();
    }

    /// @notice The issuer takes from the Vault or a reserve, gives back, or denies a recipient; anyone checks.
    function seize(uint256 seed) external act("seize", seed) {
        SeizableToken token = SeizableToken(kits[SEIZABLE].token);
        address from = _once(2) ? address(vault) : address(levels[_below(LEVELS)]);
        uint256 all = _holdings(SEIZABLE);
        if (_once(4)) token.setDenied(payees[_below(PEOPLE)], _once(2));
        if (owed[SEIZABLE] > all && _once(2)) token.mint(address(vault), owed[SEIZABLE] - all);
        else token.seize(from, token.balanceOf(from) * _upTo(5) / 100);
        bytes memory data = abi.encodeCall(vault.checkImpairment, (kits[SEIZABLE].id));
        bool before = vault.assetOf(kits[SEIZABLE].id).impaired;
        (bool ok,) = _knock(stranger, address(vault), data);
        bool short = _holdings(SEIZABLE) < owed[SEIZABLE];
        _law("INV-CUS-1", vault.assetOf(kits[SEIZABLE].id).impaired == short, "the flag differs from the books");
        _law("INV-CUS-1", ok == (before != short), "a check changed nothing, or refused a change");
        _done();
    }

    /// @notice An upgrade was rolled back, and nothing is instant until governance says so.
    function switchInstant(uint256 seed) external act("switchInstant", seed) {
        if (!instantClosed && !_once(4)) return _done();
        bytes memory data =
            instantClosed ? abi.encodeCall(vault.openInstant, (type(uint40).max)) : abi.encodeCall(vault.closeInstant, ());
        (bool ok,) = _knock(instantClosed ? governor : controller, address(vault), data);
        if (!ok) return;
        instantClosed = !instantClosed;
        _done();
    }

    function pass(uint256 seed) external act("pass", seed) {
        uint256 kind = _below(4);
        _warp(clock + 1 + (kind == 0 ? _upTo(60) : kind == 1 ? _upTo(8 hours) : kind == 2 ? _upTo(1 days) : _upTo(3 days)));
        _done();
    }
}
