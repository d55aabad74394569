// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a Vault does that is told to close.
enum DoorMode {
    OBEY,
    REFUSE,
    BURN, // all gas it gets
    BOMB, // obeys, and answers far more than asked
    RUBBISH, // says neither yes nor no
    DUMB // obeys, and doesn't say so
}

/// @notice The two functions of a Vault that a rollback calls.
contract MockInstantDoor {
    DoorMode public mode;
    bool private _closed;
    address public caller;

    error MockInstantDoor_Refused();

    function setMode(DoorMode mode_) external {
        mode = mode_;
    }

    function closeInstant() external {
        if (mode == DoorMode.REFUSE) revert MockInstantDoor_Refused();
        while (mode == DoorMode.BURN) {}
        (_closed, caller) = (true, msg.sender);
        if (mode == DoorMode.BOMB) _answer(200_000, 0);
    }

    function openInstant(uint40) external {
        _closed = false;
    }

    function instantClosed() external view returns (bool) {
        if (mode == DoorMode.RUBBISH) _answer(32, 2);
        if (mode == DoorMode.DUMB) _answer(0, 0);
        return _closed;
    }

    function _answer(uint256 size, uint256 word) private pure {
        assembly {
            mstore(0x80, word)
            return(0x80, size)
        }
    }
}
