// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice The interface of the Chainalysis sanctions oracle, which other lists copy.
///
/// Assumptions. Correctness: it names the listed addresses. Liveness: none; while it gives no answer exits queue, and
/// releases wait at most `late` + 72 h before they trust the last record.
interface ISanctionsList {
    function isSanctioned(address account) external view returns (bool);
}
