// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Lattice, Verdict} from "../libraries/Lattice.sol";

/// @title SanctionsSlice
/// @notice Nothing is instant to or from a listed address, nor while the list is silent.
library SanctionsSlice {
    uint256 internal constant LISTED_DELAY = 30 days;

    /// @param screened Whether the list answered for owner and recipient.
    /// @param listed Whether it names either.
    function verdict(bool screened, bool listed) internal pure returns (Verdict v) {
        if (listed) {
            v = Lattice.verdict(LISTED_DELAY, LISTED_DELAY, Reasons.bit(Reason.LISTED), Lattice.NO_LIMIT);
        }
        if (!screened) v = v.meet(Lattice.verdict(0, 0, Reasons.bit(Reason.SCREENING_DOWN), Lattice.NO_LIMIT));
    }
}
