// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Screening} from "../policy/libraries/Screening.sol";
import {IVaultEvents} from "./interfaces/IVaultEvents.sol";
import {Account, Subject} from "./interfaces/IVaultTypes.sol";
import {VaultLayout} from "./libraries/VaultLayout.sol";
import {VaultNamespace} from "./VaultNamespace.sol";

/// @title VaultScreening
/// @notice The record of what the sanctions list last said of each account. Debits read the record, releases renew it.
abstract contract VaultScreening is IVaultEvents {
    /// @return answered Whether the list answered; if not the record stands.
    /// @return turned Whether the account is on the list now and wasn't on record.
    function _screen(address list, address account) internal returns (bool answered, bool turned) {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        bool listed;
        (answered, listed) = Screening.ask(list, account);
        Account storage a = $.accounts[account];
        if (!answered || listed == VaultLayout.listedIn(VaultLayout.word(a))) return (answered, false);
        // Effect
        a.listed = listed;
        Subject storage s = $.subjects[VaultLayout.subjectOf(account)];
        if (listed) ++s.listed;
        else --s.listed;
        emit Screened(account, listed, VaultLayout.word(a), VaultLayout.word(s));
        return (true, listed);
    }
}
