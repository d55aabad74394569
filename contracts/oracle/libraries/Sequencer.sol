// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Feeds} from "./Feeds.sol";

/// @title Sequencer
/// @notice Whether an L2's sequencer has been up for long enough, by Chainlink's uptime feed. While it is down, and for a
/// while after, a price on the chain is the price of before: whoever can still get transactions in, or is first to, trades
/// on it. All sources ask this one question, so one chain has one answer.
///
/// It gates what a stale price would let someone take: instant exits here, and new debt wherever money is lent. It must
/// never gate liquidation alone: a lender whose borrowers may still borrow, or sell collateral, while nobody may liquidate
/// them is worse off than without the gate (Aave 3.7 took its sentinel out after false alarms had blocked liquidations).
library Sequencer {
    /// @param feed The uptime feed. A chain without a sequencer has none: don't ask then.
    /// @param grace It must have been up for longer than this, seconds.
    /// @dev Reverts only for lack of gas. A sick uptime feed says nothing, and that is not "up".
    function isUp(address feed, uint256 grace) internal view returns (bool) {
        (bool ok, uint256 status, uint256 since,) = Feeds.latest(feed);
        if (!ok || status != 0) return false;
        unchecked {
            // Check: a status that never started, or starts in the future, says nothing.
            return since != 0 && since <= block.timestamp && block.timestamp - since > grace;
        }
    }
}
