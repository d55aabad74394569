// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a hostile policy does instead of quoting.
enum PolicyMode {
    REVERT,
    SHORT, // less than a quote
    BOMB, // far more than a quote
    BURN, // all gas it gets
    WRITE, // tries to store inside a view
    ETERNAL // asks for the longest delays that can be written
}

/// @notice A policy that governance should never have named, to show that it can stop nobody for long.
contract HostilePolicy {
    PolicyMode public mode;
    uint32 public revision;
    address public sanctionsList;

    error HostilePolicy_Refused();

    function setMode(PolicyMode mode_) external {
        mode = mode_;
    }

    fallback() external {
        PolicyMode m = mode;
        if (m == PolicyMode.REVERT) revert HostilePolicy_Refused();
        if (m == PolicyMode.SHORT) _answer(32, 0);
        if (m == PolicyMode.BOMB) _answer(60_000, 0);
        if (m == PolicyMode.WRITE) ++revision;
        while (m == PolicyMode.BURN) {}
        _answer(12 * 32, type(uint256).max);
    }

    /// @dev `size` bytes, the first two words being `delay`.
    function _answer(uint256 size, uint256 delay) private pure {
        assembly {
            mstore(0x80, delay)
            mstore(0xa0, delay)
            mstore(0xc0, 1)
            return(0x80, size)
        }
    }
}
