// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";

/// @title StatementCode
/// @notice Names of messages and of what is said of them, as src/gateway/statement.ts spells them; a test compares the two.
library StatementCode {
    bytes32 internal constant DEPOSIT = keccak256("strongroom.deposit");
    bytes32 internal constant TOKEN = keccak256("strongroom.token");
    bytes32 internal constant OUTCOME = keccak256("strongroom.outcome");
    bytes32 internal constant PAYOUT = keccak256("strongroom.payout");
    bytes32 internal constant DESTINATION = keccak256("strongroom.destination");

    /// @dev How a payout's token was spent.
    uint8 internal constant PAID = 1;
    uint8 internal constant VOIDED = 2;

    /// @notice A deposit: where it came from, where it goes, which transaction, which output. Not what it says, so that two
    /// accounts of one deposit collide.
    function depositId(bytes32 chain, uint256 destination, address vault, bytes32 txId, uint256 index)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(DEPOSIT, chain, destination, vault, txId, index));
    }

    function depositContent(address account, AssetId asset, uint256 amount) internal pure returns (bytes32) {
        return keccak256(abi.encode(account, asset, amount));
    }

    /// @notice The message by which a payout's attempt gets its conflict token; what is said is the token's word.
    function tokenMessage(bytes32 payoutId, uint256 attempt) internal pure returns (bytes32) {
        return keccak256(abi.encode(TOKEN, payoutId, attempt));
    }

    /// @notice The message that says how a payout's attempt ended.
    function outcomeMessage(bytes32 payoutId, uint256 attempt) internal pure returns (bytes32) {
        return keccak256(abi.encode(OUTCOME, payoutId, attempt));
    }

    function outcomeContent(uint8 outcome, bytes32 txId) internal pure returns (bytes32) {
        return keccak256(abi.encode(outcome, txId));
    }

    /// @notice A payout: of which chain and gateway, its number there, where it goes and what it carries.
    function payoutIdOf(uint256 chainId, address gateway, uint256 number, address handle, AssetId asset, uint256 amount)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(PAYOUT, chainId, gateway, number, handle, asset, amount));
    }

    /// @notice What an exit from the Vault names as its recipient: it commits to the whole text.
    function handleOf(address account, bytes32 chain, bytes calldata script) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(DESTINATION, account, chain, script)))));
    }
}
