// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Announced, Choice, ISuccession} from "./interfaces/ISuccession.sol";

/// @title Succession
/// @notice Passes PROPOSER on when the council's keys are lost and nobody objects.
contract Succession is ISuccession {
    /// @notice How long a living proposer can object.
    uint256 public constant NOTICE = 30 days;
    /// @notice How long an office's word counts, and how long after `NOTICE` an announcement can be scheduled.
    uint256 public constant WINDOW = 30 days;
    /// @notice The most offices: the bound of all loops here.
    uint256 public constant MOST_OFFICES = 9;

    // TimelockController's.
    bytes32 private constant _PROPOSER = keccak256("PROPOSER_ROLE");

    TimelockController private immutable _timelock;
    uint256 private immutable _quorum;
    address[] private _offices; // never changes
    mapping(address office => bool) private _isOffice; // never changes
    mapping(address office => Choice) private _choices;
    Announced private _announced;

    /// @param timelock_ The timelock, which grants PROPOSER afterwards.
    /// @param offices_ Safes that don't propose.
    /// @param quorum_ How many of them it takes: at least two, and more than half, so that no two quorums can disagree.
    constructor(TimelockController timelock_, address[] memory offices_, uint256 quorum_) {
        if (address(timelock_) == address(0)) revert Succession_ZeroAddress();
        uint256 n = offices_.length;
        if (quorum_ < 2 || quorum_ > n || quorum_ * 2 <= n || n > MOST_OFFICES) revert Succession_BadQuorum(quorum_, n);
        for (uint256 i; i < n; ++i) {
            address office = offices_[i];
            if (office == address(0)) revert Succession_ZeroAddress();
            if (_isOffice[office]) revert Succession_OfficeTwice(office);
            if (timelock_.hasRole(_PROPOSER, office)) revert Succession_OfficeProposes(office);
            _isOffice[office] = true;
        }
        (_timelock, _offices, _quorum) = (timelock_, offices_, quorum_);
    }

    /// @inheritdoc ISuccession
    function support(address from, address to) external {
        // Check
        if (!_isOffice[msg.sender]) revert Succession_NotAnOffice(msg.sender);
        _onlyProposer(from);
        if (to == from || to == address(this) || to.code.length == 0) revert Succession_BadSuccessor(to);
        // Effect
        _endLapsed();
        Choice memory mine = _choices[msg.sender];
        if (_announced.since != 0 && _isFor(mine, _announced.from, _announced.to) && _isFor(mine, from, to)) {
            revert Succession_SupportedAlready(msg.sender);
        }
        _choices[msg.sender] = Choice(from, uint40(block.timestamp), to);
        _endUnsupported();
        emit SuccessionSupported(msg.sender, from, to);
        if (_announced.since == 0 && _supporters(from, to, block.timestamp) >= _quorum) {
            _announced = Announced(from, uint40(block.timestamp), to);
            emit SuccessionAnnounced(from, to, uint40(block.timestamp + NOTICE));
        }
    }

    /// @inheritdoc ISuccession
    function withdrawSupport() external {
        // Check
        Choice memory mine = _choices[msg.sender];
        if (mine.at == 0) revert Succession_NothingToWithdraw(msg.sender);
        // Effect
        delete _choices[msg.sender];
        emit SupportWithdrawn(msg.sender, mine.from, mine.to);
        _endUnsupported();
    }

    /// @inheritdoc ISuccession
    function object() external {
        // Check
        _onlyProposer(msg.sender);
        Announced memory a = _announced;
        if (a.since == 0) revert Succession_NothingAnnounced();
        // Effect
        _clear();
        emit SuccessionObjected(msg.sender, a.from, a.to);
    }

    /// @inheritdoc ISuccession
    function schedule() external returns (bytes32 id) {
        // Check
        Announced memory a = _announced;
        if (a.since == 0) revert Succession_NothingAnnounced();
        if (block.timestamp < a.since + NOTICE) revert Succession_TooEarly(a.since + NOTICE);
        if (_isPast(a.since)) revert Succession_Lapsed(a.since + NOTICE + WINDOW);
        _onlyProposer(a.from);
        // Effect
        _clear();
        address[] memory targets = new address[](2);
        bytes[] memory payloads = new bytes[](2);
        (targets[0], targets[1]) = (address(_timelock), address(_timelock));
        payloads[0] = abi.encodeCall(IAccessControl.grantRole, (_PROPOSER, a.to));
        payloads[1] = abi.encodeCall(IAccessControl.revokeRole, (_PROPOSER, a.from));
        // Nobody can have used this salt before: an operation that was done or vetoed must not stand in the way.
        bytes32 salt = keccak256(abi.encode(address(this), block.timestamp));
        id = _timelock.hashOperationBatch(targets, new uint256[](2), payloads, 0, salt);
        emit SuccessionScheduled(id, a.from, a.to, salt);
        // Interaction: the timelock, which calls nobody.
        _timelock.scheduleBatch(targets, new uint256[](2), payloads, 0, salt, _timelock.getMinDelay());
    }

    /// @inheritdoc ISuccession
    function announced() external view returns (Announced memory) {
        return _announced;
    }

    /// @inheritdoc ISuccession
    function choiceOf(address office) external view returns (Choice memory) {
        return _choices[office];
    }

    /// @inheritdoc ISuccession
    function offices() external view returns (address[] memory) {
        return _offices;
    }

    /// @inheritdoc ISuccession
    function quorum() external view returns (uint256) {
        return _quorum;
    }

    /// @inheritdoc ISuccession
    function timelock() external view returns (address) {
        return address(_timelock);
    }

    function _endLapsed() private {
        Announced memory a = _announced;
        if (a.since == 0 || !_isPast(a.since)) return;
        _clear();
        emit SuccessionEnded(a.from, a.to);
    }

    function _endUnsupported() private {
        Announced memory a = _announced;
        if (a.since == 0 || _supporters(a.from, a.to, a.since) >= _quorum) return;
        delete _announced;
        emit SuccessionEnded(a.from, a.to);
    }

    function _clear() private {
        delete _announced;
        for (uint256 i; i < _offices.length; ++i) {
            delete _choices[_offices[i]];
        }
    }

    /// @dev Words that counted at `time`, or came after it.
    function _supporters(address from, address to, uint256 time) private view returns (uint256 count) {
        for (uint256 i; i < _offices.length; ++i) {
            Choice memory c = _choices[_offices[i]];
            if (_isFor(c, from, to) && c.at + WINDOW > time) ++count;
        }
    }

    function _isFor(Choice memory c, address from, address to) private pure returns (bool) {
        return c.from == from && c.to == to;
    }

    function _isPast(uint40 since) private view returns (bool) {
        return block.timestamp >= since + NOTICE + WINDOW;
    }

    function _onlyProposer(address account) private view {
        if (account == address(this) || !_timelock.hasRole(_PROPOSER, account)) revert Succession_NotAProposer(account);
    }
}
