// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exit} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {Deposit, DepositStatus, Payout, PayoutStatus} from "../../../contracts/gateway/interfaces/IGatewayTypes.sol";
import {GatewayWorld} from "./GatewayWorld.sol";

/// @notice The model: what was attested, what was credited of it, what left and how it ended. Knows nothing of windows and
/// slots: sums are sums over everything that ever happened.
abstract contract GatewayBooks is GatewayWorld {
    struct Arrival {
        Deposit deposit;
        DepositStatus status;
        uint256 from;
        uint256 epoch;
    }

    struct Leaving {
        bytes32 id;
        uint256 who;
        uint256 amount;
        PayoutStatus status;
        uint256 attempt;
        bytes32 token;
        uint256 tokens;
        uint256 ends;
    }

    struct Stamp {
        uint256 time;
        uint256 amount;
    }

    struct Term {
        uint256 until;
        bool revoked;
    }

    Arrival[] internal arrivals;
    Leaving[] internal leavings;
    Exit[] internal exits;
    mapping(uint256 who => uint256) internal balances;
    uint256 internal queued;
    uint256 internal credited;
    uint256 internal attested;
    uint256 internal settled;
    Stamp[] internal instants;
    Stamp[] internal outs;
    mapping(uint256 epoch => Term) internal terms;
    uint256 internal epochs = 1;
    uint256 internal chainHeldUntil;
    uint256 internal everyoneHeldUntil;
    mapping(uint256 who => uint256) internal heldUntil;
    mapping(uint256 who => bool) internal listed;
    bytes32 internal halted;
    uint256 internal messages;

    /// @dev What is on its way.
    function _inFlight() internal view returns (uint256 sum) {
        for (uint256 i; i < leavings.length; ++i) {
            PayoutStatus s = leavings[i].status;
            if (s == PayoutStatus.REQUESTED || s == PayoutStatus.AUTHORISED || s == PayoutStatus.VOIDED) {
                sum += leavings[i].amount;
            }
        }
    }

    /// @dev What of the stamps lies in the day that ends now.
    function _trailing(Stamp[] storage stamps) internal view returns (uint256 sum) {
        for (uint256 i = stamps.length; i > 0; --i) {
            if (stamps[i - 1].time + 1 days <= clock) break;
            sum += stamps[i - 1].amount;
        }
    }

    function _counts(uint256 epoch) internal view returns (bool) {
        if (epoch == 0 || epoch > epochs || terms[epoch].revoked) return false;
        return epoch == epochs || clock < terms[epoch].until;
    }

    function _isOpen() internal view returns (bool) {
        return halted == 0 && clock >= chainHeldUntil;
    }

    /// @dev An epoch, mostly the one in office, at times the one before it or any.
    function _epoch() internal returns (uint256) {
        uint256 which = _below(8);
        if (which == 0) return 1 + _below(epochs);
        return which < 3 && epochs > 1 ? epochs - 1 : epochs;
    }

    function _audit() internal override {
        uint256 flying = _inFlight();
        uint256 supply = token.totalSupply();
        _law("INV-GW-1", supply == credited - settled && credited <= attested, "more was minted than is attested");
        _law("INV-GW-1", supply <= uint256(CAP) * TICK, "the supply is above its cap");
        _law("INV-GW-2", token.balanceOf(address(gateway)) == flying, "the gateway holds other than open payouts");
        _law("INV-GW-2", token.balanceOf(address(vault)) + flying == supply, "somebody else holds the token");
        uint256 sum = queued;
        for (uint256 i; i < PEOPLE; ++i) {
            uint256 have = vault.balanceOf(people[i], asset.raw());
            _law("INV-GW-1", have == balances[i], "a balance isn't what deposits, exits and refunds left");
            sum += have;
        }
        _law("INV-GW-1", vault.assetOf(asset).liabilities == sum, "claims don't add up");
        _law("INV-GW-1", sum + flying == supply, "claims and payouts aren't covered by the supply");
        for (uint256 i; i < leavings.length; ++i) {
            Leaving storage l = leavings[i];
            Payout memory seen = gateway.payoutOf(l.id);
            bool same = seen.status == l.status && seen.attempt == l.attempt && seen.token == l.token
                && seen.amount == l.amount && seen.account == people[l.who] && seen.handle == handles[l.who];
            _law("INV-GW-2", same, "a payout isn't where its verbs have left it");
            _law("INV-GW-2", l.ends <= 1 && l.tokens <= l.attempt, "two ends, or two tokens for one attempt");
        }
        for (uint256 i; i < arrivals.length; ++i) {
            (DepositStatus status,) = gateway.depositOf(_idOf(arrivals[i].deposit));
            _law("INV-GW-1", status == arrivals[i].status, "a deposit isn't where its verbs have left it");
        }
    }

    function _idOf(Deposit memory deposit) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("strongroom.deposit"), CHAIN, block.chainid, address(vault), deposit.txId, deposit.index
            )
        );
    }

    function _contentOf(Deposit memory d) internal pure returns (bytes32) {
        return keccak256(abi.encode(d.account, d.asset, uint256(d.amount)));
    }
}
