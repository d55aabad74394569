// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IApp} from "../custody/interfaces/IApp.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {AssetId} from "../shared/AssetId.sol";

/// @notice A registered app that keeps what it is pushed, and does in its hook what it was told beforehand: pay out, call
/// back, revert.
contract MockApp is IApp {
    IVault public immutable vault;

    uint256 public calls;
    address public lastOwner;
    uint256[] public lastAssets;
    uint256[] public lastAmounts;
    bytes public lastData;

    address public payTo;
    bool public reverts;
    address public target;
    bytes public callback;
    bool public succeeded;
    bytes public answer;

    error MockApp_NotTheVault(address caller);
    error MockApp_Refused();

    constructor(IVault vault_) {
        vault = vault_;
    }

    /// @param to Gets inside the hook whatever was pushed; zero = the app keeps it.
    function setPayTo(address to) external {
        payTo = to;
    }

    function setReverts(bool reverts_) external {
        reverts = reverts_;
    }

    /// @param target_ Called inside the hook with `data`; zero disarms.
    function arm(address target_, bytes calldata data) external {
        (target, callback, succeeded) = (target_, data, false);
        delete answer;
    }

    /// @inheritdoc IApp
    function onVaultCall(address owner, AssetId[] calldata assets, uint112[] calldata amounts, bytes calldata data)
        external
    {
        if (msg.sender != address(vault)) revert MockApp_NotTheVault(msg.sender);
        if (reverts) revert MockApp_Refused();
        ++calls;
        lastOwner = owner;
        lastData = data;
        delete lastAssets;
        delete lastAmounts;
        for (uint256 i; i < assets.length; ++i) {
            lastAssets.push(assets[i].raw());
            lastAmounts.push(amounts[i]);
            if (payTo != address(0)) vault.transfer(payTo, assets[i].raw(), amounts[i]);
        }
        if (target != address(0)) (succeeded, answer) = target.call(callback);
    }

    /// @notice Pays a ledger account outside the hook.
    function pay(address to, AssetId asset, uint256 amount) external {
        vault.transfer(to, asset.raw(), amount);
    }

    /// @notice Calls anything as the app, to show what apps can't do.
    function execute(address to, bytes calldata data) external returns (bytes memory result) {
        bool ok;
        (ok, result) = to.call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }
}
