// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IRecovery} from "../interfaces/IRecovery.sol";
import {IVault} from "../interfaces/IVault.sol";
import {Exit, Kind, Phase} from "../interfaces/IVaultTypes.sol";
import {Queue} from "./Queue.sol";

/// @title Recoverable
/// @notice What the Vault's records say about a recovery: whose account may be moved to whose, and what is left open.
library Recoverable {
    /// @notice Reverts unless `owner` may be recovered to `to`. Apps hold other people's money; the Vault and the caller,
    /// which is Recovery, could never spend theirs.
    function checkParties(IVault vault, address owner, address to) internal view {
        if (to == address(0)) revert IRecovery.Recovery_ZeroAddress();
        if (vault.accountOf(owner).kind != Kind.USER) revert IRecovery.Recovery_AppsCannot(owner);
        bool ours = to == address(vault) || to == address(this);
        if (to == owner || ours || vault.accountOf(to).kind != Kind.USER) revert IRecovery.Recovery_BadRecipient(to);
        if (vault.subjectRecord(vault.subjectOf(to)).listed != 0) revert IRecovery.Recovery_RecipientListed(to);
    }

    /// @notice The exits that are still open: one that is paid or cancelled would make the Vault refuse the rest.
    function stillOpen(IVault vault, Exit[] calldata exits) internal view returns (Exit[] memory open) {
        open = new Exit[](exits.length);
        uint256 n;
        for (uint256 i; i < exits.length; ++i) {
            if (vault.openOf(Queue.idOf(exits[i])).phase != Phase.NONE) open[n++] = exits[i];
        }
        assembly ("memory-safe") {
            // Shorter than it was allocated.
            mstore(open, n)
        }
    }
}
