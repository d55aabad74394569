// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IVault} from "../custody/interfaces/IVault.sol";
import {SlidingWindow} from "../policy/libraries/SlidingWindow.sol";
import {GuardianKey, IGuardian} from "./interfaces/IGuardian.sol";

/// @title Guardian
/// @notice Keys with budgets and expiry in front of the Vault's `hold` and `lift`.
contract Guardian is IGuardian, AccessManaged {
    /// @notice The trailing period of all budgets. A constant: see `SlidingWindow`.
    uint256 public constant PERIOD = 90 days;
    /// @notice Seconds that one key may hold everyone for in any `PERIOD`.
    uint256 public constant EVERYONE_BUDGET = 7 days;
    /// @notice The furthest expiry: governance renews a key at least this often, or it dies.
    uint40 public constant LONGEST_TERM = 365 days;

    IVault private immutable _vault;
    mapping(address key => GuardianKey) private _keys;
    mapping(address key => uint256) private _subjectWindows;
    mapping(address key => uint256) private _everyoneWindows;

    /// @param authority The AccessManager.
    /// @param vault_ The Vault to guard.
    constructor(address authority, IVault vault_) AccessManaged(authority) {
        if (authority == address(0) || address(vault_) == address(0)) revert Guardian_ZeroAddress();
        _vault = vault_;
    }

    /// @inheritdoc IGuardian
    function setKey(address key, uint40 expiry, uint32 budget) external restricted {
        // Check
        if (key == address(0)) revert Guardian_ZeroAddress();
        uint40 most = uint40(block.timestamp) + LONGEST_TERM;
        if (expiry <= block.timestamp) revert Guardian_ExpiryTooSoon(expiry);
        if (expiry > most) revert Guardian_ExpiryTooFar(expiry, most);
        // Effect: the windows stay, or a renewal would refill the budgets.
        _keys[key] = GuardianKey(expiry, budget);
        emit KeySet(key, expiry, budget);
    }

    /// @inheritdoc IGuardian
    function removeKey(address key) external restricted {
        // Check
        if (_keys[key].expiry == 0) revert Guardian_NotAKey(key);
        // Effect: the windows stay, should the key come back.
        delete _keys[key];
        emit KeyRemoved(key);
    }

    /// @inheritdoc IGuardian
    function hold(address subject, uint40 secs) external {
        // Check
        GuardianKey memory key = _liveKey(msg.sender);
        if (secs == 0) revert Guardian_ZeroSeconds();
        // Effect
        uint256 window = subject == address(0) ? _chargeEveryone(secs) : _chargeSubject(secs, key.budget);
        emit HoldPlaced(msg.sender, subject, secs, window);
        // Interaction: the Vault, which calls nobody.
        _vault.hold(subject, secs);
    }

    /// @inheritdoc IGuardian
    function lift(address subject) external {
        // Check
        _liveKey(msg.sender);
        // Effect
        emit HoldLifted(msg.sender, subject);
        // Interaction: the Vault, which calls nobody.
        _vault.lift(subject);
    }

    /// @inheritdoc IGuardian
    function keyOf(address key) external view returns (GuardianKey memory) {
        return _keys[key];
    }

    /// @inheritdoc IGuardian
    function windowsOf(address key) external view returns (uint256 subjects, uint256 everyone) {
        return (_subjectWindows[key], _everyoneWindows[key]);
    }

    /// @inheritdoc IGuardian
    function roomOf(address key) external view returns (uint256 subjects, uint256 everyone) {
        GuardianKey memory k = _keys[key];
        if (block.timestamp >= k.expiry) return (0, 0);
        subjects = SlidingWindow.room(_subjectWindows[key], PERIOD, block.timestamp, k.budget);
        everyone = SlidingWindow.room(_everyoneWindows[key], PERIOD, block.timestamp, EVERYONE_BUDGET);
    }

    /// @inheritdoc IGuardian
    function vault() external view returns (address) {
        return address(_vault);
    }

    function _chargeSubject(uint40 secs, uint32 budget) private returns (uint256 next) {
        uint256 window = _subjectWindows[msg.sender];
        bool fits;
        (fits, next) = SlidingWindow.charge(window, PERIOD, block.timestamp, secs, budget);
        if (!fits) {
            uint256 room = SlidingWindow.room(window, PERIOD, block.timestamp, budget);
            revert Guardian_BudgetSpent(msg.sender, secs, room);
        }
        _subjectWindows[msg.sender] = next;
    }

    function _chargeEveryone(uint40 secs) private returns (uint256 next) {
        uint256 window = _everyoneWindows[msg.sender];
        bool fits;
        (fits, next) = SlidingWindow.charge(window, PERIOD, block.timestamp, secs, EVERYONE_BUDGET);
        if (!fits) {
            uint256 room = SlidingWindow.room(window, PERIOD, block.timestamp, EVERYONE_BUDGET);
            revert Guardian_BudgetForEveryoneSpent(msg.sender, secs, room);
        }
        _everyoneWindows[msg.sender] = next;
    }

    function _liveKey(address caller) private view returns (GuardianKey memory key) {
        key = _keys[caller];
        if (key.expiry == 0) revert Guardian_NotAKey(caller);
        if (block.timestamp >= key.expiry) revert Guardian_KeyExpired(caller, key.expiry);
    }
}
