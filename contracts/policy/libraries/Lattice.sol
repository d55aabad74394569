// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What one slice says of a request, as one word; zero = nothing against it. See `Lattice` for its parts.
///
/// Word: [ reasons:128 | tightness:64 | late:32 | soon:32 ], tightness being the limit's distance from no limit, so that
/// in each part more is tighter.
type Verdict is uint256;

using {Lattice.meet, Lattice.soon, Lattice.late, Lattice.reasons, Lattice.limit} for Verdict global;

/// @title Lattice
/// @notice Verdicts form a bounded semilattice: `meet` is commutative, associative and idempotent, `TOP` is its neutral
/// element, and meeting anything never loosens. So neither order nor number of slices can be a mistake.
library Lattice {
    /// @notice No opinion on the limit.
    uint256 internal constant NO_LIMIT = type(uint64).max;

    /// @notice Nothing against it.
    Verdict internal constant TOP = Verdict.wrap(0);

    uint256 private constant _LATE_SHIFT = 32;
    uint256 private constant _TIGHTNESS_SHIFT = 64;
    uint256 private constant _REASONS_SHIFT = 128;
    uint256 private constant _SOON = type(uint32).max;
    uint256 private constant _LATE = _SOON << _LATE_SHIFT;
    uint256 private constant _TIGHTNESS = NO_LIMIT << _TIGHTNESS_SHIFT;

    /// @param soon_ Seconds, see `Quote`; below 2^32.
    /// @param late_ Likewise.
    /// @param reasons_ Bits of `Reason`, below 2^128; none = this slice has nothing against paying now.
    /// @param limit_ Most that the subject's window may hold with this exit, in cents; `NO_LIMIT` at most.
    function verdict(uint256 soon_, uint256 late_, uint256 reasons_, uint256 limit_) internal pure returns (Verdict) {
        unchecked {
            return Verdict.wrap(
                soon_ | (late_ << _LATE_SHIFT) | ((NO_LIMIT - limit_) << _TIGHTNESS_SHIFT)
                    | (reasons_ << _REASONS_SHIFT)
            );
        }
    }

    /// @notice The tighter of both in each part.
    function meet(Verdict a, Verdict b) internal pure returns (Verdict) {
        if (Verdict.unwrap(b) == 0) return a;
        (uint256 x, uint256 y) = (Verdict.unwrap(a), Verdict.unwrap(b));
        uint256 both = ((x | y) >> _REASONS_SHIFT) << _REASONS_SHIFT;
        return Verdict.wrap(both | _more(x, y, _TIGHTNESS) | _more(x, y, _LATE) | _more(x, y, _SOON));
    }

    function soon(Verdict v) internal pure returns (uint256) {
        return Verdict.unwrap(v) & _SOON;
    }

    function late(Verdict v) internal pure returns (uint256) {
        return (Verdict.unwrap(v) & _LATE) >> _LATE_SHIFT;
    }

    function reasons(Verdict v) internal pure returns (uint256) {
        return Verdict.unwrap(v) >> _REASONS_SHIFT;
    }

    function limit(Verdict v) internal pure returns (uint256) {
        unchecked {
            return NO_LIMIT - ((Verdict.unwrap(v) & _TIGHTNESS) >> _TIGHTNESS_SHIFT);
        }
    }

    function _more(uint256 x, uint256 y, uint256 part) private pure returns (uint256) {
        return x & part > y & part ? x & part : y & part;
    }
}
