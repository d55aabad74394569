// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Facts, IExitPolicy} from "../../policy/interfaces/IExitPolicy.sol";
import {Reason, Reasons} from "../../shared/Reasons.sol";
import {IVaultEvents} from "../interfaces/IVaultEvents.sol";

/// @title Quotes
/// @notice Asks the policy so that no answer, bad answer or lack of one can stop an owner: a failed quote means the longest
/// wait, and nobody can make one fail by sending too little gas.
library Quotes {
    /// @notice The policy's answer, made safe.
    struct Quote {
        uint256 soon;
        uint256 late;
        uint256 reasons;
        bytes32[3] windows;
        uint256[3] amounts;
        uint256[3] limits;
    }

    /// @notice Gas that a quote gets; never less. Covers the price (`PEEK_GAS`), two questions to the sanctions list, and
    /// the policy itself.
    uint256 internal constant QUOTE_GAS = 600_000;

    /// @notice No verdict makes anyone wait longer.
    uint256 internal constant MAX_DELAY = 30 days;

    /// @dev Terms and three charges, a word each.
    uint256 private constant _WORDS = 12;

    function ask(address policy, Facts memory facts) internal view returns (Quote memory q) {
        // Check: 63/64 of what is left covers the cap; a starved quote must not pass for a failed one.
        if ((gasleft() * 63) / 64 < QUOTE_GAS) revert IVaultEvents.Vault_NotEnoughGas(gasleft(), QUOTE_GAS * 64 / 63 + 1);
        bytes memory question = abi.encodeCall(IExitPolicy.quote, (facts));
        uint256[_WORDS] memory w;
        bool ok;
        assembly ("memory-safe") {
            // Yul evaluates right to left: the call stands alone, the size is read after it.
            ok := staticcall(QUOTE_GAS, policy, add(question, 0x20), mload(question), w, mul(_WORDS, 0x20))
            ok := and(ok, eq(returndatasize(), mul(_WORDS, 0x20)))
        }
        if (!ok) {
            (q.soon, q.late, q.reasons) = (MAX_DELAY, MAX_DELAY, Reasons.bit(Reason.QUOTE_FAILED));
            return q;
        }
        // An exit can't be due at `soon` later than in any case, nor after the longest delay.
        q.late = _min(_max(w[0], w[1]), MAX_DELAY);
        q.soon = _min(w[0], MAX_DELAY);
        q.reasons = w[2];
        for (uint256 i; i < 3; ++i) {
            q.windows[i] = bytes32(w[3 + 3 * i]);
            q.amounts[i] = w[4 + 3 * i];
            q.limits[i] = w[5 + 3 * i];
        }
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}
