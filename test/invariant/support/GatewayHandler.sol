// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PayoutStatus} from "../../../contracts/gateway/interfaces/IGatewayTypes.sol";
import {GatewayVerbs} from "./GatewayVerbs.sol";

/// @notice The gateway's verbs with what guardians and governance do, and the end of a run.
abstract contract GatewayHandler is GatewayVerbs {
    uint256 private constant VERBS = 18;

    constructor() {
        _open();
    }

    function verbs() external pure returns (bytes4[] memory list_) {
        list_ = new bytes4[](VERBS);
        bytes4[VERBS] memory all = [
            this.arrive.selector, this.again.selector, this.mature.selector, this.refuse.selector, this.depart.selector,
            this.release.selector, this.cancel.selector, this.authorise.selector, this.settle.selector,
            this.void.selector, this.refund.selector, this.retry.selector, this.holdChain.selector,
            this.holdSomebody.selector, this.contradict.selector, this.resume.selector, this.rotate.selector,
            this.pass.selector
        ];
        for (uint256 i; i < VERBS; ++i) list_[i] = all[i];
    }

    // ---- offices

    function holdChain(uint256 seed) external verb("holdChain", seed) {
        vault.extend(gateway.chainAccount(CHAIN), 1 hours);
        chainHeldUntil = (clock < chainHeldUntil ? chainHeldUntil : clock) + 1 hours;
        _did("holdChain");
    }

    function holdSomebody(uint256 seed) external verb("holdSomebody", seed) {
        uint256 who = _below(PEOPLE + 1);
        if (who == PEOPLE) {
            vault.extend(address(0), 1 hours);
            everyoneHeldUntil = (clock < everyoneHeldUntil ? everyoneHeldUntil : clock) + 1 hours;
        } else if (_below(2) == 0) {
            vault.extend(people[who], 2 hours);
            heldUntil[who] = (clock < heldUntil[who] ? heldUntil[who] : clock) + 2 hours;
        } else {
            listed[who] = !listed[who];
            list.setListed(people[who], listed[who]);
            vault.screen(people[who]);
        }
        _did("holdSomebody");
    }

    /// @notice Two contents are shown for one message, by epochs that count or don't.
    function contradict(uint256 seed) external verb("contradict", seed) {
        _contradict(_epoch(), _epoch(), messages != 0 && _below(4) == 0, _below(4) == 0);
    }

    function _contradict(uint256 a, uint256 b, bool seen, bool same) private {
        bytes32 id = keccak256(abi.encode("message", seen ? messages : messages + 1));
        bytes32 second = same ? bytes32("A") : bytes32("B");
        bytes memory data = abi.encodeCall(
            gateway.proveEquivocation, (CHAIN, id, "A", _say(a, a, id, "A"), second, _say(b, b, id, second))
        );
        (bool ok,) = _call(stranger, address(gateway), data);
        _law("INV-GW-2", ok == (_counts(a) && _counts(b) && !seen && !same), "halted other than by a contradiction");
        if (!ok) return;
        _did("contradict");
        (halted, messages) = (id, messages + 1);
    }

    function resume(uint256 seed) external verb("resume", seed) {
        if (halted == 0) _contradict(epochs, epochs, false, false);
        gateway.resume(CHAIN, halted);
        halted = 0;
        _did("resume");
    }

    /// @notice The next epoch; at times the former one is revoked.
    function rotate(uint256 seed) external verb("rotate", seed) {
        uint256 former = epochs > 1 && _below(2) == 0 ? epochs - 1 : 1 + _below(epochs);
        if (former != epochs && !terms[former].revoked && _below(2) == 0) {
            committee.revoke(uint32(former));
            terms[former].revoked = true;
            return _did("rotate");
        }
        uint40 overlap = uint40(_upTo(2 days));
        committee.rotate(uint32(epochs), _verifier(epochs + 1), overlap, type(uint40).max);
        terms[epochs].until = clock + overlap;
        ++epochs;
        _did("rotate");
    }

    function pass(uint256 seed) external verb("pass", seed) {
        _warp(clock + _upTo(16 hours));
        _did("pass");
    }

    /// @notice The end of a run: whatever is open can be ended, in the worst state.
    function finish() external {
        _audit();
        if (clock >= chainHeldUntil) vault.extend(gateway.chainAccount(CHAIN), 1 days);
        for (uint256 i; i < leavings.length; ++i) {
            Leaving storage l = leavings[i];
            bytes memory data;
            if (l.status == PayoutStatus.REQUESTED) data = abi.encodeCall(gateway.cancel, (l.id));
            if (l.status == PayoutStatus.VOIDED) data = abi.encodeCall(gateway.refund, (l.id));
            if (l.status == PayoutStatus.AUTHORISED) {
                bytes32 message = keccak256(abi.encode(_OUTCOME, l.id, l.attempt));
                bytes memory proof = _say(epochs, epochs, message, keccak256(abi.encode(uint8(1), bytes32("tx"))));
                data = abi.encodeCall(gateway.settle, (l.id, "tx", proof));
            }
            if (data.length == 0) continue;
            (bool ok,) = _call(people[l.who], address(gateway), data);
            _law("INV-GW-2 at the worst", ok, "an open payout can't be ended");
            if (!ok) continue;
            if (l.status == PayoutStatus.AUTHORISED) {
                (l.status, settled, l.ends) = (PayoutStatus.SETTLED, settled + l.amount, l.ends + 1);
            } else {
                bool asked = l.status == PayoutStatus.REQUESTED;
                _back(l, asked ? PayoutStatus.CANCELLED : PayoutStatus.REFUNDED);
            }
        }
        _audit();
        _law("INV-GW-2 at the worst", token.balanceOf(address(gateway)) == 0, "something is left in the gateway");
    }
}
