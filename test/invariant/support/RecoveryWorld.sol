// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {
    AgentSignature,
    Appointment,
    Path,
    RecoveryStatus,
    Stage
} from "../../../contracts/custody/interfaces/IRecovery.sol";
import {IVaultEvents} from "../../../contracts/custody/interfaces/IVaultEvents.sol";
import {Exit, Phase} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {AssetId} from "../../../contracts/shared/AssetId.sol";
import {Vm} from "../../support/Cheats.sol";
import {RecoveryVoters} from "./RecoveryVoters.sol";

/// @notice Owners, their agents and the office over the real Vault. An owner's key is its own and a thief's: both appoint,
/// drop, veto, queue and cancel.
abstract contract RecoveryWorld is RecoveryVoters {
    function verbs() external pure returns (bytes4[] memory list_) {
        list_ = new bytes4[](11);
        (list_[0], list_[1], list_[2]) = (this.appoint.selector, this.drop.selector, this.vote.selector);
        (list_[3], list_[4], list_[5]) = (this.withdraw.selector, this.office.selector, this.veto.selector);
        (list_[6], list_[7], list_[8]) = (this.execute.selector, this.hurry.selector, this.attack.selector);
        (list_[9], list_[10]) = (this.money.selector, this.pass.selector);
    }

    function finish() external {
        _audit();
    }

    // ---- the owner, or who has its key ----

    function appoint(uint256 seed) external act("appoint", seed) {
        uint256 who = _below(OWNERS);
        (,, uint40 waits) = recovery.agentsOf(people[who]);
        Made memory m = _someAgents();
        bytes memory data = abi.encodeCall(recovery.appoint, (m.agents, uint8(m.threshold), uint40(m.delay), m.closed));
        (bool ok,) = _knock(people[who], address(recovery), data);
        if (!ok) return;
        Made[] storage made = books[who].made;
        if (waits != 0) made[made.length - 1].gone = true;
        made.push(m);
        _done();
    }

    function _someAgents() private returns (Made memory m) {
        uint256 first = _below(AGENTS);
        uint256 n = _once(6) ? 0 : 1 + _below(AGENTS - first);
        (m.time, m.agents, m.closed) = (clock, new address[](n), _once(3));
        for (uint256 i; i < n; ++i) {
            m.agents[i] = vm.addr(agentKeys[first + i]);
        }
        if (n != 0) (m.threshold, m.delay) = (1 + _below(n), 3 days + _upTo(_once(3) ? 27 days : 3 days));
    }

    function drop(uint256 seed) external act("drop", seed) {
        uint256 who = _below(OWNERS);
        (,, uint40 waits) = recovery.agentsOf(people[who]);
        (bool ok,) = _knock(people[who], address(recovery), abi.encodeCall(recovery.dropAppointment, ()));
        _law("INV-CUS-4", ok == (waits != 0), "dropped what doesn't wait, or not what does");
        if (ok) books[who].made[books[who].made.length - 1].gone = true;
        _done();
    }

    /// @notice Money comes, exits are queued and cancelled again.
    function money(uint256 seed) external act("money", seed) {
        uint256 who = _below(OWNERS);
        uint256 amount = _worth(K, 1_000 + _upTo(50_000));
        _give(K, stranger, amount);
        _knock(stranger, kits[K].token, abi.encodeCall(IERC20.approve, (address(vault), amount)));
        (bool ok,) = _knock(stranger, address(vault), abi.encodeCall(vault.deposit, (asset, amount, people[who])));
        if (!ok) return;
        claims[people[who]] += amount;
        uint112 part = uint112(1 + _below(vault.balanceOf(people[who], asset.raw())));
        _knock(people[who], address(vault), abi.encodeCall(vault.withdraw, (asset, part, payees[who])));
        if (exits[who].length != 0 && _once(2)) {
            Exit memory e = exits[who][_below(exits[who].length)];
            _knock(people[who], address(vault), abi.encodeCall(vault.cancel, (e)));
        }
        _done();
    }

    // ---- the office ----

    function office(uint256 seed) external act("office", seed) {
        uint256 who = _below(OWNERS);
        address to = payees[6 + _below(2)];
        address by = _once(5) ? reviewer : attestors[_below(2)];
        (bool ok,) = _knock(by, address(recovery), abi.encodeCall(recovery.propose, (people[who], to, "")));
        if (ok) {
            _say(books[who].proposals, by, to);
            _done();
        } else if (!_mayPropose(who)) {
            _done();
        }
        if (_once(3)) _warp(clock + _upTo(8 days));
        _confirm(who, to);
    }

    /// @dev A screen would say so: closed, or quiet.
    function _mayPropose(uint256 who) private view returns (bool) {
        (Appointment memory a,,) = recovery.agentsOf(people[who]);
        return !a.closed && clock >= recovery.recoveryOf(people[who]).officeFrom;
    }

    function _confirm(uint256 who, address to) private {
        (bool ok,) = _knock(reviewer, address(recovery), abi.encodeCall(recovery.confirm, (people[who], to)));
        if (ok) _say(books[who].confirmations, reviewer, to);
    }

    function veto(uint256 seed) external act("veto", seed) {
        (uint256 who, bool runs) = _running(Path.OFFICE);
        (Appointment memory a,,) = recovery.agentsOf(people[who]);
        address[4] memory entitled = [people[who], reviewer, riskOfficer, people[who]];
        if (a.agents.length != 0) entitled[3] = a.agents[_below(a.agents.length)];
        uint256 n = _below(4);
        // The office has a second proposal ready, which a veto by the owner or an agent voids.
        (address by, address to) = (attestors[_below(2)], payees[6 + _below(2)]);
        (bool ready,) = _knock(by, address(recovery), abi.encodeCall(recovery.propose, (people[who], to, "")));
        if (ready) _say(books[who].proposals, by, to);
        (bool ok,) = _knock(entitled[n], address(recovery), abi.encodeCall(recovery.veto, (people[who])));
        _law("INV-CUS-4", ok == runs, "a veto was refused, or there was nothing to veto");
        if (ok) _say(books[who].vetoes, entitled[n], n == 0 || n == 3 ? people[who] : address(0));
        _confirm(who, to);
        _done();
    }

    // ---- anyone ----

    /// @notice Anyone executes what runs, once its delay is over.
    function execute(uint256 seed) external act("execute", seed) {
        (uint256 who, bool runs) = _running(_once(2) ? Path.AGENTS : Path.OFFICE);
        if (!runs) return _done();
        uint256 from = recovery.recoveryOf(people[who]).from;
        if (clock < from) _warp(from + (_once(2) ? 0 : _upTo(14 days - 1)));
        if (_execute(who)) _done();
    }

    /// @notice Anyone tries to execute whatever there is, now.
    function hurry(uint256 seed) external act("hurry", seed) {
        for (uint256 who; who < OWNERS; ++who) {
            bool open = recovery.recoveryOf(people[who]).stage == Stage.OPEN;
            _law("INV-CUS-4", _execute(who) == open, "executed what isn't open, or refused what is");
        }
        _done();
    }

    function _execute(uint256 who) private returns (bool ok) {
        address owner = people[who];
        RecoveryStatus memory r = recovery.recoveryOf(owner);
        AssetId[] memory assets = new AssetId[](1);
        assets[0] = asset;
        uint256 before = r.to == address(0) ? 0 : vault.balanceOf(r.to, asset.raw());
        bytes memory data = abi.encodeCall(recovery.execute, (owner, assets, exits[who]));
        (ok,) = _knock(stranger, address(recovery), data);
        if (!ok) return false;
        if (r.path == Path.AGENTS) _law("INV-CUS-4 agents", _dueByAgents(who, r.to), "agents' recovery wasn't due");
        else _law("INV-CUS-4 office", _dueByOffice(who, r.to), "the office's recovery wasn't due");
        bool all = vault.balanceOf(r.to, asset.raw()) == before + claims[owner];
        _law("INV-CUS-4", all, "something of the owner's didn't arrive");
        claims[r.to] += claims[owner];
        claims[owner] = 0;
        delete exits[who];
    }

    /// @notice Someone without the right tries.
    function attack(uint256 seed) external act("attack", seed) {
        uint256 who = _below(OWNERS);
        address owner = people[who];
        address[5] memory actors = [stranger, guardianKey, governor, people[(who + 1) % OWNERS], owner];
        uint256 n = _below(5);
        _refused(actors[n], abi.encodeCall(recovery.vote, (owner, payees[0])));
        _refused(actors[n], abi.encodeCall(recovery.propose, (owner, payees[0], "")));
        _refused(actors[n], abi.encodeCall(recovery.confirm, (owner, payees[6])));
        _refused(actors[n], abi.encodeCall(recovery.voteBySig, (owner, payees[0], NEVER, new AgentSignature[](0))));
        if (actors[n] != owner) _refused(actors[n], abi.encodeCall(recovery.veto, (owner)));
        (bool ok,) = _knock(
            actors[n],
            address(vault),
            abi.encodeCall(vault.recover, (owner, payees[0], new AssetId[](0), new Exit[](0)))
        );
        _law("INV-CUS-4", !ok, "the Vault's verb is somebody else's");
        _done();
    }

    function _refused(address actor, bytes memory data) private {
        bool votes = bytes4(data) == recovery.voteBySig.selector;
        (bool ok,) = _knock(actor, address(recovery), data);
        // An empty list of votes may pass where there are agents; it starts nothing, as the next execution shows.
        _law("INV-CUS-4", !ok || votes, "someone without the right did something");
    }

    function pass(uint256 seed) external act("pass", seed) {
        _warp(clock + _upTo(20 days));
        _done();
    }

    // ---- inside ----

    function _onLogs(Vm.Log[] memory logs) internal override {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IVaultEvents.Queued.selector) continue;
            Exit memory e = abi.decode(logs[i].data, (Exit));
            for (uint256 who; who < OWNERS; ++who) {
                if (people[who] == e.owner) exits[who].push(e);
            }
        }
    }

    /// @dev Balances and open exits are what came in, less what recoveries have moved.
    function _audit() internal override {
        for (uint256 who; who < OWNERS; ++who) {
            uint256 sum = vault.balanceOf(people[who], asset.raw());
            for (uint256 i; i < exits[who].length; ++i) {
                if (vault.openOf(keccak256(abi.encode(exits[who][i]))).phase != Phase.NONE) {
                    sum += exits[who][i].amount;
                }
            }
            _law("INV-CUS-4", sum == claims[people[who]], "a claim changed without a recovery");
        }
        for (uint256 i = 4; i < 8; ++i) {
            _law("INV-CUS-4", vault.balanceOf(payees[i], asset.raw()) == claims[payees[i]], "somebody got more");
        }
    }
}
