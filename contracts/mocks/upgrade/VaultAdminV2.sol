// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

/// @notice The other half of a next Vault: it appends storage, migrates once, answers one view more, and leaves all else to
/// the half of before.
contract VaultAdminV2 is Initializable {
    bytes32 private constant _NOTES = keccak256("strongroom.mocks.VaultAdminV2");

    struct Notes {
        uint64 note;
        uint64 migrations;
    }

    address private immutable _before;

    constructor(address before) {
        _before = before;
        _disableInitializers();
    }

    function migrate(uint64 note_) external reinitializer(2) {
        Notes storage $ = _notes();
        $.note = note_;
        ++$.migrations;
    }

    function notes() external view returns (uint64 note, uint64 migrations) {
        return (_notes().note, _notes().migrations);
    }

    fallback() external payable {
        address half = _before;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), half, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if ok { return(0, returndatasize()) }
            revert(0, returndatasize())
        }
    }

    function _notes() private pure returns (Notes storage $) {
        bytes32 slot = _NOTES;
        assembly {
            $.slot := slot
        }
    }
}
