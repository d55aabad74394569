// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {IVaultAdmin} from "../../../contracts/custody/interfaces/IVaultAdmin.sol";
import {Kind, TokenClass} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IGuardian} from "../../../contracts/governance/interfaces/IGuardian.sol";
import {IAuditRecord} from "../../../contracts/governance/interfaces/IAuditRecord.sol";
import {Roles} from "../../../contracts/governance/Roles.sol";
import {MockApp} from "../../../contracts/mocks/MockApp.sol";
import {MockSanctionsList} from "../../../contracts/mocks/MockSanctionsList.sol";
import {IPriceRouter} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {IExitPolicy} from "../../../contracts/policy/interfaces/IExitPolicy.sol";
import {AssetId, AssetIds} from "../../../contracts/shared/AssetId.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {Vm} from "../../support/Cheats.sol";
import {Market} from "./Market.sol";
import {Numbers} from "./Numbers.sol";
import {SickPolicy} from "./SickPolicy.sol";

/// @notice The real contracts behind the real proxy with the real role graph, one key per role, and the door through which
/// every handler calls the Vault.
abstract contract World is Market, Numbers {
    uint256 internal constant PEOPLE = 12;
    uint40 internal constant NEVER = type(uint40).max;
    uint256 internal constant AUDITOR_KEY = 0xAD17;

    address internal governor = address(0xA001);
    address internal riskOfficer = address(0xA002);
    address internal reviewer = address(0xA003);
    address internal registry = address(0xA004);
    address internal guardianKey = address(0xA005);
    address internal stranger = address(0xA006);
    address internal controller = address(0xA00A);

    IVault internal vault;
    IAuditRecord internal record;
    /// @dev Ticks of each asset while the code isn't covered by an audit.
    uint64[ASSETS] internal caps;
    AccessManager internal manager;
    IExitPolicy[2] internal policies;
    SickPolicy internal sickPolicy;
    address internal policyNow;
    MockSanctionsList internal list;
    IGuardian internal guardian;
    MockApp internal app;
    address internal proxyAdminOwner = address(0xA007);

    uint256[PEOPLE] internal keys;
    address[PEOPLE] internal people;
    address[PEOPLE] internal payees;

    function _deploy() internal {
        _warp(START);
        manager = new AccessManager(address(this));
        record = IAuditRecord(ship("AuditRecord", abi.encode(manager, new AssetId[](0), new uint64[](0))));
        vault = IVault(
            address(
                new TransparentUpgradeableProxy(
                    ship("Vault", abi.encode(ship("VaultAdmin", abi.encode(record)))),
                    proxyAdminOwner,
                    abi.encodeCall(IVaultAdmin.initialize, (address(manager)))
                )
            )
        );
        router = IPriceRouter(ship("PriceRouter", abi.encode(manager, 5 minutes)));
        list = new MockSanctionsList();
        guardian = IGuardian(ship("Guardian", abi.encode(manager, vault)));
        app = new MockApp(vault);
        sickPolicy = new SickPolicy(address(list));
        for (uint256 i; i < 2; ++i) {
            policies[i] = IExitPolicy(ship("ExitPolicy", abi.encode(manager, router, list)));
        }
        _grantRoles();
        for (uint256 i; i < PEOPLE; ++i) {
            keys[i] = 0xBEEF00 + i;
            people[i] = vm.addr(keys[i]);
            payees[i] = address(uint160(0xE000 + i));
        }
        vm.prank(governor);
        guardian.setKey(guardianKey, uint40(START + 364 days), 60 days);
    }

    function _grantRoles() private {
        _allow(address(vault), vault.extend.selector, Roles.PARAMETERS);
        _allow(address(vault), vault.list.selector, Roles.PARAMETERS);
        _allow(address(vault), vault.setKind.selector, Roles.PARAMETERS);
        _allow(address(vault), vault.setPolicy.selector, Roles.PARAMETERS);
        _allow(address(vault), vault.set.selector, Roles.PARAMETERS);
        _allow(address(vault), vault.tighten.selector, Roles.RISK_OFFICER);
        _allow(address(vault), vault.openInstant.selector, Roles.PARAMETERS);
        _allow(address(vault), vault.closeInstant.selector, Roles.CONTROLLER);
        _allow(address(vault), vault.hold.selector, Roles.GUARDIAN);
        _allow(address(vault), vault.lift.selector, Roles.GUARDIAN);
        _allow(address(vault), vault.endorse.selector, Roles.REVIEWER);
        _allow(address(vault), vault.setSubject.selector, Roles.REGISTRY);
        _allow(address(vault), vault.setTier.selector, Roles.REGISTRY);
        for (uint256 i; i < 2; ++i) {
            _allow(address(policies[i]), vault.set.selector, Roles.PARAMETERS);
            _allow(address(policies[i]), vault.tighten.selector, Roles.RISK_OFFICER);
        }
        _allow(address(guardian), IGuardian.setKey.selector, Roles.PARAMETERS);
        _allow(address(guardian), IGuardian.removeKey.selector, Roles.RISK_OFFICER);
        _allow(address(router), IPriceRouter.halt.selector, Roles.RISK_OFFICER);
        _allow(address(router), IPriceRouter.liftHalt.selector, Roles.ORACLE_ADMIN);
        _allow(address(router), IPriceRouter.setFeedSet.selector, Roles.ORACLE_ADMIN);
        _allow(address(record), record.serve.selector, Roles.PARAMETERS);
        _allow(address(record), record.declareCap.selector, Roles.PARAMETERS);
        _allow(address(record), record.record.selector, Roles.PARAMETERS);
        _allow(address(record), record.revoke.selector, Roles.RISK_OFFICER);
        manager.grantRole(Roles.AUDITOR, vm.addr(AUDITOR_KEY), 0);
        manager.grantRole(Roles.PARAMETERS, governor, 0);
        manager.grantRole(Roles.ORACLE_ADMIN, governor, 0);
        manager.grantRole(Roles.RISK_OFFICER, riskOfficer, 0);
        manager.grantRole(Roles.GUARDIAN, address(guardian), 0);
        manager.grantRole(Roles.REVIEWER, reviewer, 0);
        manager.grantRole(Roles.REGISTRY, registry, 0);
        manager.grantRole(Roles.CONTROLLER, controller, 0);
    }

    function _allow(address target, bytes4 selector, uint64 role) internal {
        bytes4[] memory one = new bytes4[](1);
        one[0] = selector;
        manager.setTargetFunctionRole(target, one, role);
    }

    function _configure() internal {
        _setBase(address(vault), ParamKeys.global(ParamKeys.FRESH_PERIOD), 24);
        for (uint256 i; i < 2; ++i) {
            address policy = address(policies[i]);
            uint64 rich = uint64(1 + i);
            _setTier(policy, 0, 50_000 * rich, 25_000, 2 days, 3 days);
            _setTier(policy, 1, 500_000 * rich, 250_000, 1 days, 2 days);
            _setTier(policy, 2, 5_000_000, 2_500_000, 12 hours, 1 days);
            _setTier(policy, 3, 50_000_000, 25_000_000, 1 hours, 12 hours);
            _setBase(policy, ParamKeys.global(ParamKeys.UNVERIFIED_POOL), 60_000);
        }
        _enter(governor, abi.encodeCall(vault.setPolicy, (address(0), 0, NEVER, address(policies[0]))));
        policyNow = address(policies[0]);
        _openMarket(governor);
        vm.prank(governor);
        record.serve(address(vault));
        for (uint256 k; k < ASSETS; ++k) {
            caps[k] = uint64(_worth(k, _capCents(k)) / 10 ** kits[k].tick);
            vm.prank(governor);
            record.declareCap(kits[k].id, caps[k]);
            _setBase(address(vault), ParamKeys.ofAsset(ParamKeys.HOLDINGS_CAP, kits[k].id), 40_000_000_000);
            _setBase(address(vault), ParamKeys.ofAsset(ParamKeys.SMALL_LANE_RATE, kits[k].id), 3_000);
            _setBase(address(vault), ParamKeys.ofAsset(ParamKeys.LARGE_LANE_RATE, kits[k].id), 2_000);
            for (uint256 i; i < 2; ++i) {
                // 2,000 and 20,000 whole tokens: low enough to be hit.
                uint64 most = uint64((2_000 * 10 ** i) * 10 ** (kits[k].decimals - kits[k].tick) / (k == 0 ? 100 : 1));
                _setBase(address(policies[i]), ParamKeys.ofAsset(ParamKeys.ASSET_BREAKER, kits[k].id), most);
            }
            _enter(governor, abi.encodeCall(vault.list, (kits[k].id, kits[k].class, kits[k].tick)));
        }
        _enter(governor, abi.encodeCall(vault.setKind, (address(app), Kind.APP)));
    }

    /// @dev What deposits may bring an asset to while the code isn't verified, at the list price: too much to be hit.
    function _capCents(uint256) internal pure virtual returns (uint256) {
        return 1_000_000_000;
    }

    function _setTier(address policy, uint8 tier, uint64 window, uint64 single, uint64 soon, uint64 late) private {
        _setBase(policy, ParamKeys.ofTier(ParamKeys.TIER_WINDOW, tier), window);
        _setBase(policy, ParamKeys.ofTier(ParamKeys.TIER_SINGLE, tier), single);
        _setBase(policy, ParamKeys.ofTier(ParamKeys.TIER_SOON, tier), soon);
        _setBase(policy, ParamKeys.ofTier(ParamKeys.TIER_LATE, tier), late);
    }

    function _setBase(address target, bytes32 key, uint64 value) internal {
        (bool ok,) = _knock(governor, target, abi.encodeWithSelector(vault.set.selector, key, 0, NEVER, value));
        assertTrue(ok, "setting up a parameter");
        _modelSet(target, key, value);
    }

    /// @dev A call to the Vault that the setup needs.
    function _enter(address from, bytes memory data) internal {
        (bool ok,) = _knock(from, address(vault), data);
        assertTrue(ok, "setting up the world");
    }

    /// @dev A call by `from`; the logs are looked at.
    function _knock(address from, address target, bytes memory data) internal returns (bool ok, bytes memory answer) {
        return _pay(from, target, 0, data);
    }

    function _pay(address from, address target, uint256 value, bytes memory data)
        internal
        returns (bool ok, bytes memory answer)
    {
        vm.recordLogs();
        vm.prank(from);
        (ok, answer) = target.call{value: value}(data);
        // The recorder also keeps what a reverted call had emitted; no chain does.
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _onLogs(ok ? logs : new Vm.Log[](0));
    }

    function _onLogs(Vm.Log[] memory logs) internal virtual;
}
