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
    mapping(address successor => uint40) private _announcedAt;

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
    function veto(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt
    ) external {
        // Check
        _onlySafe();
        address successor = _replacement(targets, values, payloads, predecessor);
        if (successor != address(0) && isDue(successor)) revert VetoGate_OwnReplacement(successor);
        _veto(_timelock.hashOperationBatch(targets, values, payloads, predecessor, salt));
    }

    /// @inheritdoc IVetoGate
    function vetoOne(address target, uint256 value, bytes calldata payload, bytes32 predecessor, bytes32 salt)
        external
    {
        // Check: a replacement is two calls, so one call never is.
        _onlySafe();
        _veto(_timelock.hashOperation(target, value, payload, predecessor, salt));
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
    function announceReplacement(address successor) external {
        // Check
        _onlyProposer();
        if (successor == address(this) || successor.code.length == 0) revert VetoGate_BadSuccessor(successor);
        uint40 since = _announcedAt[successor];
        if (since != 0 && !_isPast(since)) revert VetoGate_AnnouncedAlready(successor, since);
        // Effect
        _announcedAt[successor] = uint40(block.timestamp);
        emit ReplacementAnnounced(successor, uint40(block.timestamp + NOTICE), msg.sender);
    }

    /// @inheritdoc IVetoGate
    function withdrawReplacement(address successor) external {
        // Check
        _onlyProposer();
        if (_announcedAt[successor] == 0) revert VetoGate_NotAnnounced(successor);
        // Effect
        delete _announcedAt[successor];
        emit ReplacementWithdrawn(successor, msg.sender);
    }

    /// @inheritdoc IVetoGate
    function vetoed(bytes32 id) public view returns (bool) {
        return _vetoed[id] || (address(_former) != address(0) && _former.vetoed(id));
    }

    /// @inheritdoc IVetoGate
    function isDue(address successor) public view returns (bool) {
        uint40 since = _announcedAt[successor];
        return since != 0 && block.timestamp - since >= NOTICE && !_isPast(since);
    }

    /// @inheritdoc IVetoGate
    function announcedAt(address successor) external view returns (uint40) {
        return _announcedAt[successor];
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

    function _veto(bytes32 id) private {
        // Check
        _onlyPending(id);
        // Effect
        _vetoed[id] = true;
        emit OperationVetoed(id);
        // Interaction: the timelock, which calls nobody.
        _timelock.cancel(id);
    }

    /// @dev The successor, if these words are exactly a replacement of this gate and nothing else; zero otherwise.
    function _replacement(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor
    ) private view returns (address successor) {
        if (targets.length != 2 || values.length != 2 || payloads.length != 2) return address(0);
        if (targets[0] != address(_timelock) || targets[1] != address(_timelock)) return address(0);
        if (values[0] != 0 || values[1] != 0 || predecessor != 0) return address(0);
        // A selector and two words.
        if (payloads[0].length != 68) return address(0);
        successor = address(uint160(uint256(bytes32(payloads[0][36:]))));
        bytes memory grant = abi.encodeCall(IAccessControl.grantRole, (_CANCELLER, successor));
        bytes memory revoke = abi.encodeCall(IAccessControl.revokeRole, (_CANCELLER, address(this)));
        if (keccak256(payloads[0]) != keccak256(grant)) return address(0);
        if (keccak256(payloads[1]) != keccak256(revoke)) return address(0);
    }

    /// @dev Whether an announcement made at `since` has lapsed. The delay is subtracted, never added: it may be any number.
    function _isPast(uint40 since) private view returns (bool) {
        uint256 age = block.timestamp - since;
        return age >= NOTICE + WINDOW && age - NOTICE - WINDOW >= _timelock.getMinDelay();
    }

    function _onlySafe() private view {
        if (msg.sender != _safe) revert VetoGate_NotTheSafe(msg.sender);
    }

    function _onlyProposer() private view {
        if (!_timelock.hasRole(_PROPOSER, msg.sender)) revert VetoGate_NotAProposer(msg.sender);
    }

    function _onlyPending(bytes32 id) private view {
        if (!_timelock.isOperationPending(id)) revert VetoGate_NotPending(id);
    }
}
