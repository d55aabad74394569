// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Intent, Verb} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {MockApp} from "../../../contracts/mocks/MockApp.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrantToken} from "../../../contracts/mocks/ReentrantToken.sol";
import {AssetId} from "../../../contracts/shared/AssetId.sol";
import {Audits} from "./Audits.sol";

/// @notice Deposits and moves inside the ledger.
abstract contract MoneyVerbs is Audits {
    function deposit(uint256 seed) external act("deposit", seed) {
        _deposit(_below(PEOPLE), _below(ASSETS), 1_000 + _upTo(_once(4) ? 1_000_000 : 50_000));
    }

    /// @dev The payer is a stranger: what counts is who is credited.
    function _deposit(uint256 who, uint256 k, uint256 cents) internal {
        uint256 amount = _worth(k, cents);
        _give(k, stranger, amount);
        bytes memory data = abi.encodeCall(vault.deposit, (kits[k].id, amount, people[who]));
        _approve(k, amount);
        _armReentrancy(k);
        uint256 before = _held(k, address(vault));
        (bool ok, bytes memory answer) = _pay(stranger, address(vault), k == NATIVE ? amount : 0, data);
        _noReentry(k);
        if (!ok) {
            // Some tokens take no allowance over another one.
            _approve(k, 0);
            return _refused(k, amount);
        }
        uint256 credited = abi.decode(answer, (uint256));
        _law("INV-CUS-1", credited == _held(k, address(vault)) - before, "credited other than what arrived");
        owed[k] += credited;
        _withinCap(k);
        _creditModel(people[who], k, credited, _period());
        _done();
    }

    function _approve(uint256 k, uint256 amount) private {
        if (k == NATIVE) return;
        vm.prank(stranger);
        (bool approved,) = kits[k].token.call(abi.encodeCall(IERC20.approve, (address(vault), amount)));
        assertTrue(approved, "approving a deposit");
    }

    function transfer(uint256 seed) external act("transfer", seed) {
        (uint256 who, uint256 k) = _rich();
        _transfer(who, _below(PEOPLE), k, 1 + _below(_balance(people[who], k)), _once(3));
    }

    function _transfer(uint256 who, uint256 to, uint256 k, uint256 amount, bool signed) internal returns (bool ok) {
        Intent memory intent;
        (intent.owner, intent.verb, intent.asset) = (people[who], Verb.TRANSFER, kits[k].id);
        (intent.amount, intent.to) = (uint112(amount), people[to]);
        ok = _say(who, signed, intent, "", abi.encodeCall(vault.transfer, (people[to], kits[k].id.raw(), amount)));
        if (!ok) return false;
        _allowedToSpend(people[who]);
        _debitModel(people[who], k, amount, _period());
        _creditModel(people[to], k, amount, _period());
        _done();
    }

    /// @notice An operator moves what its principal lets it.
    function operate(uint256 seed) external act("operate", seed) {
        (uint256 who, uint256 k) = _rich();
        uint256 to = _below(PEOPLE);
        uint256 amount = 1 + _below(_balance(people[who], k));
        _knock(people[who], address(vault), abi.encodeCall(vault.approve, (stranger, kits[k].id.raw(), amount)));
        bytes memory data = abi.encodeCall(vault.transferFrom, (people[who], people[to], kits[k].id.raw(), amount));
        (bool ok,) = _knock(stranger, address(vault), data);
        if (!ok) return;
        _allowedToSpend(people[who]);
        _debitModel(people[who], k, amount, _period());
        _creditModel(people[to], k, amount, _period());
        _done();
    }

    /// @notice A position in the app, by call or signature; sometimes the app pays it out to someone within its hook.
    function callApp(uint256 seed) external act("callApp", seed) {
        (uint256 who, uint256 k) = _rich();
        uint256 amount = 1 + _below(_balance(people[who], k));
        uint256 payee = _below(PEOPLE);
        bool paysOn = _once(3);
        app.setPayTo(paysOn ? people[payee] : address(0));
        (AssetId[] memory ids, uint112[] memory amounts) = (new AssetId[](1), new uint112[](1));
        (ids[0], amounts[0]) = (kits[k].id, uint112(amount));
        Intent memory intent;
        bytes memory data = abi.encode(ids, amounts, bytes("memo"));
        (intent.owner, intent.verb, intent.to, intent.ref) = (people[who], Verb.CALL, address(app), keccak256(data));
        bytes memory direct = abi.encodeCall(vault.callWith, (address(app), ids, amounts, "memo"));
        if (!_say(who, _once(3), intent, data, direct)) return;
        _allowedToSpend(people[who]);
        _debitModel(people[who], k, amount, _period());
        _creditModel(paysOn ? people[payee] : address(app), k, amount, _period());
        _done();
    }

    /// @notice The app settles a position: what it pays lands fresh.
    function appPays(uint256 seed) external act("appPays", seed) {
        uint256 k = _below(ASSETS);
        for (uint256 i; i < ASSETS && _balance(address(app), k) == 0; ++i) k = (k + 1) % ASSETS;
        uint256 all = _balance(address(app), k);
        if (all == 0) return;
        uint256 to = _below(PEOPLE);
        uint256 amount = 1 + _below(all);
        (bool ok,) = _knock(stranger, address(app), abi.encodeCall(MockApp.pay, (people[to], kits[k].id, amount)));
        if (!ok) return;
        _debitModel(address(app), k, amount, _period());
        _creditModel(people[to], k, amount, _period());
        _done();
    }

    /// @dev Someone with a balance, if there is anyone.
    function _rich() internal returns (uint256 who, uint256 k) {
        (who, k) = (_below(PEOPLE), _below(ASSETS));
        for (uint256 i; i < 2 * PEOPLE; ++i) {
            if (_balance(people[who], k) != 0) return (who, k);
            who = (who + 1) % PEOPLE;
            if (who == 0) k = (k + 1) % ASSETS;
        }
    }

    function _allowedToSpend(address owner) internal {
        _law("INV-CUS-4", !_isHeld(owner) && !_isListed(owner), "a held or listed owner's balance was spent");
    }

    /// @dev Half of the re-entrant token's moves call back into the Vault for money.
    function _armReentrancy(uint256 k) internal {
        if (k != REENTRANT || _once(2)) return;
        bytes memory data = openTickets.length == 0
            ? abi.encodeCall(vault.deposit, (kits[k].id, 1, stranger))
            : abi.encodeCall(vault.release, (tickets[openTickets[_below(openTickets.length)]].exit));
        ReentrantToken(kits[k].token).arm(address(vault), data, _once(2));
    }

    function _noReentry(uint256 k) internal {
        if (k != REENTRANT || !ReentrantToken(kits[k].token).called()) return;
        _law("INV-CUS-2", !ReentrantToken(kits[k].token).succeeded(), "a token got in while money was moving");
        ReentrantToken(kits[k].token).arm(address(0), "", false);
    }
}
