// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";
import {ITransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {Compare, IUpgradeController, Pin, Probe, Release, Step} from "../interfaces/IUpgradeController.sol";

/// @title Rehearsal
/// @notice Puts a release's code in force by way of a rehearsal: new(data), old, new(empty). The old code must read after
/// the migrations what it read before: then it can be switched back to.
library Rehearsal {
    /// @notice Gas that one probe gets; never less.
    uint256 internal constant PROBE_GAS = 1_000_000;

    /// @notice What must be left for a call to get that: it gets all but one 64th (EIP-150) of what reaching a cold account
    /// and copying the question leave.
    uint256 internal constant PROBE_GAS_NEEDED = 1_030_000;

    /// @notice Bytes of the longest answer.
    uint256 internal constant MOST_ANSWER = 8_192;

    /// @notice Rehearses and leaves the new code in force.
    /// @param admins The ProxyAdmin of each step.
    function perform(Release calldata release, address[] memory admins) internal {
        Step[] calldata steps = release.steps;
        // Check
        _checkCode(release);
        bool looksBack = _looksBack(release);
        bytes32[] memory before = looksBack ? _askOld(release.probes) : new bytes32[](release.probes.length);
        uint256[] memory ether_ = _ether(steps);
        // Interaction: the new code, its migrations. What they call can't come back in here: the controller is locked.
        for (uint256 i; i < steps.length; ++i) {
            switchTo(admins[i], steps[i].proxy, steps[i].to, steps[i].data);
        }
        // Interaction: the old code, unless nothing asks it; there it may be gone or as broken as can be.
        if (looksBack) {
            for (uint256 i = steps.length; i > 0; --i) {
                switchTo(admins[i - 1], steps[i - 1].proxy, steps[i - 1].from, "");
            }
            _compareOld(release.probes, before);
        }
        // Interaction: the new code once more, whatever a migration has written into the proxy's pointer.
        for (uint256 i; i < steps.length; ++i) {
            switchTo(admins[i], steps[i].proxy, steps[i].to, "");
        }
        _askNew(release.probes, before);
        for (uint256 i; i < steps.length; ++i) {
            if (steps[i].proxy.balance < ether_[i]) {
                revert IUpgradeController.UpgradeController_EtherMoved(steps[i].proxy);
            }
        }
    }

    /// @notice Points a proxy at code. Without data no code of an implementation runs.
    function switchTo(address admin, address proxy, address implementation, bytes memory data) internal {
        ProxyAdmin(admin).upgradeAndCall(ITransparentUpgradeableProxy(proxy), implementation, data);
    }

    /// @notice What a view answers: the hash of it. Reverting, saying nothing and saying too much are no answers.
    function ask(Probe calldata probe) internal view returns (bool answered, bytes32 answer) {
        // Check: the call gets all of its gas.
        if (gasleft() < PROBE_GAS_NEEDED) {
            revert IUpgradeController.UpgradeController_NotEnoughGas(gasleft(), PROBE_GAS_NEEDED);
        }
        address target = probe.target;
        bytes calldata data = probe.data;
        assembly ("memory-safe") {
            // Beyond the free pointer, not allocated. Yul evaluates right to left: the call stands alone, the size after it.
            let buffer := mload(0x40)
            calldatacopy(buffer, data.offset, data.length)
            answered := staticcall(PROBE_GAS, target, buffer, data.length, 0, 0)
            let size := returndatasize()
            answered := and(answered, and(gt(size, 0x1f), iszero(gt(size, MOST_ANSWER))))
            if answered {
                returndatacopy(buffer, 0, size)
                answer := keccak256(buffer, size)
            }
        }
    }

    function _checkCode(Release calldata release) private view {
        for (uint256 i; i < release.steps.length; ++i) {
            _checkHash(release.steps[i].to, release.steps[i].codehash);
        }
        for (uint256 i; i < release.pins.length; ++i) {
            _checkHash(release.pins[i].account, release.pins[i].codehash);
        }
    }

    /// @dev An account without code has a hash too, that of nothing: it is never right. Nor is that of a delegation, which
    /// the account's key may turn to other code at any time.
    function _checkHash(address account, bytes32 codehash) private view {
        if (account.code.length == 0 || _delegates(account)) {
            revert IUpgradeController.UpgradeController_NotAContract(account);
        }
        if (account.codehash != codehash) {
            revert IUpgradeController.UpgradeController_WrongCode(account, account.codehash);
        }
    }

    /// @dev EIP-7702: 0xef0100 and an address. Contracts can't begin with 0xef (EIP-3541).
    function _delegates(address account) private view returns (bool) {
        bytes32 word;
        assembly ("memory-safe") {
            extcodecopy(account, 0x00, 0x00, 0x20)
            word := mload(0x00)
        }
        return bytes3(word) == 0xef0100;
    }

    /// @dev Whether any probe asks the old code. Each proxy must be asked, under the old code too if it may come back.
    function _looksBack(Release calldata release) private pure returns (bool) {
        for (uint256 i; i < release.steps.length; ++i) {
            if (!asked(release.probes, release.steps[i].proxy, release.noRollback)) {
                revert IUpgradeController.UpgradeController_Unprobed(release.steps[i].proxy);
            }
        }
        for (uint256 p; p < release.probes.length; ++p) {
            if (release.probes[p].compare != Compare.NEW) return true;
        }
        return false;
    }

    /// @notice Whether a probe asks this proxy under the old code, or under any.
    function asked(Probe[] calldata probes, address proxy, bool newAlone) internal pure returns (bool) {
        for (uint256 p; p < probes.length; ++p) {
            if (probes[p].target == proxy && (newAlone || probes[p].compare != Compare.NEW)) return true;
        }
        return false;
    }

    function _askOld(Probe[] calldata probes) private view returns (bytes32[] memory answers) {
        answers = new bytes32[](probes.length);
        for (uint256 p; p < probes.length; ++p) {
            if (probes[p].compare != Compare.NEW) answers[p] = mustAnswer(probes[p], p);
        }
    }

    function _compareOld(Probe[] calldata probes, bytes32[] memory before) private view {
        for (uint256 p; p < probes.length; ++p) {
            if (probes[p].compare == Compare.NEW) continue;
            (bool answered, bytes32 answer) = ask(probes[p]);
            if (!answered || answer != before[p]) revert IUpgradeController.UpgradeController_DataChanged(p);
        }
    }

    function _askNew(Probe[] calldata probes, bytes32[] memory before) private view {
        for (uint256 p; p < probes.length; ++p) {
            bytes32 answer = mustAnswer(probes[p], p);
            if (probes[p].compare == Compare.SAME && answer != before[p]) {
                revert IUpgradeController.UpgradeController_AnswerChanged(p);
            }
        }
    }

    /// @notice A view's answer; reverts with the probe's number if there is none.
    function mustAnswer(Probe calldata probe, uint256 number) internal view returns (bytes32) {
        (bool answered, bytes32 answer) = ask(probe);
        if (!answered) revert IUpgradeController.UpgradeController_ProbeFailed(number);
        return answer;
    }

    function _ether(Step[] calldata steps) private view returns (uint256[] memory held) {
        held = new uint256[](steps.length);
        for (uint256 i; i < steps.length; ++i) {
            held[i] = steps[i].proxy.balance;
        }
    }
}
