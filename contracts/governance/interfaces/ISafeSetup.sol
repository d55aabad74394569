// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What a new Safe delegates to once, in the transaction that makes it: no owner signs, and there is no moment in
/// which the Safe exists without its guard.
interface ISafeSetup {
    error SafeSetup_DelegatecallOnly();
    error SafeSetup_NotAContract(address account);

    /// @notice The timelock becomes a module, then `guard` the guard of modules and at last of owners: in that order nothing
    /// is locked out at any moment.
    ///
    /// Requirements: called by delegatecall from `Safe.setup`; both are contracts (a module without code would be somebody's
    /// key, a Safe with such a guard answers nobody).
    function setUp(address timelock, address guard) external;
}
