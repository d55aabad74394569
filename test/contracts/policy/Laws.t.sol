// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Verdict} from "../../../contracts/policy/libraries/Lattice.sol";
import {PolicyParams} from "../../../contracts/policy/libraries/PolicyParams.sol";
import {TierLimits} from "../../../contracts/policy/libraries/TierLimits.sol";
import {TierSlice} from "../../../contracts/policy/slices/TierSlice.sol";
import {Params} from "../../../contracts/shared/Params.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice The policy's law that compares one request in two worlds: INV-POL-3 over random tables with random tightenings.
/// INV-POL-2 is in Lattice.t.sol.
contract PolicyLawsTest is Cheats {
    using Params for Params.Table;

    Params.Table private _table;
    // Never made: what is in force is read from the rows themselves.
    TierLimits.Digests private _digests;

    function setUp() external {
        vm.warp(1_790_000_000);
    }

    /// @dev Tables need not be ordered: whatever governance sets and the risk officer tightens, a higher tier is never
    /// tighter.
    function testFuzz_INV_POL_3_aHigherTierIsNeverTighter(
        uint256 seed,
        uint64 cents,
        uint8 lower,
        uint8 higher,
        uint8 tightenings
    ) external {
        lower = uint8(bound(lower, 0, 3));
        higher = uint8(bound(higher, lower, 3));
        for (uint8 t; t <= 3; ++t) {
            for (uint8 kind = ParamKeys.TIER_WINDOW; kind <= ParamKeys.TIER_LATE; ++kind) {
                bytes32 key = ParamKeys.ofTier(kind, t);
                seed = uint256(keccak256(abi.encode(seed)));
                _table.set(key, PolicyParams.spec(key), 0, type(uint40).max, uint64(1 + seed % PolicyParams.spec(key).max));
            }
        }
        for (uint256 i; i < tightenings % 8; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _tighten(ParamKeys.ofTier(uint8(ParamKeys.TIER_WINDOW + seed % 4), uint8(seed / 4 % 4)), seed / 16);
        }
        Verdict low = TierSlice.verdict(lower, cents, _digests, _table);
        _assertNotLooser(low, TierSlice.verdict(higher, cents, _digests, _table));
        _assertNotLooser(TierSlice.verdict(9, cents, _digests, _table), low);
    }

    function _tighten(bytes32 key, uint256 seed) private {
        uint64 current = _table.inForce(key);
        bool down = ParamKeys.kindOf(key) <= ParamKeys.TIER_SINGLE;
        uint64 room = down ? current : PolicyParams.spec(key).max - current;
        if (room == 0) return;
        uint64 step = uint64(1 + seed % room);
        _table.tighten(key, PolicyParams.spec(key), down ? current - step : current + step);
    }

    function _assertNotLooser(Verdict tight, Verdict loose) private pure {
        assertGe(tight.soon(), loose.soon(), "soon");
        assertGe(tight.late(), loose.late(), "late");
        assertLe(tight.limit(), loose.limit(), "limit");
        assertEq(tight.reasons() & loose.reasons(), loose.reasons(), "reasons");
    }
}
