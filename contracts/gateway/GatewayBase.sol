// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {AssetIds} from "../shared/AssetId.sol";
import {Params} from "../shared/Params.sol";
import {ICommittee} from "./interfaces/ICommittee.sol";
import {IGateway} from "./interfaces/IGateway.sol";
import {Routes} from "./libraries/Routes.sol";

/// @title GatewayBase
/// @notice What money in and money out have in common: the routes, the numbers, and what stops both.
abstract contract GatewayBase is IGateway, AccessManaged {
    using Routes for Routes.Map;

    /// @dev The trailing period of all windows here.
    uint256 internal constant _PERIOD = 1 days;

    IVault internal immutable _vault;
    ICommittee internal immutable _committee;
    IGateway internal immutable _predecessor;
    address internal _successor;
    Params.Table internal _table;
    Routes.Map internal _routes;

    /// @param authority_ The AccessManager.
    /// @param predecessor_ The gateway that this one replaces; zero for the first.
    constructor(address authority_, IVault vault_, ICommittee committee_, IGateway predecessor_)
        AccessManaged(authority_)
    {
        if (authority_ == address(0) || address(vault_) == address(0) || address(committee_) == address(0)) {
            revert Gateway_ZeroAddress();
        }
        // Deposits' ids name the Vault: another one's gateway has consumed none of this one's.
        if (address(predecessor_) != address(0) && predecessor_.vault() != address(vault_)) {
            revert Gateway_NotThePredecessorsVault(address(predecessor_), predecessor_.vault());
        }
        (_vault, _committee, _predecessor) = (vault_, committee_, predecessor_);
    }

    /// @inheritdoc IGateway
    function chainAccount(bytes32 chain) public pure returns (address) {
        return address(uint160(uint256(chain)));
    }

    function _requireInOffice() internal view {
        if (_successor != address(0)) revert Gateway_Succeeded(_successor);
    }

    /// @dev An account whose balance somebody may spend, as far as is known here: no deposit and no refund is nobody's.
    function _requireSpender(address account) internal view {
        if (account == address(0)) revert Gateway_ZeroAddress();
        bool nobodys = account == address(_vault) || account == address(this)
            || _routes.rows[AssetIds.erc20(account)].token != address(0);
        if (nobodys) revert Gateway_NobodysAccount(account);
    }

    function _requireOpen(bytes32 chain) internal view {
        _routes.requireRunning(chain);
        uint40 until = _heldUntil(chain);
        if (block.timestamp < until) revert Gateway_ChainHeld(chain, until);
    }

    function _heldUntil(bytes32 chain) internal view returns (uint40) {
        return _vault.subjectRecord(chainAccount(chain)).heldUntil;
    }
}
