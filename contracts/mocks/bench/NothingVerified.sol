// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStatementVerifier} from "../../gateway/interfaces/IStatementVerifier.sol";

/// @notice Says yes to everything: the call alone, which the bench takes off the others.
contract NothingVerified is IStatementVerifier {
    function verify(bytes32, bytes calldata) external pure returns (bool) {
        return true;
    }
}
