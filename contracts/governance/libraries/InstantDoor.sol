// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IUpgradeController} from "../interfaces/IUpgradeController.sol";

/// @notice What a rollback asks of the Vault.
interface IInstantDoor {
    function closeInstant() external;
    function instantClosed() external view returns (bool);
}

/// @title InstantDoor
/// @notice Tells a Vault that nothing is instant, whatever state its code is in: it can refuse, burn its gas or answer
/// rubbish, and stops nobody by it.
library InstantDoor {
    /// @notice Gas that the Vault gets to close; never less. It asks the AccessManager, both behind cold accounts.
    uint256 internal constant CLOSE_GAS = 300_000;

    /// @notice Gas that it gets to say whether it is closed.
    uint256 internal constant LOOK_GAS = 100_000;

    /// @notice What must be left for both: each gets all but one 64th (EIP-150).
    uint256 internal constant GAS_NEEDED = 430_000;

    /// @notice Whether it says that it is closed, by this call or since before.
    function close(address vault) internal returns (bool closed) {
        // Check: a starved Vault must not pass for one that refuses.
        if (gasleft() < GAS_NEEDED) revert IUpgradeController.UpgradeController_NotEnoughGas(gasleft(), GAS_NEEDED);
        uint256 shut = uint32(IInstantDoor.closeInstant.selector);
        uint256 look = uint32(IInstantDoor.instantClosed.selector);
        assembly ("memory-safe") {
            // Scratch space: a selector's four bytes end the first word. Nothing of the first answer is copied.
            mstore(0x00, shut)
            pop(call(CLOSE_GAS, vault, 0, 0x1c, 0x04, 0, 0))
            mstore(0x00, look)
            // Yul evaluates right to left: the call stands alone, the size is read after it.
            let ok := staticcall(LOOK_GAS, vault, 0x1c, 0x04, 0x00, 0x20)
            closed := and(ok, and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1)))
        }
    }
}
