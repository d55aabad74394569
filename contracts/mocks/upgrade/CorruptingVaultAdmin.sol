// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Account} from "../../custody/interfaces/IVaultTypes.sol";
import {VaultLayout} from "../../custody/libraries/VaultLayout.sol";
import {AssetId} from "../../shared/AssetId.sol";
import {VaultAdminV2} from "./VaultAdminV2.sol";

/// @notice The other half of a next Vault that nobody should have scheduled: each migration spoils one thing of the real
/// Vault's storage and nothing else. Its views are those of the half of before.
contract CorruptingVaultAdmin is VaultAdminV2 {
    using SafeERC20 for IERC20;

    constructor(address before) VaultAdminV2(before) {}

    /// @notice Loses one unit of a balance, whose slot has the total lowest.
    function loseUnit(address account, AssetId asset) external {
        --VaultLayout.slots().balances[account][asset].word;
    }

    /// @notice Seasons a balance before its time: the buckets above the total are gone.
    function seasonBalance(address account, AssetId asset) external {
        uint256 word = VaultLayout.slots().balances[account][asset].word;
        VaultLayout.slots().balances[account][asset].word = uint112(word);
    }

    /// @notice Owes one unit less, liabilities being lowest in an asset's slot.
    function oweLess(AssetId asset) external {
        --VaultLayout.slots().assets[asset].word;
    }

    /// @notice Forgets what was used of a limit.
    function resetWindow(bytes32 key) external {
        VaultLayout.slots().windows[key].word = 0;
    }

    /// @notice Forgets an open exit: neither paid nor cancelled.
    function dropExit(bytes32 id) external {
        delete VaultLayout.slots().opens[id];
    }

    /// @notice Raises a customer to the highest tier, now and later.
    function raiseTier(address subject) external {
        VaultLayout.slots().subjects[subject].tiers = 0x33;
    }

    /// @notice Makes an account's kind one that the old code can't decode.
    function garbleKind(address account) external {
        Account storage a = VaultLayout.slots().accounts[account];
        VaultLayout.store(a, VaultLayout.word(a) | (uint256(type(uint8).max) << 232));
    }

    /// @notice Puts a policy in force that nobody decided on.
    function swapPolicy(address policy) external {
        VaultLayout.slots().door.policy = policy;
    }

    /// @notice Carries off all tokens of an asset.
    function carryOff(AssetId asset, address to) external {
        IERC20 token = IERC20(asset.token());
        token.safeTransfer(to, token.balanceOf(address(this)));
    }
}
