// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISanctionsList} from "../../policy/interfaces/ISanctionsList.sol";

/// @notice A sanctions list that reads one slot per question, as Chainalysis' oracle does.
contract PlainSanctionsList is ISanctionsList {
    mapping(address account => bool) private _listed;

    function isSanctioned(address account) external view returns (bool) {
        return _listed[account];
    }
}
