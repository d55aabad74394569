// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVault} from "../custody/interfaces/IVault.sol";
import {ReleasedApp} from "../governance/ReleasedApp.sol";
import {IAppRelease} from "../governance/interfaces/IAppRelease.sol";
import {AssetId} from "../shared/AssetId.sol";

/// @notice A small app that is released by canary: it keeps a pledge for each owner, and gives it back whole once a fee was
/// pushed to it, or at any time outside the hook without what the fee would have been.
contract Pawnshop is ReleasedApp {
    struct Pledge {
        AssetId asset;
        uint112 amount;
    }

    /// @notice One in a hundred.
    uint112 public constant FEE_SHARE = 100;

    mapping(address owner => Pledge) public pledgeOf;

    error Pawnshop_OneAsset();
    error Pawnshop_PledgedAlready(address owner);
    error Pawnshop_NothingPledged(address owner);
    error Pawnshop_WrongFee(uint112 paid, uint112 due);

    constructor(IVault vault_, IAppRelease release_) ReleasedApp(vault_, release_) {}

    /// @notice Gives the caller's pledge back without a fee paid before: it is taken from it.
    function redeem() external {
        uint112 amount = pledgeOf[msg.sender].amount;
        _giveBack(msg.sender, amount - amount / FEE_SHARE);
    }

    /// @dev `data`: empty to pledge, anything to pay the fee and redeem.
    function _opens(address, AssetId[] calldata, uint112[] calldata, bytes calldata data)
        internal
        pure
        override
        returns (bool)
    {
        return data.length == 0;
    }

    function _take(address owner, AssetId[] calldata assets, uint112[] calldata amounts, bytes calldata data)
        internal
        override
    {
        if (assets.length != 1) revert Pawnshop_OneAsset();
        Pledge memory pledge = pledgeOf[owner];
        if (data.length == 0) {
            if (pledge.amount != 0) revert Pawnshop_PledgedAlready(owner);
            pledgeOf[owner] = Pledge(assets[0], amounts[0]);
            return;
        }
        uint112 due = pledge.amount / FEE_SHARE;
        if (!assets[0].eq(pledge.asset) || amounts[0] != due) revert Pawnshop_WrongFee(amounts[0], due);
        _giveBack(owner, pledge.amount);
    }

    function _giveBack(address owner, uint112 amount) private {
        if (amount == 0) revert Pawnshop_NothingPledged(owner);
        uint256 id = pledgeOf[owner].asset.raw();
        delete pledgeOf[owner];
        _vault.transfer(owner, id, amount);
    }
}
