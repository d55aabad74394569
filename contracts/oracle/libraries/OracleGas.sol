// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

// Gas caps of the oracle's nested calls, innermost first. `staticcall` silently forwards less than it is asked to once
// 63/64 of what is left is below the cap, and a starved callee looks like a faulty one. So each caller first checks
// that it holds the matching `_NEEDED`: the cap * 64 / 63, and 3,000 for the access to a cold account. Each cap is at
// least what the callee may need for all that it calls in turn. Literals, because the compiler would compute
// expressions at run time; tests check how they follow from each other.

/// @dev A Chainlink proxy and its aggregator read cold take about 16,000 to 19,000.
uint256 constant FEED_GAS = 25_000;
uint256 constant FEED_GAS_NEEDED = 28_400;

/// @dev A feed, a sequencer uptime feed, and the source's own checks.
uint256 constant SOURCE_GAS = 60_000;
uint256 constant SOURCE_GAS_NEEDED = 64_000;

uint256 constant MAX_SOURCES = 5;

/// @dev Five sources that burn all they get, and the aggregation.
uint256 constant FEED_SET_GAS = 335_000;
uint256 constant FEED_SET_GAS_NEEDED = 344_000;

/// @dev What a caller must forward to `PriceRouter.peek` so that nothing inside can starve.
uint256 constant PEEK_GAS = 356_000;
