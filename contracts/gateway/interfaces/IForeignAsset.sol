// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

/// @notice An asset of another chain, as the Vault lists it: one unit here for each unit that the gateway's committee has seen
/// arrive there. An ERC-20 that moves on few ways only, so that the Vault and gateways are the only ones that ever hold any:
///
/// - the gateway mints to itself, and burns what it holds;
/// - a gateway moves it to the Vault;
/// - the Vault moves it to a registered handle, which is a payout: the amount lands in the gateway, which is told of it.
///
/// Any other transfer reverts: an exit from the Vault to anyone else can't be paid, and stays its owner's to cancel.
///
/// A gateway that was replaced may still move and burn what it holds, and mints nothing.
interface IForeignAsset is IERC20Metadata {
    event GatewayReplaced(address indexed former, address indexed next);

    error ForeignAsset_ZeroAddress();
    error ForeignAsset_BadName(string caip19);
    error ForeignAsset_BadDecimals(uint8 decimals);
    error ForeignAsset_NotTheGateway(address caller, address gateway);
    error ForeignAsset_NeverAGateway(address caller);
    error ForeignAsset_GatewayAlready(address gateway);
    error ForeignAsset_NotAGateway(address next);
    error ForeignAsset_NoWay(address from, address to);

    /// @notice Makes `amount` for the caller. The gateway only.
    function mint(uint256 amount) external;

    /// @notice Burns `amount` of the caller's. The gateway only, or one that was.
    function burn(uint256 amount) external;

    /// @notice Makes `next` the gateway. The gateway only.
    ///
    /// Requirements: `next` names the caller as its predecessor, so that it asks it which deposits are consumed; it has never
    /// been the gateway, as it wouldn't know what later ones have credited.
    function replaceGateway(address next) external;

    /// @notice Who mints, and where payouts begin.
    function gateway() external view returns (address);

    /// @notice Whether `account` is the gateway or was.
    function wasGateway(address account) external view returns (bool);

    /// @notice Which Vault may hold it.
    function vault() external view returns (address);

    /// @notice Its name by CAIP-19: `bip122:12a765e31ffd4059bada1e25190f6e98/slip44:2`.
    function caip19() external view returns (string memory);

    /// @notice keccak256 of its chain's CAIP-2 name, which is what stands before the slash.
    function chain() external view returns (bytes32);
}
