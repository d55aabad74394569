// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ICondition} from "../interfaces/ICondition.sol";
import {Question} from "../interfaces/IPayments.sol";

/// @title Questions
/// @notice Asks a condition: a static call under a bound on gas, of whose answer one word is read. Anything but a clear yes is
/// no, a revert and an account without code too.
library Questions {
    /// @notice What a condition may use.
    uint256 internal constant GAS = 1_000_000;

    error Questions_NotEnoughGas(uint256 left, uint256 needed);

    function hash(Question calldata self) internal pure returns (bytes32) {
        return keccak256(abi.encode(self.condition, keccak256(self.terms)));
    }

    /// @notice Whether the condition is met now.
    function met(Question calldata self, bytes32 id, bytes calldata witness) internal view returns (bool yes) {
        bytes memory data = abi.encodeCall(ICondition.check, (id, self.terms, witness));
        // Check: what isn't there isn't forwarded, and a starved condition would look like one that says no.
        uint256 needed = GAS + GAS / 63 + 5_000;
        if (gasleft() < needed) revert Questions_NotEnoughGas(gasleft(), needed);
        address condition = address(self.condition);
        uint256 gasBound = GAS;
        assembly ("memory-safe") {
            // The call comes last: operands are evaluated from right to left.
            let ok := staticcall(gasBound, condition, add(data, 0x20), mload(data), 0, 0x20)
            yes := and(and(ok, gt(returndatasize(), 0x1f)), eq(mload(0), 1))
        }
    }
}
