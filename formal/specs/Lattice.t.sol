// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Lattice, Verdict} from "../../contracts/policy/libraries/Lattice.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-POL-2, for all verdicts: the words of 256 bits, all of which are verdicts.
contract LatticeSpec is Spec {
    uint256 private constant _SOON = type(uint32).max;
    uint256 private constant _LATE = _SOON << 32;
    uint256 private constant _TIGHTNESS = uint256(type(uint64).max) << 64;
    uint256 private constant _REASONS = uint256(type(uint128).max) << 128;

    function check_INV_POL_2_commutative(Verdict a, Verdict b) external pure {
        assert(Verdict.unwrap(a.meet(b)) == Verdict.unwrap(b.meet(a)));
    }

    /// @notice Part by part, three times any content of it but zero, which is neutral (`idempotent`): `neverLoosens` says that
    /// meet takes each part by itself.
    function check_INV_POL_2_associative(uint8 part, uint256 a, uint256 b, uint256 c) external pure {
        if (part == 0) _associative(a & _SOON, b & _SOON, c & _SOON);
        else if (part == 1) _associative(a & _LATE, b & _LATE, c & _LATE);
        else if (part == 2) _associative(a & _TIGHTNESS, b & _TIGHTNESS, c & _TIGHTNESS);
        else _associative(a & _REASONS, b & _REASONS, c & _REASONS);
    }

    function _associative(uint256 x, uint256 y, uint256 z) private pure {
        vm.assume(_and(x != 0, _and(y != 0, z != 0)));
        (Verdict a, Verdict b, Verdict c) = (Verdict.wrap(x), Verdict.wrap(y), Verdict.wrap(z));
        assert(Verdict.unwrap(a.meet(b).meet(c)) == Verdict.unwrap(a.meet(b.meet(c))));
    }

    function check_INV_POL_2_idempotent(Verdict a) external pure {
        assert(Verdict.unwrap(a.meet(a)) == Verdict.unwrap(a));
        assert(Verdict.unwrap(a.meet(Lattice.TOP)) == Verdict.unwrap(a));
        assert(Verdict.unwrap(Lattice.TOP.meet(a)) == Verdict.unwrap(a));
    }

    /// @notice A slice more never loosens, in any part; and no part is tighter than the tightest slice asked for.
    function check_INV_POL_2_neverLoosens(Verdict a, Verdict b) external pure {
        Verdict both = a.meet(b);
        assert(both.soon() == _max(a.soon(), b.soon()));
        assert(both.late() == _max(a.late(), b.late()));
        assert(both.reasons() == a.reasons() | b.reasons());
        assert(both.limit() == _min(a.limit(), b.limit()));
    }

    /// @notice What a slice says is what is read back: no part spills into another.
    function check_INV_POL_2_partsStandApart(uint32 soon, uint32 late, uint128 reasons, uint64 limit) external pure {
        Verdict v = Lattice.verdict(soon, late, reasons, limit);
        assert(v.soon() == soon);
        assert(v.late() == late);
        assert(v.reasons() == reasons);
        assert(v.limit() == limit);
    }
}
