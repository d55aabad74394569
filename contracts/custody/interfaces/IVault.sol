// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IVaultAdmin} from "./IVaultAdmin.sol";
import {IVaultCore} from "./IVaultCore.sol";
import {IVaultEvents} from "./IVaultEvents.sol";

/// @notice The one room: holds the assets, keeps all claims as one ERC-6909 ledger, and is the one door out.
///
/// Assumptions. Correctness: the policy in force is an `IExitPolicy` that governance has reviewed; listed tokens behave as
/// their class says. Liveness: none of the policy, the router, the sources, the list or any operator; see INV-CUS-5.
interface IVault is IVaultCore, IVaultAdmin, IVaultEvents {}
