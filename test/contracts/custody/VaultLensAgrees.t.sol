// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {IVaultAdmin} from "../../../contracts/custody/interfaces/IVaultAdmin.sol";
import {Explanation, IVaultLens, Verdict} from "../../../contracts/custody/interfaces/IVaultLens.sol";
import {Exit, TokenClass} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IVaultEvents} from "../../../contracts/custody/interfaces/IVaultEvents.sol";
import {ListMode, MockSanctionsList} from "../../../contracts/mocks/MockSanctionsList.sol";
import {MockPriceRouter} from "../../../contracts/mocks/MockPriceRouter.sol";
import {Mode} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {IExitPolicy} from "../../../contracts/policy/interfaces/IExitPolicy.sol";
import {AssetId, AssetIds} from "../../../contracts/shared/AssetId.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {IParams} from "../../../contracts/shared/interfaces/IParams.sol";
import {Cheats, Vm} from "../../support/Cheats.sol";

/// @notice What the lens says of a request against what `withdraw` then does in the very same state, over random histories.
contract VaultLensAgreesTest is Cheats {
    uint40 private constant _NEVER = type(uint40).max;

    IVault private _vault;
    IExitPolicy private _policy;
    IVaultLens private _lens;
    MockPriceRouter private _router;
    MockSanctionsList private _list;
    AssetId private _native = AssetIds.native();
    address[3] private _users = [address(0xA11CE), address(0xB0B), address(0xCA41)];
    uint256 private _seed;

    function setUp() public {
        vm.warp(1_800_000_000);
        AccessManager manager = new AccessManager(address(this));
        (AssetId[] memory assets, uint64[] memory caps) = (new AssetId[](1), new uint64[](1));
        (assets[0], caps[0]) = (_native, 10_000_000_000);
        address record = ship("AuditRecord", abi.encode(manager, assets, caps));
        _vault = IVault(
            address(
                new TransparentUpgradeableProxy(
                    ship("Vault", abi.encode(ship("VaultAdmin", abi.encode(record)))),
                    address(manager),
                    abi.encodeCall(IVaultAdmin.initialize, (address(manager)))
                )
            )
        );
        _router = new MockPriceRouter();
        _list = new MockSanctionsList();
        _policy = IExitPolicy(ship("ExitPolicy", abi.encode(manager, _router, _list)));
        _lens = IVaultLens(ship("VaultLens", abi.encode(_vault)));
        _set(_vault, ParamKeys.global(ParamKeys.FRESH_PERIOD), 24);
        _set(_vault, ParamKeys.ofAsset(ParamKeys.HOLDINGS_CAP, _native), 10_000_000_000);
        _set(_vault, ParamKeys.ofAsset(ParamKeys.SMALL_LANE_RATE, _native), 1_000);
        _set(_vault, ParamKeys.ofAsset(ParamKeys.LARGE_LANE_RATE, _native), 500);
        _set(_policy, ParamKeys.ofAsset(ParamKeys.ASSET_BREAKER, _native), 4_000_000);
        for (uint8 t; t < 4; ++t) {
            _set(_policy, ParamKeys.ofTier(ParamKeys.TIER_WINDOW, t), uint64(50_000 * uint256(10) ** t));
            _set(_policy, ParamKeys.ofTier(ParamKeys.TIER_SINGLE, t), uint64(25_000 * uint256(10) ** t));
            _set(_policy, ParamKeys.ofTier(ParamKeys.TIER_SOON, t), 2 days - uint64(t) * 6 hours);
            _set(_policy, ParamKeys.ofTier(ParamKeys.TIER_LATE, t), 4 days - uint64(t) * 12 hours);
        }
        _set(_policy, ParamKeys.global(ParamKeys.UNVERIFIED_POOL), 80_000);
        _router.setPrice(_native, 2_000e12, Mode.NORMAL);
        _vault.setPolicy(address(0), 0, _NEVER, address(_policy));
        _vault.list(_native, TokenClass.NATIVE, 12);
        for (uint256 i; i < 3; ++i) {
            vm.deal(address(this), 100 ether);
            _vault.deposit{value: 20 ether}(_native, 20 ether, _users[i]);
            vm.prank(_users[i]);
            _vault.setDestination(_users[(i + 1) % 3], true);
        }
        vm.warp(block.timestamp + 3 days);
    }

    function testFuzz_TheLensSaysWhatWithdrawThenDoes(uint256 seed) public {
        _seed = seed;
        for (uint256 i; i < 12; ++i) {
            if (_random(3) != 0) _act();
            else _compare();
        }
        _compare();
    }

    /// @dev Until `moreFrom` nothing more becomes instant, if nothing else changes.
    function testFuzz_NothingMoreIsInstantBeforeMoreFrom(uint256 seed) public {
        _seed = seed;
        for (uint256 i; i < 10; ++i) {
            _act();
        }
        (address owner, address to) = (_user(), _user());
        uint112 amount = uint112(_random(20 ether) + 1);
        Explanation memory e = _lens.explain(owner, _native, amount, to);
        uint256 time = e.moreFrom == 0 ? block.timestamp + 40 days : e.moreFrom - 1;
        uint256 before = block.timestamp;
        for (uint256 i = 1; i <= 4; ++i) {
            vm.warp(before + (time - before) * i / 4);
            assertLe(_lens.explain(owner, _native, amount, to).instantNow, e.instantNow, "more before moreFrom");
        }
    }

    function _compare() private {
        (address owner, address to) = (_user(), _user());
        uint112 amount = uint112(_random(22 ether));
        uint256 way = _random(3);
        if (way != 0) {
            uint112 most = _lens.explain(owner, _native, 1, to).instantNow;
            amount = way == 1 ? most : most + 1;
            bool instant = _lens.explain(owner, _native, amount, to).verdict == Verdict.INSTANT;
            assertTrue(instant == (way == 1 && most != 0), "instantNow is not the most");
        }
        Explanation memory e = _lens.explain(owner, _native, amount, to);
        vm.recordLogs();
        vm.prank(owner);
        try _vault.withdraw(_native, amount, to) returns (bytes32 id) {
            if (id == 0) {
                assertTrue(e.verdict == Verdict.INSTANT, "was instant");
                return;
            }
            assertTrue(e.verdict == Verdict.QUEUED, "was queued");
            (Exit memory exit, uint256 reasons) = _queued();
            assertEq(exit.soon, e.soon, "soon");
            assertEq(exit.late, e.late, "late");
            assertTrue(reasons != 0 && reasons & ~e.reasons == 0, "a reason that the lens didn't give");
        } catch (bytes memory error_) {
            assertTrue(e.verdict == Verdict.REFUSED, "was refused");
            assertEq(error_, e.refusal);
        }
    }

    function _queued() private returns (Exit memory exit, uint256 reasons) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IVaultEvents.Queued.selector) continue;
            (exit, reasons,,,) = abi.decode(logs[i].data, (Exit, uint256, uint256, uint256, uint256));
        }
    }

    function _act() private {
        uint256 kind = _random(16);
        address user = _user();
        if (kind < 4) {
            vm.warp(block.timestamp + _random(1 days));
        } else if (kind == 4) {
            _vault.deposit{value: 1 ether}(_native, 1 ether, user);
        } else if (kind == 5) {
            vm.prank(user);
            try _vault.setCap(uint40(_random(100_000))) {} catch {}
        } else if (kind == 6) {
            vm.prank(user);
            try _vault.transfer(_user(), _native.raw(), _random(2 ether)) {} catch {}
        } else if (kind == 7) {
            try _vault.hold(_random(2) == 0 ? address(0) : user, uint40(_random(1 days))) {} catch {}
        } else if (kind == 8) {
            try _vault.lift(_random(2) == 0 ? address(0) : user) {} catch {}
        } else if (kind == 9 || kind == 10) {
            uint40 from = uint40(block.timestamp + _random(2 days));
            try _vault.setTier(user, uint8(_random(5)), from, from + uint40(_random(60 days))) {} catch {}
        } else if (kind == 11) {
            _router.setPrice(_native, uint64(1e12 + _random(4_000e12)), _random(4) == 0 ? Mode.DISPUTED : Mode.NORMAL);
        } else if (kind == 12) {
            _list.setListed(user, _random(3) == 0);
            if (_random(2) == 0) try _vault.screen(user) {} catch {}
        } else if (kind == 13) {
            _list.setMode(_random(2) == 0 ? ListMode.ANSWER : ListMode(_random(6)));
        } else if (kind == 14) {
            try _vault.setSubject(user, _user()) {} catch {}
        } else {
            bytes32 key = ParamKeys.ofTier(ParamKeys.TIER_WINDOW, uint8(_random(4)));
            try _policy.tighten(key, uint64(_random(50_000))) {} catch {}
        }
    }

    function _user() private returns (address) {
        return _users[_random(3)];
    }

    function _random(uint256 below) private returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % below;
    }

    function _set(IParams target, bytes32 key, uint64 value) private {
        target.set(key, target.param(key).version, _NEVER, value);
    }
}
