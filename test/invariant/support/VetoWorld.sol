// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {VetoGate} from "../../../contracts/governance/VetoGate.sol";
import {IVetoGate} from "../../../contracts/governance/interfaces/IVetoGate.sol";
import {Meter} from "./Meter.sol";

/// @notice What the timelock's operations do: write their number down.
contract Diary {
    mapping(uint256 number => uint256) public written;

    function write(uint256 number) external {
        ++written[number];
    }
}

/// @notice A real timelock, a proposer that schedules whatever it likes as often as it likes, a Safe that vetoes anything it
/// can, gates that take each other's place, and one watcher who enforces as late as the delay allows.
abstract contract VetoWorld is Meter {
    uint256 private constant DELAY = 2 days;
    uint256 private constant NOTICE = 30 days;
    uint256 private constant WINDOW = 30 days;
    bytes32 private constant CANCELLER = keccak256("CANCELLER_ROLE");

    /// @dev What the model knows of an operation. `next` is the gate that it would put in place; zero if it's none's.
    struct Plan {
        bytes32 id;
        uint256 ready;
        address next;
        address gate;
        bool single;
        bool vetoed;
        bool done;
    }

    address private constant COUNCIL = address(0xC0);
    address private constant SAFE = address(0x5AFE);
    address private constant STRANGER = address(0x57);
    TimelockController private immutable _timelock;
    Diary private immutable _diary = new Diary();
    IVetoGate private _gate;
    address[] private _gates;
    /// @dev Replacements of the gate in place.
    uint256[] private _changes;
    mapping(bytes32 id => uint256) private _since;
    Plan[] private _plans;
    uint256 private _watched;

    constructor() {
        _warp(START);
        _watched = clock;
        address[] memory council = new address[](1);
        council[0] = COUNCIL;
        _timelock = new TimelockController(DELAY, council, new address[](1), address(this));
        _gate = new VetoGate(_timelock, SAFE, IVetoGate(address(0)));
        _gates.push(address(_gate));
        _timelock.revokeRole(CANCELLER, COUNCIL);
        _timelock.grantRole(CANCELLER, address(_gate));
        _timelock.renounceRole(0x00, address(this));
    }

    function verbs() external pure returns (bytes4[] memory list_) {
        list_ = new bytes4[](8);
        (list_[0], list_[1], list_[2]) = (this.schedule.selector, this.again.selector, this.veto.selector);
        (list_[3], list_[4], list_[5]) = (this.execute.selector, this.announce.selector, this.replace.selector);
        (list_[6], list_[7]) = (this.pass.selector, this.intrude.selector);
    }

    function finish() external {
        _watch();
        _audit();
    }

    /// @notice Something new, as one call or as a batch.
    function schedule(uint256 seed) external act("schedule", seed) {
        _vigil();
        Plan memory p;
        p.single = _once(2);
        if (_schedule(_push(p))) _done();
    }

    /// @notice What was vetoed, once more.
    function again(uint256 seed) external act("again", seed) {
        _vigil();
        for (uint256 i; i < 8; ++i) {
            uint256 n = _below(_plans.length);
            if (_plans.length == 0 || !_plans[n].vetoed || _plans[n].ready != 0) continue;
            if (_schedule(n)) _done();
            return;
        }
    }

    /// @notice The Safe vetoes: it succeeds exactly if the operation waits and isn't the gate's own replacement, due.
    function veto(uint256 seed) external act("veto", seed) {
        _vigil();
        if (_plans.length == 0) return;
        uint256 n = _plans.length - 1 - _below(_plans.length < 6 ? _plans.length : 6);
        Plan storage p = _plans[n];
        bool due = p.gate == address(_gate) && _isDue(p.id);
        bool expected = p.ready != 0 && !p.done && !due;
        bool ok = _veto(n, SAFE);
        _law("INV-GOV-2", ok == expected, "a veto that should have worked failed, or the other way round");
        if (due && p.ready != 0 && !p.done) _law("INV-GOV-4", !ok, "the gate has vetoed its own replacement");
        if (ok) (p.vetoed, p.ready) = (true, 0);
        _done();
    }

    /// @notice Anyone executes anything, ready or not.
    function execute(uint256 seed) external act("execute", seed) {
        _vigil();
        if (_plans.length == 0) return;
        uint256 n = _plans.length - 1 - _below(_plans.length < 6 ? _plans.length : 6);
        if (_plans[n].ready > clock && _once(2)) _wait(_plans[n].ready - clock);
        bool ready = _plans[n].ready != 0 && _plans[n].ready <= clock && !_plans[n].done;
        bool ok = _execute(n);
        _law("INV-GOV-2", !ok || ready, "executed what was vetoed, or not ready, or done");
        _done();
    }

    /// @notice The council announces a replacement, or takes an announcement back.
    function announce(uint256 seed) external act("announce", seed) {
        _vigil();
        uint256 n = _change();
        Plan storage p = _plans[n];
        uint256 since = _since[p.id];
        bool withdraws = since != 0 && _once(6);
        vm.prank(COUNCIL);
        if (withdraws) {
            _gate.withdrawReplacement(p.id);
            _since[p.id] = 0;
            return _done();
        }
        bytes memory data = abi.encodeCall(_gate.announceReplacement, (p.next, bytes32(n)));
        (bool ok,) = address(_gate).call(data);
        bool stands = since != 0 && clock < since + NOTICE + WINDOW + DELAY;
        _law("INV-GOV-4", ok == (!stands && !p.vetoed), "an announcement was refused, or its clock begun anew");
        if (ok) _since[p.id] = clock;
        _done();
    }

    /// @notice The council schedules a replacement, in time or not; sometimes as the notice ends.
    function replace(uint256 seed) external act("replace", seed) {
        _vigil();
        uint256 n = _change();
        Plan storage p = _plans[n];
        uint256 since = _since[p.id];
        if (since != 0 && clock < since + NOTICE && _once(2)) _wait(since + NOTICE - clock);
        bool ok = _schedule(n);
        if (ok && !p.vetoed && _isDue(p.id) && _once(2)) {
            _law("INV-GOV-4", !_veto(n, SAFE), "the gate has vetoed its own replacement");
            _wait(DELAY);
            _law("INV-GOV-4", _execute(n), "a replacement that was announced in time isn't executable");
        }
        if (ok) _done();
    }

    function pass(uint256 seed) external act("pass", seed) {
        _vigil();
        _wait(_upTo(4 days));
        _done();
    }

    /// @notice A stranger tries what the Safe, the watcher or the council may.
    function intrude(uint256 seed) external act("intrude", seed) {
        _vigil();
        if (_plans.length == 0) return _done();
        uint256 n = _below(_plans.length);
        _law("INV-GOV-4", !_veto(n, STRANGER) && !_veto(n, COUNCIL), "somebody else has vetoed");
        if (!_plans[n].vetoed) {
            (bool ok,) = address(_gate).call(abi.encodeCall(_gate.enforce, (_plans[n].id)));
            _law("INV-GOV-4", !ok, "enforced what was never vetoed");
        }
        vm.prank(STRANGER);
        (bool announced,) = address(_gate).call(abi.encodeCall(_gate.announceReplacement, (address(_diary), 0)));
        _law("INV-GOV-4", !announced, "a stranger has announced");
        _done();
    }

    /// @dev INV-GOV-2 for every operation there ever was, on the chain's word and on what has happened in truth.
    function _audit() internal override {
        for (uint256 n; n < _plans.length; ++n) {
            Plan storage p = _plans[n];
            bool done = _timelock.isOperationDone(p.id);
            _law("INV-GOV-2", done == p.done && !(done && p.vetoed), "vetoed, and done");
            _law("INV-GOV-2", _gate.vetoed(p.id) == p.vetoed, "a veto was forgotten, or made up");
            if (p.next != address(0)) continue;
            _law("INV-GOV-2", _diary.written(n) == (p.done ? 1 : 0), "what was vetoed has happened");
        }
    }

    /// @dev Time passes in steps that leave the watcher his time, and no more.
    function _wait(uint256 time) private {
        while (time > 0) {
            uint256 step = time < DELAY / 4 ? time : DELAY / 4;
            _warp(clock + step);
            time -= step;
            _vigil();
        }
    }

    function _vigil() private {
        if (clock - _watched >= DELAY / 2) _watch();
    }

    function _watch() private {
        _watched = clock;
        for (uint256 n; n < _plans.length; ++n) {
            if (!_plans[n].vetoed || _plans[n].ready == 0) continue;
            vm.prank(STRANGER);
            (bool ok,) = address(_gate).call(abi.encodeCall(_gate.enforce, (_plans[n].id)));
            _law("INV-GOV-2", ok, "what was vetoed can't be cancelled again");
            _plans[n].ready = 0;
        }
    }

    /// @dev One that was made before, mostly the last; or a new one.
    function _change() private returns (uint256 n) {
        if (_changes.length != 0 && !_once(4)) {
            return _changes[_changes.length - 1 - _below(_changes.length < 3 ? _changes.length : 3)];
        }
        Plan memory p;
        (p.next, p.gate) = (_successor(), address(_gate));
        n = _push(p);
        _changes.push(n);
    }

    function _successor() private returns (address next) {
        address last = _gates[_gates.length - 1];
        if (last != address(_gate)) return last;
        next = address(new VetoGate(_timelock, SAFE, _gate));
        _gates.push(next);
    }

    function _isDue(bytes32 id) private view returns (bool) {
        uint256 since = _since[id];
        return since != 0 && clock >= since + NOTICE && clock < since + NOTICE + WINDOW + DELAY;
    }

    function _push(Plan memory p) private returns (uint256 n) {
        n = _plans.length;
        _plans.push(p);
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = _words(n);
        _plans[n].id = p.single
            ? _timelock.hashOperation(targets[0], 0, data[0], 0, bytes32(n))
            : _timelock.hashOperationBatch(targets, values, data, 0, bytes32(n));
    }

    function _words(uint256 n)
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory data)
    {
        Plan storage p = _plans[n];
        uint256 size = p.next == address(0) ? 1 : 2;
        (targets, values, data) = (new address[](size), new uint256[](size), new bytes[](size));
        (targets[0], data[0]) = (address(_diary), abi.encodeCall(Diary.write, (n)));
        if (size == 1) return (targets, values, data);
        (targets[0], targets[1]) = (address(_timelock), address(_timelock));
        data[0] = abi.encodeCall(IAccessControl.grantRole, (CANCELLER, p.next));
        data[1] = abi.encodeCall(IAccessControl.revokeRole, (CANCELLER, p.gate));
    }

    function _schedule(uint256 n) private returns (bool ok) {
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = _words(n);
        vm.prank(COUNCIL);
        (ok,) = address(_timelock).call(
            _plans[n].single
                ? abi.encodeCall(_timelock.schedule, (targets[0], 0, data[0], 0, bytes32(n), DELAY))
                : abi.encodeCall(_timelock.scheduleBatch, (targets, values, data, 0, bytes32(n), DELAY))
        );
        if (ok) _plans[n].ready = clock + DELAY;
    }

    function _veto(uint256 n, address by) private returns (bool ok) {
        vm.prank(by);
        (ok,) = address(_gate).call(abi.encodeCall(_gate.veto, (_plans[n].id)));
    }

    function _execute(uint256 n) private returns (bool ok) {
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = _words(n);
        vm.prank(STRANGER);
        (ok,) = address(_timelock).call(
            _plans[n].single
                ? abi.encodeCall(_timelock.execute, (targets[0], 0, data[0], 0, bytes32(n)))
                : abi.encodeCall(_timelock.executeBatch, (targets, values, data, 0, bytes32(n)))
        );
        if (!ok) return false;
        _plans[n].done = true;
        if (_plans[n].next == address(0) || _plans[n].gate != address(_gate)) return true;
        _gate = IVetoGate(_plans[n].next);
        delete _changes;
    }
}
