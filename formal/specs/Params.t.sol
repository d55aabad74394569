// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Params} from "../../contracts/shared/Params.sol";
import {Direction, Param, ParamSpec} from "../../contracts/shared/interfaces/IParams.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-GOV-1 for one row of a parameter table, whatever it holds: only governance loosens.
contract ParamsSpec is Spec {
    using Params for Params.Table;

    Params.Table private _table;

    /// @notice A tightening that goes through never loosens: neither now nor at any later time is a looser value in force than
    /// without it. The base stays, and the row's version tells of the write.
    function check_INV_GOV_1_tightenNeverLoosens(
        bytes32 key,
        Param calldata row,
        uint64 min,
        uint64 max,
        bool down,
        uint64 value,
        uint40 time,
        uint40 later
    ) external {
        vm.assume(time <= later);
        // Times of this century, so that 14 days more still fit 40 bits.
        vm.assume(time < 1 << 36 && row.version < type(uint32).max);
        _table.rows[key] = row;
        vm.warp(later);
        uint64 without = _table.inForce(key);
        vm.warp(time);
        _table.tighten(key, ParamSpec(min, max, down ? Direction.DOWN : Direction.UP), value);
        assert(_table.inForce(key) == value);
        assert(min <= value && value <= max);
        Param memory written = _table.rows[key];
        assert(written.base == row.base);
        assert(written.version == row.version + 1);
        vm.warp(later);
        uint64 with = _table.inForce(key);
        assert(down ? with <= without : with >= without);
    }

    /// @notice An overlay always lapses by itself, and then rests as long: at most half of the time is governed by the risk
    /// officer alone.
    function check_INV_GOV_1_overlaysLapseAndRest(
        bytes32 key,
        Param calldata row,
        uint64 first,
        uint64 second,
        uint40 time,
        uint40 gap
    ) external {
        vm.assume(time < 1 << 36 && gap < 1 << 36 && row.version < type(uint32).max - 1);
        ParamSpec memory spec = ParamSpec(0, type(uint64).max, Direction.DOWN);
        _table.rows[key] = row;
        vm.warp(time);
        // No overlay stands, so this one starts now.
        vm.assume(row.until <= time);
        _table.tighten(key, spec, first);
        vm.warp(uint256(time) + gap);
        if (gap >= 14 days) assert(_table.inForce(key) == row.base);
        _table.tighten(key, spec, second);
        assert(gap < 14 days || gap >= 28 days);
    }

    /// @notice Governance's own write is in force at once, whatever was overlaid, and only on the version that it was meant for.
    function check_INV_GOV_1_setNamesItsVersion(
        bytes32 key,
        Param calldata row,
        uint32 expected,
        uint40 validUntil,
        uint64 value,
        uint40 time
    ) external {
        vm.assume(row.version < type(uint32).max);
        _table.rows[key] = row;
        vm.warp(time);
        _table.set(key, ParamSpec(0, type(uint64).max, Direction.DOWN), expected, validUntil, value);
        assert(expected == row.version && time <= validUntil);
        assert(_table.inForce(key) == value);
    }
}
