// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice Why an exit isn't instant. Bit i of a reasons word stands for the i-th name; the TypeScript names and the docs
/// are generated from this enum.
enum Reason {
    ABOVE_SINGLE_LIMIT, // more than the tier's limit for one instant exit
    NEW_DESTINATION, // the recipient isn't in the subject's book
    DESTINATION_WAITING, // the recipient is in the book, but not for long enough
    MOVED, // the account was linked or unlinked lately
    FRESH, // part of the amount was credited lately
    LISTED, // the owner or the recipient is on the sanctions list
    SCREENING_DOWN, // the sanctions list gave no answer
    PRICE_NOT_NORMAL, // the price is disputed, degraded or halted
    SUBJECT_LIMIT, // the subject's window (tier limit or own cap) is full
    ASSET_LIMIT, // the asset's window is full
    POOL_LIMIT, // the window shared by all unverified subjects is full
    EVERYONE_HELD, // a guardian holds all exits
    IMPAIRED, // the asset's liabilities exceed its holdings
    QUOTE_FAILED, // the policy gave no usable answer
    NOT_IN_HOT, // the Vault holds less than that: the rest is in the reserves
    INSTANT_CLOSED // an upgrade was rolled back, and governance hasn't reopened instant exits
}

/// @title Reasons
/// @notice Builds reason words.
library Reasons {
    function bit(Reason reason) internal pure returns (uint256) {
        return 1 << uint8(reason);
    }

    function has(uint256 reasons, Reason reason) internal pure returns (bool) {
        return reasons & bit(reason) != 0;
    }
}
