// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Lattice, Verdict} from "../../../contracts/policy/libraries/Lattice.sol";
import {TierLimits} from "../../../contracts/policy/libraries/TierLimits.sol";
import {DestinationSlice} from "../../../contracts/policy/slices/DestinationSlice.sol";
import {FreshnessSlice} from "../../../contracts/policy/slices/FreshnessSlice.sol";
import {OracleSlice} from "../../../contracts/policy/slices/OracleSlice.sol";
import {OwnCapSlice} from "../../../contracts/policy/slices/OwnCapSlice.sol";
import {SanctionsSlice} from "../../../contracts/policy/slices/SanctionsSlice.sol";
import {TierSlice} from "../../../contracts/policy/slices/TierSlice.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {Params} from "../../../contracts/shared/Params.sol";
import {Direction, ParamSpec} from "../../../contracts/shared/interfaces/IParams.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice Each slice by hand, by its bits in the order of the enum `Reason`.
contract SlicesTest is Cheats {
    using Params for Params.Table;

    uint256 private constant NO_LIMIT = Lattice.NO_LIMIT;
    uint256 private constant ABOVE_SINGLE_LIMIT = 1 << 0;
    uint256 private constant NEW_DESTINATION = 1 << 1;
    uint256 private constant DESTINATION_WAITING = 1 << 2;
    uint256 private constant MOVED = 1 << 3;
    uint256 private constant FRESH = 1 << 4;
    uint256 private constant LISTED = 1 << 5;
    uint256 private constant SCREENING_DOWN = 1 << 6;
    uint256 private constant PRICE_NOT_NORMAL = 1 << 7;

    uint40 private constant NOW = 1_700_000_000;
    uint256 private constant T = 24 hours;

    Params.Table private _table;
    // Empty: the slice reads the rows themselves. That a digest says the same is tested in VaultWords.t.sol.
    TierLimits.Digests private _digests;

    function setUp() external {
        vm.warp(NOW);
    }

    function _expect(Verdict v, uint256 soon, uint256 late, uint256 reasons, uint256 limit) private pure {
        assertEq(v.soon(), soon, "soon");
        assertEq(v.late(), late, "late");
        assertEq(v.reasons(), reasons, "reasons");
        assertEq(v.limit(), limit, "limit");
    }

    // ---- oracle

    function test_oracle() external pure {
        _expect(OracleSlice.verdict(true), 0, 0, 0, NO_LIMIT);
        _expect(OracleSlice.verdict(false), 0, 0, PRICE_NOT_NORMAL, NO_LIMIT);
    }

    // ---- own cap

    function testFuzz_ownCap(uint40 cap) external pure {
        _expect(OwnCapSlice.verdict(cap), 0, 0, 0, cap);
    }

    // ---- sanctions

    function test_sanctions() external pure {
        _expect(SanctionsSlice.verdict({screened: true, listed: false}), 0, 0, 0, NO_LIMIT);
        _expect(SanctionsSlice.verdict({screened: true, listed: true}), 30 days, 30 days, LISTED, NO_LIMIT);
        // One end listed, no answer on the other.
        uint256 both = LISTED | SCREENING_DOWN;
        _expect(SanctionsSlice.verdict({screened: false, listed: true}), 30 days, 30 days, both, NO_LIMIT);
        _expect(SanctionsSlice.verdict({screened: false, listed: false}), 0, 0, SCREENING_DOWN, NO_LIMIT);
    }

    // ---- freshness

    function testFuzz_freshness(uint112 amount, uint112 seasoned, uint32 period) external pure {
        Verdict v = FreshnessSlice.verdict(amount, seasoned, period);
        if (amount <= seasoned) _expect(v, 0, 0, 0, NO_LIMIT);
        else _expect(v, period, period, FRESH, NO_LIMIT);
    }

    // ---- destination

    function _destination(uint40 usableFrom, uint40 instantFrom) private view returns (Verdict) {
        return DestinationSlice.verdict(usableFrom, instantFrom, T);
    }

    function test_destination() external view {
        _expect(_destination(0, 0), 0, T, NEW_DESTINATION, NO_LIMIT);
        _expect(_destination(NOW + 1, 0), 0, T, DESTINATION_WAITING, NO_LIMIT);
        _expect(_destination(NOW, 0), 0, 0, 0, NO_LIMIT);
        _expect(_destination(NOW, NOW), 0, 0, 0, NO_LIMIT);
        _expect(_destination(NOW, NOW + 1), 0, T, MOVED, NO_LIMIT);
        _expect(_destination(0, NOW + 1), 0, T, NEW_DESTINATION | MOVED, NO_LIMIT);
        _expect(_destination(NOW + 1, NOW + 1), 0, T, DESTINATION_WAITING | MOVED, NO_LIMIT);
    }

    // ---- tier

    function _row(uint8 tier, uint64 window, uint64 single, uint64 soon, uint64 late) private {
        ParamSpec memory any = ParamSpec(0, type(uint64).max, Direction.NONE);
        uint64[4] memory values = [window, single, soon, late];
        for (uint8 i; i < 4; ++i) {
            bytes32 key = ParamKeys.ofTier(ParamKeys.TIER_WINDOW + i, tier);
            _table.set(key, any, _table.rows[key].version, type(uint40).max, values[i]);
        }
    }

    function _orderedTable() private {
        _row(0, 100, 10, 400, 4_000);
        _row(1, 200, 20, 300, 3_000);
        _row(2, 300, 30, 200, 2_000);
        _row(3, 400, 40, 100, 1_000);
    }

    function _tier(uint256 tier_, uint256 cents) private view returns (Verdict) {
        return TierSlice.verdict(tier_, cents, _digests, _table);
    }

    function test_tierReadsItsRow() external {
        _orderedTable();
        _expect(_tier(0, 10), 400, 4_000, 0, 100);
        _expect(_tier(0, 11), 400, 4_000, ABOVE_SINGLE_LIMIT, 100);
        _expect(_tier(1, 20), 300, 3_000, 0, 200);
        _expect(_tier(2, 31), 200, 2_000, ABOVE_SINGLE_LIMIT, 300);
        _expect(_tier(3, 40), 100, 1_000, 0, 400);
    }

    function testFuzz_unknownTierIsTheBottomRow(uint256 unknown, uint64 cents) external {
        _orderedTable();
        unknown = bound(unknown, 4, type(uint256).max);
        assertEq(Verdict.unwrap(_tier(unknown, cents)), Verdict.unwrap(_tier(0, cents)));
    }

    function test_aTighterHigherRowBindsTheLowerOnes() external {
        _orderedTable();
        _row(3, 50, 5, 500, 5_000);
        for (uint8 t; t < 4; ++t) {
            _expect(_tier(t, 6), 500, 5_000, ABOVE_SINGLE_LIMIT, 50);
        }
    }

    function test_emptyTableAllowsNothing() external view {
        _expect(_tier(3, 1), 30 days, 30 days, ABOVE_SINGLE_LIMIT, 0);
    }

    /// @notice The digest spares reading the rows: what they say counts from the next refresh.
    function test_betweenRefreshesTheDigestSpeaks() external {
        _orderedTable();
        bytes32 key = ParamKeys.ofTier(ParamKeys.TIER_WINDOW, 3);
        TierLimits.refresh(_digests, _table, key);
        _row(3, 50, 5, 500, 5_000);
        _expect(_tier(3, 40), 100, 1_000, 0, 400);
        _expect(_tier(0, 10), 400, 4_000, 0, 100);
        vm.warp(type(uint40).max - 1);
        _expect(_tier(3, 40), 100, 1_000, 0, 400);
        TierLimits.refresh(_digests, _table, key);
        _expect(_tier(3, 6), 500, 5_000, ABOVE_SINGLE_LIMIT, 50);
        _expect(_tier(0, 6), 500, 5_000, ABOVE_SINGLE_LIMIT, 50);
    }

    function test_noPriceIsAboveAnySingleLimit() external {
        _row(3, uint64(NO_LIMIT), uint64(NO_LIMIT) - 1, 1, 2);
        _expect(_tier(3, NO_LIMIT), 1, 2, ABOVE_SINGLE_LIMIT, NO_LIMIT);
    }

    /// @notice INV-POL-3: a higher tier is never tighter, whatever the table says.
    function testFuzz_aHigherTierIsNeverTighter(uint256 seed, uint64 cents) external {
        for (uint8 t; t < 4; ++t) {
            uint256 r = uint256(keccak256(abi.encode(seed, t)));
            _row(t, uint64(r), uint64(r >> 64), uint64(r >> 128) % 30 days, uint64(r >> 192) % 30 days);
        }
        for (uint8 t; t < 3; ++t) {
            Verdict low = _tier(t, cents);
            Verdict high = _tier(t + 1, cents);
            assertLe(high.soon(), low.soon());
            assertLe(high.late(), low.late());
            assertGe(high.limit(), low.limit());
            assertEq(high.reasons() & low.reasons(), high.reasons());
        }
    }
}
