// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {VaultLayout} from "../../custody/libraries/VaultLayout.sol";
import {VaultAdminV2} from "./VaultAdminV2.sol";

/// @notice The other half of a next Vault that forgets what was used of a limit and goes on answering what it was.
contract LyingVaultAdmin is VaultAdminV2 {
    mapping(bytes32 key => uint256) private _remembered;

    constructor(address before) VaultAdminV2(before) {}

    function resetWindow(bytes32 key) external {
        _remembered[key] = VaultLayout.slots().windows[key].word;
        VaultLayout.slots().windows[key].word = 0;
    }

    function windowOf(bytes32 key) external view returns (uint256) {
        uint256 word = VaultLayout.slots().windows[key].word;
        return word == 0 ? _remembered[key] : word;
    }
}
