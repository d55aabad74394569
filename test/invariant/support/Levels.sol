// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IReserve} from "../../../contracts/custody/interfaces/IReserve.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {Roles} from "../../../contracts/governance/Roles.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {World} from "./World.sol";

/// @notice The world's cold storage: two levels, the nearest first, each with an AccessManager and a Safe of its own; and the
/// model of what they know of each exit.
abstract contract Levels is World {
    uint256 internal constant LEVELS = 2;
    uint256 internal constant VETO_FOR = 30 days;
    uint256 internal constant ANNOUNCED_FOR = 90 days;

    struct Notice {
        uint256 readyAt;
        uint256 vetoedUntil;
    }

    IReserve[LEVELS] internal levels;
    address[LEVELS] internal safes = [address(0xA008), address(0xA009)];
    mapping(uint256 level => mapping(bytes32 id => Notice)) internal notices;

    function _openLevels() internal {
        address colder;
        for (uint256 i = LEVELS; i > 0; --i) {
            AccessManager own = new AccessManager(address(this));
            colder = ship("Reserve", abi.encode(own, vault, colder));
            levels[i - 1] = IReserve(colder);
            _allowIn(own, colder, vault.set.selector, Roles.PARAMETERS);
            _allowIn(own, colder, vault.tighten.selector, Roles.RISK_OFFICER);
            _allowIn(own, colder, IReserve.veto.selector, Roles.TREASURER);
            _allowIn(own, colder, IReserve.unveto.selector, Roles.TREASURER);
            _allowIn(own, colder, IReserve.send.selector, Roles.TREASURER);
            own.grantRole(Roles.PARAMETERS, governor, 0);
            own.grantRole(Roles.RISK_OFFICER, riskOfficer, 0);
            own.grantRole(Roles.TREASURER, safes[i - 1], 0);
            _setBase(colder, ParamKeys.global(ParamKeys.REFILL_DELAY), uint64(i * 12 hours));
        }
        _allow(address(vault), vault.addReserve.selector, Roles.PARAMETERS);
        for (uint256 i; i < LEVELS; ++i) {
            _enter(governor, abi.encodeCall(vault.addReserve, (address(levels[i]))));
        }
        for (uint256 k; k < ASSETS; ++k) {
            uint64 coin = uint64(10 ** (kits[k].decimals - kits[k].tick));
            // A tenth of the day's outflow, from 50 to 500 whole tokens; 2,000 in the nearest level.
            _setBase(address(vault), ParamKeys.ofAsset(ParamKeys.HOT_COVER, kits[k].id), 1_000);
            _setBase(address(vault), ParamKeys.ofAsset(ParamKeys.HOT_MIN, kits[k].id), k == 0 ? coin : 50 * coin);
            _setBase(address(vault), ParamKeys.ofAsset(ParamKeys.HOT_MAX, kits[k].id), k == 0 ? 2 * coin : 500 * coin);
            _setBase(address(levels[0]), ParamKeys.ofAsset(ParamKeys.KEEP, kits[k].id), k == 0 ? coin : 2_000 * coin);
        }
    }

    /// @dev What the Vault and its levels hold.
    function _holdings(uint256 k) internal view returns (uint256) {
        return _held(k, address(vault)) + _inLevels(k);
    }

    function _inLevels(uint256 k) internal view returns (uint256 sum) {
        for (uint256 i; i < LEVELS; ++i) {
            sum += _held(k, address(levels[i]));
        }
    }

    /// @dev Announced, neither spent nor lapsed.
    function _stands(uint256 level, bytes32 id) internal view returns (bool) {
        Notice storage n = notices[level][id];
        return n.readyAt != 0 && clock < n.readyAt + ANNOUNCED_FOR;
    }

    function _isReady(uint256 level, bytes32 id) internal view returns (bool) {
        Notice storage n = notices[level][id];
        return _stands(level, id) && clock >= n.readyAt && clock >= n.vetoedUntil;
    }

    function _delayOf(uint256 level) internal view returns (uint256) {
        return _inForce(address(levels[level]), ParamKeys.global(ParamKeys.REFILL_DELAY));
    }

    function _allowIn(AccessManager own, address target, bytes4 selector, uint64 role) private {
        bytes4[] memory one = new bytes4[](1);
        one[0] = selector;
        own.setTargetFunctionRole(target, one, role);
    }
}
