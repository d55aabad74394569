// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Roles} from "../../../contracts/governance/Roles.sol";
import {Direction, IParams, ParamSpec} from "../../../contracts/shared/interfaces/IParams.sol";
import {Vm} from "../../support/Cheats.sol";
import {World} from "./World.sol";

/// @notice The same contracts under a real timelock that alone is admin. Its proposer stands for the Safe; everyone else is a
/// single key, below any threshold.
abstract contract GovernanceWorld is World {
    uint256 internal constant DELAY = 2 days;
    bytes32 private constant _IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    struct Planned {
        address target;
        bytes32 key;
        uint64 value;
        bytes data;
        uint256 ready;
        bool done;
    }

    TimelockController internal timelock;
    address internal safe = address(0x5AFE);
    Planned[] internal plans;
    bytes32 private _code;

    constructor() {
        _deploy();
        _configure();
        address[] memory proposers = new address[](1);
        proposers[0] = safe;
        timelock = new TimelockController(DELAY, proposers, new address[](1), address(0));
        manager.revokeRole(Roles.PARAMETERS, governor);
        manager.revokeRole(Roles.ORACLE_ADMIN, governor);
        manager.grantRole(Roles.PARAMETERS, address(timelock), 0);
        manager.grantRole(Roles.ORACLE_ADMIN, address(timelock), 0);
        manager.grantRole(0, address(timelock), 0);
        manager.renounceRole(0, address(this));
        _code = vm.load(address(vault), _IMPLEMENTATION);
    }

    function verbs() external pure returns (bytes4[] memory list_) {
        list_ = new bytes4[](6);
        (list_[0], list_[1], list_[2]) = (this.plan.selector, this.execute.selector, this.tighten.selector);
        (list_[3], list_[4], list_[5]) = (this.attack.selector, this.hurry.selector, this.pass.selector);
    }

    function finish() external {
        _audit();
    }

    /// @notice The Safe schedules a new base value.
    function plan(uint256 seed) external act("plan", seed) {
        (address target, bytes32 key) = _rowAt(_below(_rowCount()));
        ParamSpec memory spec = IParams(target).specOf(key);
        Planned memory p;
        (p.target, p.key, p.value) = (target, key, uint64(spec.min + _upTo(spec.max - spec.min)));
        p.data = abi.encodeCall(IParams.set, (key, rows[target][key].version, NEVER, p.value));
        p.ready = clock + DELAY + _upTo(2 days);
        vm.prank(safe);
        (bool ok,) = address(timelock).call(
            abi.encodeCall(timelock.schedule, (target, 0, p.data, 0, bytes32(plans.length), p.ready - clock))
        );
        if (!ok) return;
        plans.push(p);
        _done();
    }

    /// @notice Anyone executes what is ready; what the risk officer's tightening has made stale fails.
    function execute(uint256 seed) external act("execute", seed) {
        if (plans.length == 0) return;
        uint256 n = plans.length - 1 - _below(plans.length < 4 ? plans.length : 4);
        if (clock < plans[n].ready) _warp(plans[n].ready);
        if (_execute(n)) _done();
    }

    /// @notice Someone tries to execute before the delay has passed.
    function hurry(uint256 seed) external act("hurry", seed) {
        if (plans.length == 0) return;
        uint256 n = plans.length - 1;
        if (clock >= plans[n].ready) return _done();
        _law("INV-GOV-1", !_execute(n), "executed before its delay");
        _done();
    }

    function _execute(uint256 n) private returns (bool ok) {
        Planned storage p = plans[n];
        uint256 delayEnds = p.ready;
        bytes memory data = abi.encodeCall(timelock.execute, (p.target, 0, p.data, 0, bytes32(n)));
        (ok,) = _knock(stranger, address(timelock), data);
        if (!ok) return false;
        _law("INV-GOV-1", clock >= delayEnds && !p.done, "a base changed before its delay, or twice");
        p.done = true;
        _modelSet(p.target, p.key, p.value);
    }

    /// @notice The risk officer tightens; what is looser or has no order is refused.
    function tighten(uint256 seed) external act("tighten", seed) {
        (address target, bytes32 key) = _rowAt(_below(_rowCount()));
        ParamSpec memory spec = IParams(target).specOf(key);
        uint64 value = uint64(spec.min + _upTo(spec.max - spec.min));
        uint64 before = _inForce(target, key);
        (bool ok,) = _knock(riskOfficer, target, abi.encodeCall(IParams.tighten, (key, value)));
        bool tighter = spec.direction == Direction.UP ? value > before : spec.direction == Direction.DOWN && value < before;
        _law("INV-GOV-1", !ok || tighter, "an overlay loosened");
        if (ok) _modelTighten(target, key, value);
        // A refusal of what loosens is what this handler is for, too.
        if (ok || !tighter) _done();
    }

    /// @notice One key below the threshold tries one thing that it has no right to.
    function attack(uint256 seed) external act("attack", seed) {
        address[7] memory actors =
            [riskOfficer, reviewer, registry, guardianKey, stranger, governor, address(guardian)];
        address actor = actors[_below(7)];
        (address target, bytes memory data) = _temptation(actor);
        (bool ok,) = _knock(actor, target, data);
        _law("INV-GOV-4", !ok, "a key without the right changed something");
        _done();
    }

    function _temptation(address actor) private returns (address, bytes memory) {
        uint256 kind = _below(10);
        (address target, bytes32 key) = _rowAt(_below(_rowCount()));
        bytes memory loosen = abi.encodeCall(IParams.set, (key, rows[target][key].version, NEVER, 1));
        if (kind == 0) return (target, loosen);
        if (kind == 1) return (address(manager), abi.encodeCall(AccessManager.grantRole, (Roles.PARAMETERS, actor, 0)));
        if (kind == 2) return (address(manager), abi.encodeCall(AccessManager.revokeRole, (0, address(timelock))));
        if (kind == 3) return (address(manager), abi.encodeCall(AccessManager.setTargetClosed, (address(vault), true)));
        if (kind == 4) return (address(manager), abi.encodeCall(AccessManager.updateAuthority, (address(vault), actor)));
        if (kind == 5) {
            return (address(timelock), abi.encodeCall(timelock.schedule, (target, 0, loosen, 0, bytes32(0), DELAY)));
        }
        if (kind == 6) return (address(timelock), abi.encodeCall(timelock.updateDelay, (0)));
        if (kind == 7) return (address(timelock), abi.encodeCall(timelock.grantRole, (timelock.PROPOSER_ROLE(), actor)));
        if (kind == 8) {
            return (address(vault), abi.encodeCall(vault.setPolicy, (address(policies[0]), 0, NEVER, actor)));
        }
        return (address(vault), abi.encodeCall(vault.extend, (actor, 1 days)));
    }

    function pass(uint256 seed) external act("pass", seed) {
        _warp(clock + _upTo(4 days));
        _done();
    }

    /// @dev Every base is what an executed plan has set; roles, delay and code are as deployed.
    function _audit() internal override {
        for (uint256 i; i < _rowCount(); ++i) {
            (address target, bytes32 key) = _rowAt(i);
            _law("INV-GOV-1", IParams(target).param(key).base == rows[target][key].base, "a base changed by another way");
            _law("INV-GOV-1", IParams(target).inForce(key) == _inForce(target, key), "another value is in force");
        }
        (bool admin,) = manager.hasRole(0, address(timelock));
        (bool parameters,) = manager.hasRole(Roles.PARAMETERS, address(timelock));
        _law("INV-GOV-4", admin && parameters && timelock.hasRole(timelock.PROPOSER_ROLE(), safe), "locked out");
        _law("INV-GOV-4", timelock.getMinDelay() == DELAY, "the delay changed");
        _law("INV-GOV-4", vm.load(address(vault), _IMPLEMENTATION) == _code, "the code changed");
        _law("INV-GOV-4", vault.policy() == address(policies[0]), "the policy changed");
    }

    function _onLogs(Vm.Log[] memory) internal override {}
}
