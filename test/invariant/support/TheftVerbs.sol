// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exit, Intent, Verb} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {RuleVerbs} from "./RuleVerbs.sol";

/// @notice Attempts on other people's claims by someone without any right. Each must fail; the audit shows that nothing moved.
abstract contract TheftVerbs is RuleVerbs {
    address internal constant THIEF = address(0xBAD);

    function steal(uint256 seed) external act("steal", seed) {
        (uint256 who, uint256 k) = _rich();
        uint256 amount = 1 + _below(_balance(people[who], k));
        uint256 raw = kits[k].id.raw();
        _fail(abi.encodeCall(vault.transferFrom, (people[who], THIEF, raw, amount)));
        _fail(abi.encodeCall(vault.withdraw, (kits[k].id, uint112(amount), THIEF)));
        _fail(abi.encodeCall(vault.transfer, (THIEF, raw, amount)));
        if (openTickets.length != 0) {
            _fail(abi.encodeCall(vault.cancel, (tickets[openTickets[_below(openTickets.length)]].exit)));
        }
        _forge(who, k, amount);
        _done();
    }

    /// @notice A forged exit: one that nobody asked for, or a true one with another recipient or a larger amount.
    function forge(uint256 seed) external act("forge", seed) {
        Exit memory e;
        (e.owner, e.to, e.asset, e.amount) = (people[_below(PEOPLE)], THIEF, kits[_below(ASSETS)].id, 1);
        if (openTickets.length != 0) {
            e = tickets[openTickets[_below(openTickets.length)]].exit;
            if (_once(2)) e.to = THIEF;
            else ++e.amount;
        }
        vm.prank(THIEF);
        (bool ok,) = address(vault).call(abi.encodeCall(vault.release, (e)));
        _law("INV-CUS-2", !ok, "an exit that nobody asked for was released");
        _done();
    }

    function _forge(uint256 who, uint256 k, uint256 amount) private {
        Intent memory intent;
        (intent.owner, intent.verb, intent.asset) = (people[who], Verb.TRANSFER, kits[k].id);
        (intent.amount, intent.to) = (uint112(amount), THIEF);
        _fail(_signedCall(0xBAD, intent, ""));
    }

    function _fail(bytes memory data) private {
        (bool ok,) = _knock(THIEF, address(vault), data);
        _law("INV-CUS-4", !ok, "someone without any right moved a claim");
    }
}
