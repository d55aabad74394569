// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Lattice, Verdict} from "../../contracts/policy/libraries/Lattice.sol";
import {FreshnessSlice} from "../../contracts/policy/slices/FreshnessSlice.sol";
import {Reason, Reasons} from "../../contracts/shared/Reasons.sol";
import {Spec} from "./Spec.sol";

/// @notice INV-POL-6, the policy's half: whatever the other slices say, more than what has seasoned is not instant, and waits
/// for T, endorsed or not. BalancesSpec is the ledger's half: what is called seasoned is older than T.
contract FreshnessSpec is Spec {
    function check_INV_POL_6_freshValueWaitsForT(uint112 amount, uint112 seasoned, uint32 period, Verdict others)
        external
        pure
    {
        Verdict v = others.meet(FreshnessSlice.verdict(amount, seasoned, period));
        if (amount > seasoned) {
            assert(v.reasons() & Reasons.bit(Reason.FRESH) != 0);
            assert(v.soon() >= period);
            assert(v.late() >= period);
        } else {
            // And nothing waits for its sake that has seasoned.
            assert(Verdict.unwrap(v) == Verdict.unwrap(others));
        }
    }
}
