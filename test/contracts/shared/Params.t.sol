// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PolicyParams} from "../../../contracts/policy/libraries/PolicyParams.sol";
import {VaultParams} from "../../../contracts/custody/libraries/VaultParams.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {Params} from "../../../contracts/shared/Params.sol";
import {Direction, IParams, Param, ParamSpec} from "../../../contracts/shared/interfaces/IParams.sol";
import {Cheats} from "../../support/Cheats.sol";

contract ParamsTest is Cheats {
    using Params for Params.Table;

    bytes32 private constant KEY = bytes32(uint256(0xabc));
    bytes32 private constant OTHER = bytes32(uint256(0xdef));
    uint40 private constant NEVER = type(uint40).max;
    uint256 private constant START = 1_700_000_000;

    Params.Table private _table;
    ParamSpec private _down = ParamSpec(10, 1_000, Direction.DOWN);
    ParamSpec private _up = ParamSpec(10, 1_000, Direction.UP);
    ParamSpec private _none = ParamSpec(10, 1_000, Direction.NONE);

    function setUp() external {
        vm.warp(START);
    }

    // ---- faces

    function tighten(ParamSpec memory spec, uint64 value) public {
        _table.tighten(KEY, spec, value);
    }

    function set(ParamSpec memory spec, uint32 version, uint40 validUntil, uint64 value) public {
        _table.set(KEY, spec, version, validUntil, value);
    }

    function vaultSpec(bytes32 key) external pure returns (ParamSpec memory) {
        return VaultParams.spec(key);
    }

    function policySpec(bytes32 key) external pure returns (ParamSpec memory) {
        return PolicyParams.spec(key);
    }

    function _row() private view returns (Param memory) {
        return _table.rows[KEY];
    }

    function _inForce() private view returns (uint64) {
        return _table.inForce(KEY);
    }

    // ---- set

    function test_neverSetIsZero() external view {
        assertEq(_inForce(), 0);
        assertEq(_row().version, 0);
    }

    function test_setWritesTheBase() external {
        vm.expectEmit(address(this));
        emit IParams.ParamSet(KEY, 500, 500 | (1 << 168), 1);
        set(_down, 0, NEVER, 500);
        assertEq(_inForce(), 500);
        assertEq(_row().version, 1);
        assertEq(_table.revision, 1);
        assertEq(_table.packed(KEY), 500 | (1 << 168));
    }

    function testFuzz_setStaysInsideTheBounds(uint64 value) external {
        bool outside = value < 10 || value > 1_000;
        if (outside) {
            vm.expectRevert(abi.encodeWithSelector(IParams.Params_OutOfBounds.selector, KEY, value, 10, 1_000));
        }
        this.set(_down, 0, NEVER, value);
        assertEq(_inForce(), outside ? 0 : value);
    }

    function test_setAtTheLastSecondAndAfter() external {
        set(_down, 0, uint40(START), 500);
        vm.expectRevert(abi.encodeWithSelector(IParams.Params_Expired.selector, START - 1));
        this.set(_down, 1, uint40(START - 1), 400);
    }

    function test_setNeedsTheVersionItHasSeen() external {
        set(_down, 0, NEVER, 500);
        tighten(_down, 400);
        vm.expectRevert(abi.encodeWithSelector(IParams.Params_StaleVersion.selector, KEY, 1, 2));
        this.set(_down, 1, NEVER, 900);
        set(_down, 2, NEVER, 900);
        assertEq(_inForce(), 900);
    }

    function test_aNewBaseMayBeTighterOrLooser() external {
        set(_down, 0, NEVER, 500);
        set(_down, 1, NEVER, 10);
        assertEq(_inForce(), 10);
        set(_down, 2, NEVER, 1_000);
        assertEq(_inForce(), 1_000);
    }

    // ---- tighten

    function test_tightenNeedsAnOrder() external {
        set(_none, 0, NEVER, 500);
        vm.expectRevert(abi.encodeWithSelector(IParams.Params_HasNoOrder.selector, KEY));
        this.tighten(_none, 400);
    }

    function test_tightenNeedsABase() external {
        vm.expectRevert(abi.encodeWithSelector(IParams.Params_NotSet.selector, KEY));
        this.tighten(_down, 400);
    }

    function testFuzz_tightenStaysInsideTheBounds(uint64 value) external {
        vm.assume(value < 10 || value > 1_000);
        set(_down, 0, NEVER, 500);
        vm.expectRevert(abi.encodeWithSelector(IParams.Params_OutOfBounds.selector, KEY, value, 10, 1_000));
        this.tighten(_down, value);
    }

    function testFuzz_tightenGoesOneWayOnly(uint64 value, bool up) external {
        value = uint64(bound(value, 10, 1_000));
        ParamSpec memory spec = up ? _up : _down;
        set(spec, 0, NEVER, 500);
        bool tighter = up ? value > 500 : value < 500;
        if (!tighter) vm.expectRevert(abi.encodeWithSelector(IParams.Params_NotTighter.selector, KEY, value, 500));
        this.tighten(spec, value);
        assertEq(_inForce(), tighter ? value : 500);
    }

    function test_tightenLapsesAfter14Days() external {
        set(_down, 0, NEVER, 500);
        uint256 until = START + 14 days;
        vm.expectEmit(address(this));
        emit IParams.ParamTightened(KEY, 400, uint40(until), 500 | (400 << 64) | (until << 128) | (2 << 168), 2);
        tighten(_down, 400);
        vm.warp(until - 1);
        assertEq(_inForce(), 400);
        vm.warp(until);
        assertEq(_inForce(), 500, "the base is back");
    }

    function test_tighteningFurtherDoesNotProlong() external {
        set(_down, 0, NEVER, 500);
        tighten(_down, 400);
        vm.warp(START + 13 days);
        tighten(_down, 300);
        assertEq(_row().until, START + 14 days);
        vm.expectRevert(abi.encodeWithSelector(IParams.Params_NotTighter.selector, KEY, 300, 300));
        this.tighten(_down, 300);
        vm.expectRevert(abi.encodeWithSelector(IParams.Params_NotTighter.selector, KEY, 350, 300));
        this.tighten(_down, 350);
        vm.warp(START + 14 days);
        assertEq(_inForce(), 500);
    }

    function test_aLapsedOverlayRests14Days() external {
        set(_down, 0, NEVER, 500);
        tighten(_down, 400);
        uint256 rested = START + 28 days;
        vm.warp(START + 14 days);
        vm.expectRevert(abi.encodeWithSelector(IParams.Params_TooSoonToTighten.selector, KEY, rested));
        this.tighten(_down, 400);
        vm.warp(rested - 1);
        vm.expectRevert(abi.encodeWithSelector(IParams.Params_TooSoonToTighten.selector, KEY, rested));
        this.tighten(_down, 400);
        vm.warp(rested);
        tighten(_down, 400);
        assertEq(_inForce(), 400);
    }

    function test_setEndsTheOverlayAndStartsItsRest() external {
        set(_down, 0, NEVER, 500);
        tighten(_down, 400);
        vm.warp(START + 3 days);
        set(_down, 2, NEVER, 500);
        assertEq(_inForce(), 500);
        assertEq(_row().tight, 0);
        vm.expectRevert(abi.encodeWithSelector(IParams.Params_TooSoonToTighten.selector, KEY, START + 17 days));
        this.tighten(_down, 400);
        vm.warp(START + 17 days);
        tighten(_down, 400);
    }

    function test_setAfterTheLapseDoesNotProlongTheRest() external {
        set(_down, 0, NEVER, 500);
        tighten(_down, 400);
        vm.warp(START + 20 days);
        set(_down, 2, NEVER, 600);
        vm.warp(START + 28 days);
        tighten(_down, 400);
        assertEq(_inForce(), 400);
    }

    function test_rowsAreApartAndTheRevisionIsShared() external {
        set(_down, 0, NEVER, 500);
        _table.set(OTHER, _up, 0, NEVER, 20);
        tighten(_down, 400);
        assertEq(_table.inForce(OTHER), 20);
        assertEq(_table.rows[OTHER].version, 1);
        assertEq(_table.revision, 3);
    }

    /// @notice Whatever a risk officer tries, and whenever: nothing is tight for more than 14 days on end, and a day on
    /// which it is not comes at least as often.
    function testFuzz_nothingStaysTightForEver(uint256 seed) external {
        set(_down, 0, NEVER, 1_000);
        uint256 tightDays;
        uint256 streak;
        for (uint256 day; day < 140; ++day) {
            uint256 r = uint256(keccak256(abi.encode(seed, day)));
            vm.warp(START + day * 1 days + r % 3 hours);
            if (r % 3 != 0) {
                try this.tighten(_down, uint64(10 + (r >> 8) % 990)) {} catch {}
            }
            vm.warp(START + day * 1 days + 12 hours);
            bool tight = _inForce() != 1_000;
            streak = tight ? streak + 1 : 0;
            if (tight) ++tightDays;
            assertLe(streak, 14, "tight for longer than it may be");
        }
        assertGt(tightDays, 0, "never tight at all");
        assertLe(tightDays, 70, "more often tight than not");
    }

    // ---- the tables

    function test_vaultTable() external pure {
        _spec(VaultParams.spec(ParamKeys.global(1)), 1, 168, Direction.NONE);
        _spec(VaultParams.spec(ParamKeys.global(2)), 0, 2 ** 36 - 1, Direction.DOWN);
        // A lane pays at least 2 % of liabilities a day.
        _spec(VaultParams.spec(ParamKeys.global(3)), 200, 10_000, Direction.DOWN);
        _spec(VaultParams.spec(ParamKeys.global(4)), 200, 10_000, Direction.DOWN);
    }

    function test_policyTable() external pure {
        _spec(PolicyParams.spec(ParamKeys.ofTier(16, 3)), 0, 2 ** 36 - 1, Direction.DOWN);
        _spec(PolicyParams.spec(ParamKeys.ofTier(17, 3)), 0, 2 ** 36 - 1, Direction.DOWN);
        // Nobody waits for more than 30 days, nor not at all.
        _spec(PolicyParams.spec(ParamKeys.ofTier(18, 3)), 1, 30 days, Direction.UP);
        _spec(PolicyParams.spec(ParamKeys.ofTier(19, 3)), 1, 30 days, Direction.UP);
        _spec(PolicyParams.spec(ParamKeys.global(20)), 0, 2 ** 36 - 1, Direction.DOWN);
        _spec(PolicyParams.spec(ParamKeys.global(21)), 0, 2 ** 36 - 1, Direction.DOWN);
    }

    function testFuzz_unknownKindsRevert(uint256 raw) external {
        bytes32 key = bytes32(raw);
        uint256 kind = raw >> 248;
        bytes memory unknown = abi.encodeWithSelector(IParams.Params_UnknownKey.selector, key);
        if (kind == 0 || kind > 4) vm.expectRevert(unknown);
        this.vaultSpec(key);
        if (kind < 16 || kind > 21) vm.expectRevert(unknown);
        this.policySpec(key);
    }

    function _spec(ParamSpec memory spec, uint64 min, uint64 max, Direction direction) private pure {
        assertEq(spec.min, min);
        assertEq(spec.max, max);
        assertEq(uint8(spec.direction), uint8(direction));
    }
}
