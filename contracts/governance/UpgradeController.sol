// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {
    Executed,
    Governed,
    IUpgradeController,
    Probe,
    Release,
    Step,
    Switch
} from "./interfaces/IUpgradeController.sol";
import {InstantDoor} from "./libraries/InstantDoor.sol";
import {Rehearsal} from "./libraries/Rehearsal.sol";

/// @title UpgradeController
/// @notice Executes releases as rehearsed sets, rolls them back inside their window, hands the proxies over.
/// @dev Not upgradeable: nothing that it governs can change it.
contract UpgradeController is IUpgradeController, AccessManaged, ReentrancyGuardTransient {
    /// @notice The shortest and the longest `WINDOW`.
    uint40 public constant SHORTEST_WINDOW = 1 days;
    uint40 public constant LONGEST_WINDOW = 30 days;
    /// @notice How long an announced hand-over can be made once it is ready. Longer than any window that it waits for.
    uint40 public constant HAND_OVER_TERM = 60 days;
    /// @notice At most as many proxies: a release of all of them and a hand-over fit into a block.
    uint256 public constant MAX_PROXIES = 32;

    /// @inheritdoc IUpgradeController
    uint40 public immutable WINDOW;
    address private immutable _vault;
    TimelockController private immutable _timelock;

    mapping(address proxy => Governed) private _governed;
    mapping(bytes32 id => Executed) private _releases;
    address[] private _proxies;
    // One slot.
    address private _successor;
    uint40 private _readyAt;
    uint40 private _windowsEnd; // of the newest release that could be rolled back

    /// @param authority The AccessManager.
    /// @param timelock_ Its delay is what a hand-over waits for once more, or `window` if that is longer.
    /// @param vault_ The Vault that a rollback closes.
    /// @param window Seconds in which a release can be rolled back.
    constructor(address authority, TimelockController timelock_, address vault_, uint40 window)
        AccessManaged(authority)
    {
        _mustHaveCode(authority);
        _mustHaveCode(address(timelock_));
        _mustHaveCode(vault_);
        if (window < SHORTEST_WINDOW || window > LONGEST_WINDOW) revert UpgradeController_BadWindow(window);
        (_timelock, _vault, WINDOW) = (timelock_, vault_, window);
    }

    /// @inheritdoc IUpgradeController
    function adopt(address proxyAdmin, address proxy, address implementation, Probe[] calldata probes)
        external
        restricted
        nonReentrant
    {
        Governed storage governed = _governed[proxy];
        // Check
        if (governed.proxyAdmin != address(0)) revert UpgradeController_GovernedAlready(proxy);
        if (_proxies.length == MAX_PROXIES) revert UpgradeController_TooManyProxies();
        _mustHaveCode(proxyAdmin);
        _mustHaveCode(proxy);
        _mustHaveCode(implementation);
        if (ProxyAdmin(proxyAdmin).owner() != address(this)) revert UpgradeController_NotItsOwner(proxyAdmin);
        if (!Rehearsal.asked(probes, proxy, false)) revert UpgradeController_Unprobed(proxy);
        bytes32[] memory before = new bytes32[](probes.length);
        for (uint256 p; p < probes.length; ++p) {
            before[p] = Rehearsal.mustAnswer(probes[p], p);
        }
        // Effect
        (governed.proxyAdmin, governed.implementation) = (proxyAdmin, implementation);
        _proxies.push(proxy);
        emit Adopted(proxy, proxyAdmin, implementation);
        // Interaction: the record becomes true, and the ProxyAdmin proves to be the proxy's.
        Rehearsal.switchTo(proxyAdmin, proxy, implementation, "");
        for (uint256 p; p < probes.length; ++p) {
            (bool answered, bytes32 answer) = Rehearsal.ask(probes[p]);
            if (!answered || answer != before[p]) revert UpgradeController_NotTheImplementation(p);
        }
    }

    /// @inheritdoc IUpgradeController
    function upgrade(Release calldata release) external restricted nonReentrant returns (bytes32 id) {
        id = idOf(release);
        Executed storage executed = _releases[id];
        // Check
        if (block.timestamp > release.validUntil) revert UpgradeController_Expired(release.validUntil);
        if (executed.executedAt != 0) revert UpgradeController_ExecutedAlready(id);
        if (release.steps.length == 0) revert UpgradeController_NoSteps();
        // Effect
        executed.executedAt = uint40(block.timestamp);
        if (!release.noRollback) {
            executed.windowEnd = uint40(block.timestamp) + WINDOW;
            _windowsEnd = executed.windowEnd;
        }
        emit ReleaseExecuted(id, executed.windowEnd);
        address[] memory admins = new address[](release.steps.length);
        for (uint256 i; i < release.steps.length; ++i) {
            admins[i] = _advance(id, executed, release.steps[i]);
        }
        // Interaction
        Rehearsal.perform(release, admins);
    }

    /// @inheritdoc IUpgradeController
    function rollback(bytes32 id) external restricted nonReentrant {
        Executed storage executed = _releases[id];
        uint256 steps = executed.switches.length;
        // Check
        if (executed.executedAt == 0) revert UpgradeController_UnknownRelease(id);
        if (executed.windowEnd == 0) revert UpgradeController_NoRollback(id);
        if (executed.rolledBack) revert UpgradeController_RolledBackAlready(id);
        if (block.timestamp >= executed.windowEnd) revert UpgradeController_WindowClosed(id, executed.windowEnd);
        for (uint256 i; i < steps; ++i) {
            address proxy = executed.switches[i].proxy;
            if (_governed[proxy].release != id) revert UpgradeController_NotRunning(id, proxy);
        }
        // Effect
        executed.rolledBack = true;
        emit ReleaseRolledBack(id);
        for (uint256 i = steps; i > 0; --i) {
            Switch storage last = executed.switches[i - 1];
            Governed storage governed = _governed[last.proxy];
            (governed.implementation, governed.release) = (last.from, last.previous);
            ++governed.revision;
            emit Switched(last.proxy, id, governed);
        }
        // Interaction: pointers only. No code of an implementation runs, so none can object.
        for (uint256 i = steps; i > 0; --i) {
            Switch storage last = executed.switches[i - 1];
            Rehearsal.switchTo(_governed[last.proxy].proxyAdmin, last.proxy, last.from, "");
        }
        // Interaction: the Vault, which may be the old one again. It can't object either.
        emit InstantExitsAsked(id, InstantDoor.close(_vault));
    }

    /// @inheritdoc IUpgradeController
    function announceHandOver(address successor) external restricted nonReentrant {
        // Check
        if (successor.code.length == 0 || successor == address(this)) revert UpgradeController_BadSuccessor(successor);
        if (_successor != address(0) && block.timestamp < uint256(_readyAt) + HAND_OVER_TERM) {
            revert UpgradeController_AnnouncedAlready(_successor);
        }
        uint256 delay = _timelock.getMinDelay();
        // Never less: the batch that announces it may have cut the delay just before.
        uint256 readyAt = block.timestamp + (delay < WINDOW ? WINDOW : delay);
        if (readyAt > type(uint40).max) revert UpgradeController_BadDelay(readyAt);
        // Effect: the cast is bounded above.
        (_successor, _readyAt) = (successor, uint40(readyAt));
        emit HandOverAnnounced(successor, uint40(readyAt));
    }

    /// @inheritdoc IUpgradeController
    function cancelHandOver() external restricted nonReentrant {
        // Check
        if (_successor == address(0)) revert UpgradeController_NothingAnnounced();
        // Effect
        emit HandOverCancelled(_successor);
        (_successor, _readyAt) = (address(0), 0);
    }

    /// @inheritdoc IUpgradeController
    function handOver() external nonReentrant {
        (address successor, uint40 readyAt, uint40 windowsEnd) = (_successor, _readyAt, _windowsEnd);
        // Check
        if (successor == address(0)) revert UpgradeController_NothingAnnounced();
        if (block.timestamp < readyAt) revert UpgradeController_TooSoon(readyAt);
        if (block.timestamp >= uint256(readyAt) + HAND_OVER_TERM) revert UpgradeController_Lapsed(readyAt);
        if (block.timestamp < windowsEnd) revert UpgradeController_WindowOpen(windowsEnd);
        // Effect
        address[] memory all = _proxies;
        address[] memory admins = new address[](all.length);
        for (uint256 i; i < all.length; ++i) {
            Governed storage governed = _governed[all[i]];
            admins[i] = governed.proxyAdmin;
            // The revision goes on, should the proxy come back: what was scheduled before stays stale.
            _governed[all[i]] = Governed(address(0), governed.revision + 1, address(0), 0);
        }
        delete _proxies;
        (_successor, _readyAt) = (address(0), 0);
        emit HandedOver(successor);
        // Interaction: ProxyAdmins, which call nobody.
        for (uint256 i; i < admins.length; ++i) {
            ProxyAdmin(admins[i]).transferOwnership(successor);
        }
    }

    /// @inheritdoc IUpgradeController
    function vault() external view returns (address) {
        return _vault;
    }

    /// @inheritdoc IUpgradeController
    function timelock() external view returns (address) {
        return address(_timelock);
    }

    /// @inheritdoc IUpgradeController
    function idOf(Release calldata release) public pure returns (bytes32) {
        return keccak256(abi.encode(release));
    }

    /// @inheritdoc IUpgradeController
    function releaseOf(bytes32 id) external view returns (Executed memory) {
        return _releases[id];
    }

    /// @inheritdoc IUpgradeController
    function governedOf(address proxy) external view returns (Governed memory) {
        return _governed[proxy];
    }

    /// @inheritdoc IUpgradeController
    function proxies() external view returns (address[] memory) {
        return _proxies;
    }

    /// @inheritdoc IUpgradeController
    function announced() external view returns (address successor, uint40 readyAt) {
        return (_successor, _readyAt);
    }

    /// @dev One step's checks and its record.
    function _advance(bytes32 id, Executed storage executed, Step calldata step) private returns (address admin) {
        Governed storage governed = _governed[step.proxy];
        // Check
        admin = governed.proxyAdmin;
        if (admin == address(0)) revert UpgradeController_NotGoverned(step.proxy);
        if (governed.release == id) revert UpgradeController_Twice(step.proxy);
        if (governed.implementation != step.from) {
            revert UpgradeController_NotTheExpected(step.proxy, governed.implementation);
        }
        if (governed.revision != step.revision) {
            revert UpgradeController_StaleRevision(step.proxy, governed.revision);
        }
        if (step.to == step.from) revert UpgradeController_Unchanged(step.proxy);
        // Effect
        executed.switches.push(Switch(step.proxy, step.from, step.to, governed.release));
        (governed.implementation, governed.release) = (step.to, id);
        ++governed.revision;
        emit Switched(step.proxy, id, governed);
    }

    function _mustHaveCode(address account) private view {
        if (account.code.length == 0) revert UpgradeController_NotAContract(account);
    }
}
