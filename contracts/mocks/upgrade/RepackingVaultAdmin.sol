// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account, Kind} from "../../custody/interfaces/IVaultTypes.sol";
import {VaultLayout} from "../../custody/libraries/VaultLayout.sol";
import {VaultAdminV2} from "./VaultAdminV2.sol";

/// @notice The other half of a next Vault that packs the accounts' slots anew, and reads them so. Its views are right; the
/// old code, if it came back, would misread every account.
contract RepackingVaultAdmin is VaultAdminV2 {
    /// @dev `Account` with its last field first.
    struct Repacked {
        uint8 members;
        address subject;
        uint40 instantFrom;
        uint32 exits;
        Kind kind;
        bool listed;
    }

    constructor(address before) VaultAdminV2(before) {}

    function repack(address account) external {
        Account memory a = VaultLayout.slots().accounts[account];
        Repacked storage r = _repacked(account);
        (r.members, r.subject, r.instantFrom) = (a.members, a.subject, a.instantFrom);
        (r.exits, r.kind, r.listed) = (a.exits, a.kind, a.listed);
    }

    function accountOf(address account) external view returns (Account memory) {
        Repacked memory r = _repacked(account);
        return Account(r.subject, r.instantFrom, r.exits, r.kind, r.listed, r.members);
    }

    function _repacked(address account) private view returns (Repacked storage r) {
        Account storage a = VaultLayout.slots().accounts[account];
        assembly ("memory-safe") {
            r.slot := a.slot
        }
    }
}
