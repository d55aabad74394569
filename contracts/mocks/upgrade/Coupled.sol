// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

/// @notice One of two contracts that only understand a partner of their own protocol: half an upgrade bricks both.
contract Coupled is Initializable {
    uint256 public immutable protocol;

    Coupled public partner;
    uint256 public value;
    uint256 public greetings;

    error Coupled_Misunderstood(uint256 spoken, uint256 protocol);

    constructor(uint256 protocol_) {
        protocol = protocol_;
        _disableInitializers();
    }

    function initialize(uint256 value_) external initializer {
        value = value_;
    }

    function meet(Coupled partner_) external {
        partner = partner_;
    }

    /// @notice A migration that works only once the partner speaks the new protocol.
    function greet() external {
        partner.speak(protocol);
        ++greetings;
    }

    function speak(uint256 spoken) public view returns (uint256) {
        if (spoken != protocol) revert Coupled_Misunderstood(spoken, protocol);
        return value;
    }

    function total() external view returns (uint256) {
        return value + partner.speak(protocol);
    }
}
