// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {TransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {
    Compare,
    Governed,
    IUpgradeController,
    Probe,
    Release,
    Step
} from "../../../contracts/governance/interfaces/IUpgradeController.sol";
import {Roles} from "../../../contracts/governance/Roles.sol";
import {Harm, HostileTill, Mood} from "../../../contracts/mocks/upgrade/HostileTill.sol";
import {MockInstantDoor} from "../../../contracts/mocks/upgrade/MockInstantDoor.sol";
import {Till} from "../../../contracts/mocks/upgrade/Till.sol";
import {TillV2} from "../../../contracts/mocks/upgrade/TillV2.sol";
import {Meter} from "./Meter.sol";

/// @notice Three proxies under the controller, good and hostile releases of any set of them, rollbacks at any time, and a
/// model of which code must be in force.
abstract contract UpgradeWorld is Meter {
    uint256 internal constant PROXIES = 3;
    uint40 internal constant WINDOW = 14 days;
    bytes32 private constant _POINTER = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    struct Model {
        address code;
        uint32 revision;
        bytes32 running;
        uint256 balance;
    }

    struct Past {
        bytes32 id;
        uint256 end; // 0 = no way back
        bool undone;
        uint256[] proxies;
        address[] froms;
        bytes32[] previous;
    }

    address internal upgrader = address(0xB001);
    address internal rescuer = address(0xB002);
    address internal owner = address(0xB003);
    address internal saver = address(0xB004);
    address internal stranger = address(0xB005);

    AccessManager internal manager;
    IUpgradeController internal controller;
    MockInstantDoor internal door;
    Till[PROXIES] internal tills;
    Model[PROXIES] internal models;
    Past[] internal pasts;
    address[5] internal good; // answers honestly, whatever its migration does
    HostileTill internal lying;
    HostileTill internal bricked;

    constructor() {
        _warp(START);
        vm.deal(address(this), 1e24);
        manager = new AccessManager(address(this));
        door = new MockInstantDoor();
        address[] memory one = new address[](1);
        one[0] = upgrader;
        TimelockController timelock = new TimelockController(2 days, one, new address[](1), address(0));
        controller = IUpgradeController(ship("UpgradeController", abi.encode(manager, timelock, door, WINDOW)));
        bytes4[] memory selectors = new bytes4[](4);
        (selectors[0], selectors[1]) = (controller.adopt.selector, controller.upgrade.selector);
        (selectors[2], selectors[3]) = (controller.announceHandOver.selector, controller.cancelHandOver.selector);
        manager.setTargetFunctionRole(address(controller), selectors, Roles.UPGRADER);
        selectors = new bytes4[](1);
        selectors[0] = controller.rollback.selector;
        manager.setTargetFunctionRole(address(controller), selectors, Roles.ROLLBACK);
        manager.grantRole(Roles.UPGRADER, upgrader, 0);
        manager.grantRole(Roles.ROLLBACK, rescuer, 0);
        good[0] = address(new Till());
        (good[1], good[2]) = (address(new TillV2()), address(new TillV2()));
        (good[3], good[4]) = (address(new HostileTill(Mood.HONEST)), address(new HostileTill(Mood.HONEST)));
        (lying, bricked) = (new HostileTill(Mood.LYING), new HostileTill(Mood.BRICKED));
        for (uint256 k; k < PROXIES; ++k) _adopt(k);
    }

    function _adopt(uint256 k) private {
        // The first contract that a proxy creates is its ProxyAdmin.
        Till till = Till(
            address(new TransparentUpgradeableProxy(good[0], address(controller), abi.encodeCall(Till.initialize, owner)))
        );
        address admin = address(uint160(uint256(keccak256(abi.encodePacked(hex"d694", till, hex"01")))));
        (tills[k], models[k].code) = (till, good[0]);
        _put(k, 1_000);
        Probe[] memory probes = new Probe[](4);
        _probes(probes, 0, till);
        vm.prank(upgrader);
        controller.adopt(admin, address(till), good[0], probes);
    }

    function verbs() external pure returns (bytes4[] memory list_) {
        list_ = new bytes4[](6);
        (list_[0], list_[1], list_[2]) = (this.upgrade.selector, this.harm.selector, this.undo.selector);
        (list_[3], list_[4], list_[5]) = (this.put.selector, this.attack.selector, this.pass.selector);
    }

    function finish() external {
        _audit();
    }

    /// @notice A release that keeps the data; its migrations may meddle with the pointer or call back.
    function upgrade(uint256 seed) external act("upgrade", seed) {
        (Release memory r, uint256[] memory order) = _release();
        for (uint256 i; i < order.length; ++i) {
            address to = good[_below(5)];
            if (to == models[order[i]].code) to = to == good[1] ? good[2] : good[1];
            bool hostile = to == good[3] || to == good[4];
            _aim(r.steps[i], to, hostile ? (_once(2) ? Harm.POINTER : Harm.CALL) : Harm.NONE);
            if (!hostile) r.steps[i].data = "";
        }
        bool ok = _execute(r);
        _law("INV-GOV-3", ok, "a good release was refused");
        if (ok) _modelUpgrade(r, order);
        if (ok) _done();
    }

    /// @notice A release of which one migration does harm, or one implementation answers nothing.
    function harm(uint256 seed) external act("harm", seed) {
        (Release memory r, uint256[] memory order) = _release();
        uint256 bad = _below(order.length);
        for (uint256 i; i < order.length; ++i) {
            address to = models[order[i]].code == good[1] ? good[2] : good[1];
            if (i != bad) {
                (r.steps[i].to, r.steps[i].codehash) = (to, to.codehash);
            } else if (_once(4)) {
                _aim(r.steps[i], address(bricked), Harm.NONE);
            } else {
                Harm[4] memory harms = [Harm.CORRUPT, Harm.REPACK, Harm.REINITIALISE, Harm.TAKE];
                _aim(r.steps[i], _once(2) ? address(lying) : _other(order[i]), harms[_below(4)]);
            }
        }
        _law("INV-GOV-3", !_execute(r), "a harmful release got through");
        _done();
    }

    /// @notice A rollback of one of the last releases: it succeeds exactly if it is due.
    function undo(uint256 seed) external act("undo", seed) {
        if (pasts.length == 0) return _done();
        uint256 n = pasts.length - 1 - _below(pasts.length < 3 ? pasts.length : 3);
        Past storage p = pasts[n];
        bool due = !p.undone && clock < p.end;
        for (uint256 i; i < p.proxies.length; ++i) {
            if (models[p.proxies[i]].running != p.id) due = false;
        }
        door.openInstant(0);
        vm.prank(rescuer);
        (bool ok,) = address(controller).call(abi.encodeCall(controller.rollback, p.id));
        if (due) _law("INV-GOV-3", ok, "a release can't be rolled back inside its window");
        else _law("INV-GOV-3", !ok, "a release was rolled back that can't be");
        _law("INV-GOV-3", door.instantClosed() == ok, "a rollback must close instant exits, and it alone");
        if (ok) {
            p.undone = true;
            for (uint256 i; i < p.proxies.length; ++i) {
                Model storage m = models[p.proxies[i]];
                (m.code, m.running) = (p.froms[i], p.previous[i]);
                ++m.revision;
            }
            _audit();
        }
        _done();
    }

    function put(uint256 seed) external act("put", seed) {
        _put(_below(PROXIES), 1 + _below(1e6));
        _done();
    }

    /// @notice Who has no right tries; each role tries what is the other's.
    function attack(uint256 seed) external act("attack", seed) {
        (Release memory r, uint256[] memory order) = _release();
        for (uint256 i; i < order.length; ++i) _aim(r.steps[i], _other(order[i]), Harm.NONE);
        bytes32 id = pasts.length == 0 ? bytes32(0) : pasts[pasts.length - 1].id;
        bytes[6] memory calls = [
            abi.encodeCall(controller.upgrade, (r)),
            abi.encodeCall(controller.rollback, (id)),
            abi.encodeCall(controller.announceHandOver, (address(this))),
            abi.encodeCall(controller.cancelHandOver, ()),
            abi.encodeCall(controller.handOver, ()),
            abi.encodeCall(controller.adopt, (stranger, stranger, stranger, r.probes))
        ];
        uint256 kind = _below(6);
        vm.prank(_once(2) ? stranger : kind == 1 ? upgrader : rescuer);
        (bool ok,) = address(controller).call(calls[kind]);
        _law("INV-GOV-4", !ok, "code or its governor changed without the right to it");
        _done();
    }

    function pass(uint256 seed) external act("pass", seed) {
        _warp(clock + _upTo(8 days));
        _done();
    }

    /// @dev A release of some proxies in some order, without code yet.
    function _release() private returns (Release memory r, uint256[] memory order) {
        uint256 n = 1 + _below(PROXIES);
        uint256 first = _below(PROXIES);
        uint256 stride = 1 + _below(2);
        order = new uint256[](n);
        r.steps = new Step[](n);
        r.probes = new Probe[](4 * n);
        for (uint256 i; i < n; ++i) {
            order[i] = (first + i * stride) % PROXIES;
            Model storage m = models[order[i]];
            (r.steps[i].proxy, r.steps[i].revision, r.steps[i].from) = (address(tills[order[i]]), m.revision, m.code);
            _probes(r.probes, 4 * i, tills[order[i]]);
        }
        (r.noRollback, r.validUntil, r.salt) = (_once(5), uint40(clock), bytes32(acts));
    }

    function _probes(Probe[] memory probes, uint256 at, Till till) private view {
        probes[at] = Probe(address(till), abi.encodeCall(Till.owner, ()), Compare.SAME);
        probes[at + 1] = Probe(address(till), abi.encodeCall(Till.balanceOf, (saver)), Compare.SAME);
        probes[at + 2] = Probe(address(till), abi.encodeCall(Till.used, ()), Compare.SAME);
        probes[at + 3] = Probe(address(till), abi.encodeCall(Till.version, ()), Compare.CHANGED);
    }

    /// @dev The corrupted balance is the saver's; the new owner, the new code and the taker are anyone but who it should be.
    function _aim(Step memory step, address to, Harm h) private view {
        address target = h == Harm.CORRUPT ? saver : h == Harm.CALL ? address(controller) : address(lying);
        if (h == Harm.TAKE || h == Harm.REINITIALISE) target = stranger;
        bytes memory call = abi.encodeCall(controller.handOver, ());
        (step.to, step.codehash) = (to, to.codehash);
        step.data = abi.encodeCall(HostileTill.migrate, (h, target, call));
    }

    function _other(uint256 k) private view returns (address) {
        return models[k].code == good[3] ? good[4] : good[3];
    }

    function _execute(Release memory r) private returns (bool ok) {
        vm.prank(upgrader);
        (ok,) = address(controller).call(abi.encodeCall(controller.upgrade, (r)));
    }

    function _modelUpgrade(Release memory r, uint256[] memory order) private {
        Past storage p = pasts.push();
        (p.id, p.end) = (keccak256(abi.encode(r)), r.noRollback ? 0 : clock + WINDOW);
        for (uint256 i; i < order.length; ++i) {
            Model storage m = models[order[i]];
            p.proxies.push(order[i]);
            p.froms.push(m.code);
            p.previous.push(m.running);
            (m.code, m.running) = (r.steps[i].to, p.id);
            ++m.revision;
        }
        _audit();
    }

    function _put(uint256 k, uint256 amount) private {
        tills[k].put{value: amount}(saver);
        models[k].balance += amount;
    }

    /// @dev Pointers, records and data are the model's.
    function _audit() internal override {
        for (uint256 k; k < PROXIES; ++k) {
            Model storage m = models[k];
            Till till = tills[k];
            Governed memory g = controller.governedOf(address(till));
            address pointer = address(uint160(uint256(vm.load(address(till), _POINTER))));
            _law("INV-GOV-3", pointer == m.code, "the pointer isn't the model's");
            bool recorded = g.implementation == m.code && g.release == m.running && g.revision == m.revision;
            _law("INV-GOV-3", recorded, "the record isn't the model's");
            bool kept = till.balanceOf(saver) == m.balance && till.owner() == owner && till.used() == m.balance
                && address(till).balance == m.balance;
            _law("INV-GOV-3", kept, "data was lost");
        }
    }
}
