// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {IVetoGate} from "./interfaces/IVetoGate.sol";

/// @title VetoGate
/// @notice Holds CANCELLER on the timelock, for a Safe that vetoes and can't veto its own replacement for ever.
contract VetoGate is IVetoGate, Multicall {
    /// @notice How long before a replacement must be announced.
    uint256 public constant NOTICE = 30 days;
    /// @notice How long after `NOTICE` it may be scheduled.
    uint256 public constant WINDOW = 30 days;

    // TimelockController's.
    bytes32 private constant _PROPOSER = keccak256("PROPOSER_ROLE");
    bytes32 private constant _CANCELLER = keccak256("CANCELLER_ROLE");

    TimelockController private immutable _timelock;
    address private immutable _safe;
    IVetoGate private immutable _former;
    mapping(bytes32 id => bool) private _vetoed;
    mapping(bytes32 id => uint40) private _announcedAt;

    /// @param timelock_ The timelock, which grants CANCELLER afterwards.
    /// @param safe_ Who vetoes.
    /// @param former_ The gate that this one replaces: what it has vetoed stays vetoed. Zero for the first.
    constructor(TimelockController timelock_, address safe_, IVetoGate former_) {
        if (address(timelock_) == address(0) || safe_ == address(0)) revert VetoGate_ZeroAddress();
        if (address(former_) != address(0) && former_.timelock() != address(timelock_)) {
            revert VetoGate_OtherTimelock(address(former_));
        }
        (_timelock, _safe, _former) = (timelock_, safe_, former_);
    }

    /// @inheritdoc IVetoGate
    function veto(bytes32 id) external {
        // Check
        if (msg.sender != _safe) revert VetoGate_NotTheSafe(msg.sender);
        if (isDue(id)) revert VetoGate_OwnReplacement(id);
        _onlyPending(id);
        // Effect
        _vetoed[id] = true;
        emit OperationVetoed(id);
        // Interaction: the timelock, which calls nobody.
        _timelock.cancel(id);
    }

    /// @inheritdoc IVetoGate
    function enforce(bytes32 id) external {
        // Check: whether it is due by now is no question. It was vetoed, and another salt is another operation.
        if (!vetoed(id)) revert VetoGate_NotVetoed(id);
        _onlyPending(id);
        // Effect
        emit VetoEnforced(id, msg.sender);
        // Interaction: the timelock, which calls nobody.
        _timelock.cancel(id);
    }

    /// @inheritdoc IVetoGate
    function announceReplacement(address successor, bytes32 salt) external returns (bytes32 id) {
        // Check
        _onlyProposer();
        if (successor == address(this) || successor.code.length == 0) revert VetoGate_BadSuccessor(successor);
        id = replacementOf(successor, salt);
        if (vetoed(id)) revert VetoGate_VetoedBefore(id);
        uint40 since = _announcedAt[id];
        if (since != 0 && !_isPast(since)) revert VetoGate_AnnouncedAlready(id, since);
        // Effect
        _announcedAt[id] = uint40(block.timestamp);
        emit ReplacementAnnounced(id, successor, salt, uint40(block.timestamp + NOTICE), msg.sender);
    }

    /// @inheritdoc IVetoGate
    function withdrawReplacement(bytes32 id) external {
        // Check
        _onlyProposer();
        if (_announcedAt[id] == 0) revert VetoGate_NotAnnounced(id);
        // Effect
        delete _announcedAt[id];
        emit ReplacementWithdrawn(id, msg.sender);
    }

    /// @inheritdoc IVetoGate
    function vetoed(bytes32 id) public view returns (bool) {
        return _vetoed[id] || (address(_former) != address(0) && _former.vetoed(id));
    }

    /// @inheritdoc IVetoGate
    function isDue(bytes32 id) public view returns (bool) {
        uint40 since = _announcedAt[id];
        return since != 0 && block.timestamp - since >= NOTICE && !_isPast(since);
    }

    /// @inheritdoc IVetoGate
    function replacementOf(address successor, bytes32 salt) public view returns (bytes32 id) {
        address[] memory targets = new address[](2);
        bytes[] memory payloads = new bytes[](2);
        (targets[0], targets[1]) = (address(_timelock), address(_timelock));
        payloads[0] = abi.encodeCall(IAccessControl.grantRole, (_CANCELLER, successor));
        payloads[1] = abi.encodeCall(IAccessControl.revokeRole, (_CANCELLER, address(this)));
        return _timelock.hashOperationBatch(targets, new uint256[](2), payloads, 0, salt);
    }

    /// @inheritdoc IVetoGate
    function announcedAt(bytes32 id) external view returns (uint40) {
        return _announcedAt[id];
    }

    /// @inheritdoc IVetoGate
    function safe() external view returns (address) {
        return _safe;
    }

    /// @inheritdoc IVetoGate
    function timelock() external view returns (address) {
        return address(_timelock);
    }

    /// @inheritdoc IVetoGate
    function former() external view returns (address) {
        return address(_former);
    }

    /// @dev Whether an announcement made at `since` has lapsed. The delay is subtracted, never added: it may be any number.
    function _isPast(uint40 since) private view returns (bool) {
        uint256 age = block.timestamp - since;
        return age >= NOTICE + WINDOW && age - NOTICE - WINDOW >= _timelock.getMinDelay();
    }

    function _onlyProposer() private view {
        if (!_timelock.hasRole(_PROPOSER, msg.sender)) revert VetoGate_NotAProposer(msg.sender);
    }

    function _onlyPending(bytes32 id) private view {
        if (!_timelock.isOperationPending(id)) revert VetoGate_NotPending(id);
    }
}
