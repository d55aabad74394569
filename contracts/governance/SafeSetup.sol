// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISafe} from "./interfaces/ISafe.sol";
import {ISafeSetup} from "./interfaces/ISafeSetup.sol";

/// @title SafeSetup
/// @notice Gives a Safe its module and its guards while it is being made.
contract SafeSetup is ISafeSetup {
    address private immutable _self = address(this);

    /// @inheritdoc ISafeSetup
    function setUp(address timelock, address guard) external {
        // Check
        if (address(this) == _self) revert SafeSetup_DelegatecallOnly();
        if (timelock.code.length == 0) revert SafeSetup_NotAContract(timelock);
        if (guard.code.length == 0) revert SafeSetup_NotAContract(guard);
        // Interaction: the Safe itself, as itself.
        ISafe safe = ISafe(address(this));
        safe.enableModule(timelock);
        safe.setModuleGuard(guard);
        safe.setGuard(guard);
    }
}
