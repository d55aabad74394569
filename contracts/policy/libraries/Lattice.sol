// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Facts} from "../interfaces/IExitPolicy.sol";

/// @notice What one slice says of a request.
/// @param soon Seconds, see `Terms`.
/// @param late Seconds, see `Terms`.
/// @param reasons Bits of `Reason`; none = this slice has nothing against paying now.
/// @param limit Most that the subject's window may hold with this exit, in cents; max uint64 = no opinion.
struct Verdict {
    uint32 soon;
    uint32 late;
    uint256 reasons;
    uint64 limit;
}

/// @notice What slices may look at besides the facts.
/// @param cents What the request is worth, rounded up; max uint64 if no price says so.
/// @param normal Whether the price may be trusted.
/// @param listed Whether the sanctions list names the owner or the recipient now.
/// @param screened Whether the list answered for both.
struct Request {
    Facts facts;
    uint64 cents;
    bool normal;
    bool listed;
    bool screened;
}

/// @title Lattice
/// @notice Verdicts form a bounded semilattice: `meet` is commutative, associative and idempotent, `top` is its neutral
/// element, and meeting anything never loosens. So neither order nor number of slices can be a mistake.
library Lattice {
    uint64 internal constant NO_LIMIT = type(uint64).max;

    /// @notice Nothing against it.
    function top() internal pure returns (Verdict memory v) {
        v.limit = NO_LIMIT;
    }

    /// @notice The tighter of both in each component.
    function meet(Verdict memory a, Verdict memory b) internal pure returns (Verdict memory) {
        if (b.soon > a.soon) a.soon = b.soon;
        if (b.late > a.late) a.late = b.late;
        if (b.limit < a.limit) a.limit = b.limit;
        a.reasons |= b.reasons;
        return a;
    }
}
