// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {IParams} from "../../shared/interfaces/IParams.sol";

/// @notice What a payment may make use of, as places in a bitmap.
enum Feature {
    PAY, // any new position
    SCHEDULE, // vesting over time
    CONDITION,
    CAPTURE, // authorised now, captured later
    ARBITER,
    NETTING
}

/// @notice Who may open new positions, by the tier of the payer's customer: which features, and how much in any trailing day.
/// Nothing here is asked about a position that stands. It stands apart from the apps that ask, so that what a customer has used
/// is counted over all of them, and survives their replacement.
///
/// Parameters: PAYMENT_TIERS of a feature says how many tiers, counted from the highest, may use it: 0 = none (also if never
/// set), 4 = all. PAYMENT_VOLUME of a tier is in cents; the largest value counts nothing, and then no price is needed. For each
/// tier the least of its own row and those of all higher ones is in force. An account that has just moved between customers has
/// the lowest tier until it may exit instantly again.
///
/// Assumptions. Correctness: the Vault's of who belongs to whom; the router's of prices. Liveness: a payer whose volume is
/// counted opens nothing while the price isn't NORMAL.
interface IPaymentRules is IParams {
    /// @param window The customer's window after the charge, as `SlidingWindow` packs it.
    event VolumeCounted(address indexed subject, uint256 cents, uint256 window);

    error PaymentRules_ZeroAddress();
    error PaymentRules_NotAnApp(address caller);
    error PaymentRules_FeatureClosed(address subject, uint8 tier, uint256 features);
    error PaymentRules_NoPrice(AssetId asset);
    error PaymentRules_VolumeReached(address subject, uint256 cents, uint256 room, uint256 fitsFrom);

    /// @notice Asked by an app before it opens positions. Reverts with what stands against `payer` opening positions of these
    /// amounts with these features, and counts their worth.
    ///
    /// Requirements: the features are open to the tier; where its volume is counted, the caller is a registered app of the
    /// Vault, each price is NORMAL, and the customer's trailing day has room, at ask, in cents rounded up.
    /// @param features Bit i: `Feature(i)` is used.
    function admit(address payer, uint256 features, AssetId[] calldata assets, uint112[] calldata amounts) external;

    /// @notice What is in force for a tier.
    /// @return features Bit i: `Feature(i)` is open.
    /// @return volume Cents in any trailing day; `SlidingWindow.MAX` = not counted.
    function limitsOf(uint8 tier) external view returns (uint256 features, uint256 volume);

    /// @notice What the customer of `account` may open now.
    /// @return subject Whose volume it is.
    /// @return tier By which it is judged.
    /// @return features Bit i: `Feature(i)` is open.
    /// @return room Cents that still fit; `SlidingWindow.MAX` = not counted.
    function allowanceOf(address account)
        external
        view
        returns (address subject, uint8 tier, uint256 features, uint256 room);

    /// @notice A customer's volume window as stored.
    function volumeOf(address subject) external view returns (uint256 window);

    function vault() external view returns (address);

    function priceRouter() external view returns (address);
}
