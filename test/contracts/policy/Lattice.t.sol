// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Lattice, Verdict} from "../../../contracts/policy/libraries/Lattice.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice INV-POL-2: meet is commutative, associative, idempotent, has `top` as neutral element, and never loosens.
contract LatticeTest is Cheats {
    using Lattice for Verdict;

    /// @dev `meet` writes into its left side: each use gets its own copy.
    function _copy(Verdict memory v) private pure returns (Verdict memory) {
        return Verdict(v.soon, v.late, v.reasons, v.limit);
    }

    function _same(Verdict memory a, Verdict memory b) private pure {
        assertEq(abi.encode(a), abi.encode(b));
    }

    function _meet(Verdict memory a, Verdict memory b) private pure returns (Verdict memory) {
        return _copy(a).meet(_copy(b));
    }

    function testFuzz_commutative(Verdict memory a, Verdict memory b) external pure {
        _same(_meet(a, b), _meet(b, a));
    }

    function testFuzz_associative(Verdict memory a, Verdict memory b, Verdict memory c) external pure {
        _same(_meet(_meet(a, b), c), _meet(a, _meet(b, c)));
    }

    function testFuzz_idempotent(Verdict memory a) external pure {
        _same(_meet(a, a), a);
    }

    function testFuzz_topIsNeutral(Verdict memory a) external pure {
        _same(_meet(Lattice.top(), a), a);
        _same(_meet(a, Lattice.top()), a);
    }

    function test_topSaysNothing() external pure {
        _same(Lattice.top(), Verdict(0, 0, 0, 2 ** 64 - 1));
    }

    function testFuzz_neverLoosens(Verdict memory a, Verdict memory b) external pure {
        Verdict memory m = _meet(a, b);
        assertGe(m.soon, a.soon);
        assertGe(m.late, a.late);
        assertLe(m.limit, a.limit);
        assertEq(m.reasons & a.reasons, a.reasons);
        // And nothing comes from nowhere.
        assertTrue(m.soon == a.soon || m.soon == b.soon);
        assertTrue(m.late == a.late || m.late == b.late);
        assertTrue(m.limit == a.limit || m.limit == b.limit);
        assertEq(m.reasons, a.reasons | b.reasons);
    }
}
