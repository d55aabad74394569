// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice The keys of one epoch of a committee. Stateless: who they are is fixed when it is deployed.
interface IStatementVerifier {
    /// @notice Whether `signature` shows that enough of them have signed `digest`. Never reverts for what a signature says, and
    /// is a no for every signature that is not exactly as its contract wants it.
    function verify(bytes32 digest, bytes calldata signature) external view returns (bool);
}
