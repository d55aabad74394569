// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {IParams} from "../../shared/interfaces/IParams.sol";

/// @notice Two deployments of one app side by side: the stable one, and a canary that takes new positions of a share of the
/// accounts, up to a cap for each asset. Both are registered apps of the Vault; each asks `admit` before it opens a position,
/// and nobody before it settles one.
///
/// Parameters: CANARY_SHARE of the canary's address, CANARY_CAP of an asset. Never set they are 0: a new canary takes
/// nothing in. The risk officer takes a canary out by tightening its share to 0.
///
/// Assumptions. Correctness: the apps ask (`ReleasedApp`). Liveness: none for positions that stand.
interface IAppRelease is IParams {
    event CanaryNamed(address indexed canary, address indexed stable);
    event CanaryPromoted(address indexed canary, address indexed former);
    event CanaryRetired(address indexed canary);

    error AppRelease_ZeroAddress();
    error AppRelease_NotAnApp(address app);
    error AppRelease_CanaryAlready(address canary);
    error AppRelease_StableAlready(address stable);
    error AppRelease_ShareLeft(address canary, uint64 shareBps);
    error AppRelease_NotTheCanary(address expected, address canary);
    error AppRelease_NotADeployment(address app);
    error AppRelease_WrongDeployment(address account, address deployment);
    error AppRelease_CanaryFull(AssetId asset, uint256 held, uint256 cap);

    /// @notice Puts a canary beside the stable deployment (timelock). The app's first deployment is a canary too, promoted in
    /// the same batch.
    ///
    /// Requirements: there is none; it is a registered app and not the stable one; no share is left from an earlier time.
    function nameCanary(address canary_) external;

    /// @notice Makes the canary the stable deployment (timelock). The former one takes no new positions.
    /// @param expected The canary that the caller has seen.
    function promote(address expected) external;

    /// @notice Ends the canary (timelock). It takes no new positions.
    /// @param expected The canary that the caller has seen.
    function retire(address expected) external;

    // ---- views ----

    /// @notice Asked by a deployment before it opens a position, after the Vault has moved `amounts` to it. Reverts with what
    /// stands against it.
    ///
    /// Requirements: the caller is the stable deployment, or the canary; it is the account's, see `deploymentFor`; what the
    /// canary then holds of each asset is within its cap.
    function admit(address account, AssetId[] calldata assets, uint112[] calldata amounts) external view;

    /// @notice Where `account` opens a position of these amounts: the canary, if the account is in its share and they fit under
    /// its caps, else the stable deployment.
    function deploymentFor(address account, AssetId[] calldata assets, uint112[] calldata amounts)
        external
        view
        returns (address);

    /// @notice Whether the account is in the canary's share now. Accounts that are in stay in as the share rises.
    function inCanary(address account) external view returns (bool);

    /// @notice The account's place among 10,000: in the share of a canary if below it. Another canary has other accounts.
    function placeOf(address canary_, address account) external pure returns (uint256);

    /// @notice Zero before the first one.
    function stable() external view returns (address);

    /// @notice Zero while there is none.
    function canary() external view returns (address);

    function vault() external view returns (address);
}
