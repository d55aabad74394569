// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {UpgradeController} from "../../contracts/governance/UpgradeController.sol";
import {
    Compare,
    IUpgradeController,
    Pin,
    Probe,
    Release,
    Step
} from "../../contracts/governance/interfaces/IUpgradeController.sol";
import {Spec} from "./Spec.sol";

/// @notice Code to point at.
contract Code {}

/// @notice Everything around the controller in one honest contract: an authority that lets everybody do everything at once, a
/// Vault that closes, a proxy that answers, and its ProxyAdmin, which keeps the pointer.
contract World {
    address public owner;
    address public pointer;
    bool public instantClosed;

    function own(address owner_) external {
        owner = owner_;
    }

    function canCall(address, address, bytes4) external pure returns (bool, uint32) {
        return (true, 0);
    }

    function closeInstant() external {
        instantClosed = true;
    }

    function upgradeAndCall(address, address implementation, bytes calldata) external payable {
        pointer = implementation;
    }

    function version() external pure returns (uint256) {
        return 1;
    }
}

/// @notice INV-GOV-3 on the controller's own code: inside its window the pointer switch succeeds unless `noRollback` was declared,
/// and at no other time. One proxy, whose storage never objects; the guard of gas aside, every refusal counts.
contract UpgradesSpec is Spec {
    uint40 private constant _WINDOW = 7 days;
    uint256 private constant _NOW = 1_800_000_000;

    World private _world;
    UpgradeController private _controller;
    address[3] private _code;

    function setUp() external {
        _world = new World();
        for (uint256 i; i < 3; ++i) {
            _code[i] = address(new Code());
        }
        address world = address(_world);
        _controller = new UpgradeController(world, TimelockController(payable(world)), world, _WINDOW);
        _world.own(address(_controller));
        _controller.adopt(world, world, _code[0], _probes());
    }

    /// @notice One release, rolled back at any later time, or twice.
    function check_INV_GOV_3_backInsideTheWindow(bool noRollback, uint32 wait) external {
        vm.warp(_NOW);
        bytes32 id = _controller.upgrade(_release(0, 1, noRollback));
        assert(_world.pointer() == _code[1]);
        vm.warp(_NOW + wait);
        (bool back, bool starved) = _rollback(id);
        assert(starved || back == (!noRollback && wait < _WINDOW));
        assert(_world.pointer() == _code[back ? 0 : 1]);
        if (back) {
            assert(_world.instantClosed());
            (bool again,) = _rollback(id);
            assert(!again && _world.pointer() == _code[0]);
        }
    }

    /// @notice A second release over the first: the first can't be rolled back below it, and comes within reach again, inside its
    /// own window, once the second is rolled back.
    function check_INV_GOV_3_theNewestFirst(uint32 gap, uint32 wait) external {
        vm.warp(_NOW);
        bytes32 first = _controller.upgrade(_release(0, 1, false));
        vm.warp(_NOW + gap);
        bytes32 second = _controller.upgrade(_release(1, 2, false));
        vm.warp(_NOW + gap + wait);
        (bool below,) = _rollback(first);
        assert(!below && _world.pointer() == _code[2]);
        (bool back, bool starved) = _rollback(second);
        assert(starved || back == (wait < _WINDOW));
        if (!back) return;
        assert(_world.pointer() == _code[1]);
        (back, starved) = _rollback(first);
        assert(starved || back == (uint256(gap) + wait < _WINDOW));
        assert(_world.pointer() == _code[back ? 0 : 1]);
    }

    function _rollback(bytes32 id) private returns (bool back, bool starved) {
        try _controller.rollback(id) {
            return (true, false);
        } catch (bytes memory reason) {
            return (false, bytes4(reason) == IUpgradeController.UpgradeController_NotEnoughGas.selector);
        }
    }

    function _release(uint256 from, uint256 to, bool noRollback) private view returns (Release memory) {
        Step[] memory steps = new Step[](1);
        steps[0] = Step(address(_world), uint32(from), _code[from], _code[to], _code[to].codehash, "");
        return Release(steps, new Pin[](0), _probes(), noRollback, type(uint40).max, bytes32(0));
    }

    function _probes() private view returns (Probe[] memory probes) {
        probes = new Probe[](1);
        probes[0] = Probe(address(_world), abi.encodeCall(World.version, ()), Compare.SAME);
    }
}
