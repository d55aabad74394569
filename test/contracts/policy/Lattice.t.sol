// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Lattice, Verdict} from "../../../contracts/policy/libraries/Lattice.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice INV-POL-2: meet is commutative, associative, idempotent, has `TOP` as neutral element, and never loosens. Every
/// word is a verdict.
contract LatticeTest is Cheats {
    function _same(Verdict a, Verdict b) private pure {
        assertEq(Verdict.unwrap(a), Verdict.unwrap(b));
    }

    function testFuzz_aVerdictSaysWhatItWasMadeOf(uint32 soon, uint32 late, uint128 reasons, uint64 limit)
        external
        pure
    {
        Verdict v = Lattice.verdict(soon, late, reasons, limit);
        assertEq(v.soon(), soon);
        assertEq(v.late(), late);
        assertEq(v.reasons(), reasons);
        assertEq(v.limit(), limit);
    }

    function testFuzz_INV_POL_2_commutative(Verdict a, Verdict b) external pure {
        _same(a.meet(b), b.meet(a));
    }

    function testFuzz_INV_POL_2_associative(Verdict a, Verdict b, Verdict c) external pure {
        _same(a.meet(b).meet(c), a.meet(b.meet(c)));
    }

    function testFuzz_INV_POL_2_idempotent(Verdict a) external pure {
        _same(a.meet(a), a);
    }

    function testFuzz_INV_POL_2_topIsNeutral(Verdict a) external pure {
        _same(Lattice.TOP.meet(a), a);
        _same(a.meet(Lattice.TOP), a);
    }

    function test_topSaysNothing() external pure {
        assertEq(Lattice.TOP.soon(), 0);
        assertEq(Lattice.TOP.late(), 0);
        assertEq(Lattice.TOP.reasons(), 0);
        assertEq(Lattice.TOP.limit(), Lattice.NO_LIMIT);
    }

    function testFuzz_INV_POL_2_aSliceAddedNeverLoosens(Verdict a, Verdict b) external pure {
        Verdict m = a.meet(b);
        // The tighter in each part, and nothing from nowhere.
        assertEq(m.soon(), a.soon() > b.soon() ? a.soon() : b.soon());
        assertEq(m.late(), a.late() > b.late() ? a.late() : b.late());
        assertEq(m.limit(), a.limit() < b.limit() ? a.limit() : b.limit());
        assertEq(m.reasons(), a.reasons() | b.reasons());
    }
}
