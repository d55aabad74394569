// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice A question on which a payment may depend: a view, asked under a bound on gas, whose revert counts as no.
///
/// Assumptions. Correctness: the answer is what the payer and the payee agreed to trust. Liveness: none; a payment whose
/// condition is never met goes back.
interface ICondition {
    /// @param id The payment's. What is signed for one payment is bound to it, unless the terms say that it may be shared.
    /// @param terms What was agreed, ABI-encoded as the condition says.
    /// @param witness What is brought to show that they are met, ABI-encoded as the condition says.
    /// @return met Whether they are met now.
    function check(bytes32 id, bytes calldata terms, bytes calldata witness) external view returns (bool met);
}
