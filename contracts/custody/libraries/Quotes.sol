// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Facts, IExitPolicy, Quote} from "../../policy/interfaces/IExitPolicy.sol";
import {Reason, Reasons} from "../../shared/Reasons.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";

/// @title Quotes
/// @notice Asks the policy so that no answer, bad answer or lack of one can stop an owner: a failed quote means the longest
/// wait, and nobody can make one fail by sending too little gas.
library Quotes {
    /// @notice Gas that a quote gets; never less. Covers the price (`PEEK_GAS`), two questions to the sanctions list, and
    /// the policy itself.
    uint256 internal constant QUOTE_GAS = 600_000;

    /// @notice What must be left for a call to get that: it gets all but one 64th (EIP-150) of what reaching a cold account
    /// leaves. A literal, because the compiler would compute an expression at run time.
    uint256 internal constant QUOTE_GAS_NEEDED = 612_600;

    /// @notice The trailing period of all windows that a quote charges.
    uint256 internal constant EXIT_WINDOW = 1 days;

    /// @notice No verdict makes anyone wait longer.
    uint256 internal constant MAX_DELAY = 30 days;

    /// @dev The thirteen words of Facts; the twelve of Quote.
    uint256 private constant _FACTS_SIZE = 0x1a0;
    uint256 private constant _QUOTE_SIZE = 0x180;

    /// @notice The policy's answer, made safe.
    function ask(address policy, Facts memory facts) internal view returns (Quote memory q) {
        // Check: a starved quote must not pass for a failed one.
        if (gasleft() < QUOTE_GAS_NEEDED) revert IVaultEvents.Vault_NotEnoughGas(gasleft(), QUOTE_GAS_NEEDED);
        uint256 selector = uint32(IExitPolicy.quote.selector);
        bool ok;
        assembly ("memory-safe") {
            // The question beyond the free pointer, not allocated: the selector's four bytes end the first word, then the
            // facts, which lie in memory as the ABI wants them: static, a word each.
            let question := mload(0x40)
            mstore(question, selector)
            mcopy(add(question, 0x20), facts, _FACTS_SIZE)
            // Yul evaluates right to left: the call stands alone, the size is read after it.
            ok := staticcall(QUOTE_GAS, policy, add(question, 0x1c), add(_FACTS_SIZE, 4), q, _QUOTE_SIZE)
            ok := and(ok, eq(returndatasize(), _QUOTE_SIZE))
        }
        if (!ok) {
            // Whatever was returned is dropped: no charges.
            Quote memory failed;
            (failed.soon, failed.late, failed.reasons) = (MAX_DELAY, MAX_DELAY, Reasons.bit(Reason.QUOTE_FAILED));
            return failed;
        }
        // An exit can't be due at `soon` later than in any case, nor after the longest delay.
        q.late = _min(_max(q.soon, q.late), MAX_DELAY);
        q.soon = _min(q.soon, MAX_DELAY);
    }

    /// @notice The `i`-th charge, 0 to 2: the subject's, the asset's, the pool's. A window of zero is none.
    function charge(Quote memory q, uint256 i) internal pure returns (bytes32 window, uint256 amount, uint256 limit) {
        assembly ("memory-safe") {
            let first := add(add(q, 0x60), mul(i, 0x60))
            window := mload(first)
            amount := mload(add(first, 0x20))
            limit := mload(add(first, 0x40))
        }
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}
