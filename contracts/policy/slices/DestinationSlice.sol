// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Reason, Reasons} from "../../shared/Reasons.sol";
import {Lattice, Verdict} from "../libraries/Lattice.sol";

/// @title DestinationSlice
/// @notice Instant exits go only to recipients that the subject named long enough ago, from accounts that weren't moved
/// between subjects lately.
library DestinationSlice {
    /// @param usableFrom When the recipient becomes usable, 0 = not in the book.
    /// @param instantFrom When the account, last moved between subjects, may exit instantly again.
    /// @param freshPeriod T in seconds.
    function verdict(uint256 usableFrom, uint256 instantFrom, uint256 freshPeriod) internal view returns (Verdict) {
        uint256 reasons;
        if (usableFrom == 0) reasons = Reasons.bit(Reason.NEW_DESTINATION);
        else if (block.timestamp < usableFrom) reasons = Reasons.bit(Reason.DESTINATION_WAITING);
        if (block.timestamp < instantFrom) reasons |= Reasons.bit(Reason.MOVED);
        return reasons == 0 ? Lattice.TOP : Lattice.verdict(0, freshPeriod, reasons, Lattice.NO_LIMIT);
    }
}
