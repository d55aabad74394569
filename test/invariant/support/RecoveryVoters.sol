// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgentSignature, Appointment, IRecovery, Path} from "../../../contracts/custody/interfaces/IRecovery.sol";
import {Exit} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {Roles} from "../../../contracts/governance/Roles.sol";
import {AssetId} from "../../../contracts/shared/AssetId.sol";
import {RecoveryBooks} from "./RecoveryBooks.sol";

/// @notice Recovery beside the real Vault, its owners, their possible agents, and how these vote.
abstract contract RecoveryVoters is RecoveryBooks {
    uint256 internal constant OWNERS = 3;
    uint256 internal constant AGENTS = 6;
    uint256 internal constant K = 1;
    bytes32 private constant _VOTE =
        keccak256("Vote(address owner,address to,uint256 round,uint256 nonce,uint40 deadline)");
    bytes32 private constant _DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    IRecovery internal recovery;
    uint256[AGENTS] internal agentKeys; // ascending by address
    address[2] internal attestors = [address(0xB001), address(0xB002)];
    mapping(address account => uint256) internal claims; // balance and open exits
    mapping(uint256 who => Exit[]) internal exits;
    AssetId internal asset;

    constructor() {
        _deploy();
        _configure();
        asset = kits[K].id;
        recovery = IRecovery(ship("Recovery", abi.encode(manager, vault)));
        _allow(address(recovery), recovery.propose.selector, Roles.ATTESTOR);
        _allow(address(recovery), recovery.confirm.selector, Roles.REVIEWER);
        _allow(address(vault), vault.recover.selector, Roles.RECOVERY);
        manager.grantRole(Roles.RECOVERY, address(recovery), 0);
        for (uint256 i; i < 2; ++i) {
            manager.grantRole(Roles.ATTESTOR, attestors[i], 0);
        }
        // The reviewer has the other role as well: still it needs a second party.
        manager.grantRole(Roles.ATTESTOR, reviewer, 0);
        for (uint256 i; i < AGENTS; ++i) {
            uint256 key = keys[OWNERS + i];
            uint256 j = i;
            for (; j != 0 && vm.addr(agentKeys[j - 1]) > vm.addr(key); --j) {
                agentKeys[j] = agentKeys[j - 1];
            }
            agentKeys[j] = key;
        }
    }

    // ---- agents ----

    function vote(uint256 seed) external act("vote", seed) {
        uint256 who = _below(OWNERS);
        if (_vote(who, payees[4 + _upTo(_once(3) ? 1 : 0)], 1 + _upTo(3))) _done();
        // While a recovery runs agents vote for no other, and without agents nobody votes.
        else if (!_mayVote(who)) _done();
    }

    /// @notice Agents take votes back, or withdraw what runs.
    function withdraw(uint256 seed) external act("withdraw", seed) {
        (uint256 who,) = _running(Path.AGENTS);
        if (_vote(who, address(0), 1 + _upTo(3))) _done();
        else if (!_mayVote(who)) _done();
    }

    function _mayVote(uint256 who) private view returns (bool) {
        (Appointment memory a,,) = recovery.agentsOf(people[who]);
        return a.threshold != 0 && recovery.recoveryOf(people[who]).path != Path.AGENTS;
    }

    /// @dev Up to `n` agents in force vote, each by a call or a signature. True if one did.
    function _vote(uint256 who, address to, uint256 n) private returns (bool any) {
        (Appointment memory a,,) = recovery.agentsOf(people[who]);
        uint256 first = a.agents.length == 0 ? 0 : _below(a.agents.length);
        for (uint256 i; i < n && i < a.agents.length; ++i) {
            // Some think for long.
            if (_once(4)) _warp(clock + _upTo(20 days));
            address agent = a.agents[(first + i) % a.agents.length];
            bool before = recovery.recoveryOf(people[who]).path == Path.AGENTS;
            (bool ok,) = _once(3)
                ? _knock(stranger, address(recovery), _signed(who, to, agent))
                : _knock(agent, address(recovery), abi.encodeCall(recovery.vote, (people[who], to)));
            if (!ok) return any;
            any = true;
            _say(books[who].votes, agent, to);
            if (!before && recovery.recoveryOf(people[who]).path == Path.AGENTS) _say(books[who].starts, agent, to);
        }
    }

    function _signed(uint256 who, address to, address agent) private returns (bytes memory) {
        uint40 deadline = uint40(clock + _upTo(1 days));
        uint256 round = recovery.recoveryOf(people[who]).round;
        uint256 nonce = recovery.voteOf(people[who], agent).nonce;
        bytes32 text = keccak256(abi.encode(_VOTE, people[who], to, round, nonce, deadline));
        bytes32 domain = keccak256(
            abi.encode(_DOMAIN, keccak256("Strongroom Recovery"), keccak256("1"), block.chainid, address(recovery))
        );
        AgentSignature[] memory one = new AgentSignature[](1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf(agent), keccak256(abi.encodePacked("\x19\x01", domain, text)));
        one[0] = AgentSignature(agent, abi.encodePacked(r, s, v));
        return abi.encodeCall(recovery.voteBySig, (people[who], to, deadline, one));
    }

    function _keyOf(address agent) private view returns (uint256) {
        for (uint256 i; i < AGENTS; ++i) {
            if (vm.addr(agentKeys[i]) == agent) return agentKeys[i];
        }
        return 0;
    }

    /// @dev An owner whose recovery runs on that path, if there is one.
    function _running(Path path) internal returns (uint256 who, bool runs) {
        uint256 first = _below(OWNERS);
        for (uint256 i; i < OWNERS; ++i) {
            who = (first + i) % OWNERS;
            if (recovery.recoveryOf(people[who]).path == path) return (who, true);
        }
    }
}
