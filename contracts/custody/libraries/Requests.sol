// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Facts} from "../../policy/interfaces/IExitPolicy.sol";
import {AssetId} from "../../shared/AssetId.sol";
import {Assets} from "./Assets.sol";
import {Balances} from "./Balances.sol";
import {VaultLayout} from "./VaultLayout.sol";

/// @title Requests
/// @notice What the policy is told of a request to leave.
library Requests {
    using Assets for uint256;
    using Balances for uint256;

    /// @param account The owner's slot.
    /// @param s Its subject's.
    /// @param a The asset's.
    /// @param balance That of the owner's balance of it.
    function facts(
        address owner,
        address subject,
        uint256 account,
        uint256 s,
        AssetId asset,
        uint256 a,
        uint256 balance,
        uint256 amount,
        address to
    ) internal view returns (Facts memory) {
        return Facts({
            owner: owner,
            subject: subject,
            tier: VaultLayout.tierIn(s),
            to: to,
            usableFrom: VaultLayout.slots().book[subject][to],
            instantFrom: VaultLayout.instantFromIn(account),
            asset: asset,
            amount: amount,
            seasoned: balance.seasoned(block.timestamp, a.freshStep()),
            cap: VaultLayout.capIn(s),
            freshPeriod: a.freshPeriod(),
            decimals: a.decimals(),
            tickExponent: a.tickExponent()
        });
    }
}
