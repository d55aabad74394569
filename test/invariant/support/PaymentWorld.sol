// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Kind} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {Roles} from "../../../contracts/governance/Roles.sol";
import {MockApp} from "../../../contracts/mocks/MockApp.sol";
import {MockPriceRouter} from "../../../contracts/mocks/MockPriceRouter.sol";
import {MockWallet1271} from "../../../contracts/mocks/MockWallet1271.sol";
import {Mode, Price} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {INetting} from "../../../contracts/payments/interfaces/INetting.sol";
import {Feature, IPaymentRules} from "../../../contracts/payments/interfaces/IPaymentRules.sol";
import {IPayments} from "../../../contracts/payments/interfaces/IPayments.sol";
import {ISecretRegistry} from "../../../contracts/payments/interfaces/ISecretRegistry.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {IParams} from "../../../contracts/shared/interfaces/IParams.sol";
import {Vm} from "../../support/Cheats.sol";
import {Ledgers} from "./Ledgers.sol";
import {PaymentBooks} from "./PaymentBooks.sol";

/// @notice The payment apps on the world's Vault, its people as their parties, a wallet that is a contract among them, and
/// what the rules say of each. Prices are whatever the handlers want them to be.
abstract contract PaymentWorld is Ledgers, PaymentBooks {
    uint256 internal constant PARTIES = PEOPLE + 1;
    uint256 internal constant MONEY = 3;
    uint256 internal constant FEATURES = uint256(type(Feature).max) + 1;
    uint64 internal constant UNCOUNTED = (1 << 36) - 1;
    uint256 internal constant T = 1 days;

    IPaymentRules internal rules;
    IPayments internal payments;
    INetting internal netting;
    ISecretRegistry internal secrets;
    MockPriceRouter internal prices;
    MockWallet1271 internal wallet;
    address internal feeTaker = address(0xFEE);
    address[PARTIES] internal parties;
    /// @dev Places in the market of the assets that are paid in.
    uint256[MONEY] internal money = [uint256(1), COLD, SEIZABLE];
    Price[ASSETS] internal quotes;
    bool internal routerDown;
    /// @dev What was given to the apps' accounts by mere transfer.
    mapping(address app => mapping(uint256 asset => uint256)) internal stray;
    mapping(address app => bool) internal retired;

    /// @notice How often a call was refused with this error.
    mapping(bytes4 error => uint256) public refusals;

    function _openPayments() internal {
        _deploy();
        _configure();
        prices = new MockPriceRouter();
        rules = IPaymentRules(ship("PaymentRules", abi.encode(manager, vault, prices)));
        payments = IPayments(ship("Payments", abi.encode(vault, address(0), rules)));
        netting = INetting(ship("Netting", abi.encode(vault, address(0), rules)));
        secrets = ISecretRegistry(ship("SecretRegistry", ""));
        wallet = new MockWallet1271(people[0]);
        _allow(address(rules), IParams.set.selector, Roles.PARAMETERS);
        _allow(address(rules), IParams.tighten.selector, Roles.RISK_OFFICER);
        _enter(governor, abi.encodeCall(vault.setKind, (address(payments), Kind.APP)));
        _enter(governor, abi.encodeCall(vault.setKind, (address(netting), Kind.APP)));
        _setRules();
        for (uint256 k; k < ASSETS; ++k) _quote(k, Mode.NORMAL, 0);
        for (uint256 i; i < PARTIES; ++i) _arrive(i);
    }

    /// @dev The unverified pay and no more; what risk officers have laid over it goes.
    function _setRules() internal {
        for (uint8 f; f < FEATURES; ++f) {
            _setRule(ParamKeys.ofTier(ParamKeys.PAYMENT_TIERS, f), f == uint8(Feature.PAY) ? 4 : 3);
        }
        for (uint8 t; t < 4; ++t) {
            _setRule(ParamKeys.ofTier(ParamKeys.PAYMENT_VOLUME, t), t == 3 ? UNCOUNTED : _volume(t));
        }
    }

    function _setRule(bytes32 key, uint64 value) internal {
        uint32 version = rows[address(rules)][key].version;
        (bool ok,) = _knock(governor, address(rules), abi.encodeCall(IParams.set, (key, version, NEVER, value)));
        assertTrue(ok, "setting a rule");
        _modelSet(address(rules), key, value);
    }

    /// @dev Cents of a trailing day: the lowest tier's is hit soon.
    function _volume(uint8 tier) private pure returns (uint64) {
        return tier == 0 ? 60_000 : tier == 1 ? 600_000 : 6_000_000;
    }

    /// @dev Three of each tier, and the wallet of the highest.
    function _arrive(uint256 i) private {
        parties[i] = i < PEOPLE ? people[i] : address(wallet);
        uint8 tier = i < PEOPLE ? uint8(i / 3) : 3;
        _lift(parties[i], tier, 400 days);
        for (uint256 m; m < MONEY; ++m) _bring(parties[i], money[m], 500_000);
    }

    function _lift(address who, uint8 tier, uint256 time) internal {
        uint40 until = uint40(clock + time);
        _enter(registry, abi.encodeCall(vault.setTier, (who, tier, uint40(clock), until)));
        (standing[who].tier, standing[who].from, standing[who].until) = (tier, clock, until);
    }

    function _bring(address to, uint256 k, uint256 cents) internal {
        uint256 amount = _worth(k, cents);
        _give(k, stranger, amount);
        vm.prank(stranger);
        (bool approved,) = kits[k].token.call(abi.encodeCall(IERC20.approve, (address(vault), amount)));
        assertTrue(approved, "approving a deposit");
        _enter(stranger, abi.encodeCall(vault.deposit, (kits[k].id, amount, to)));
        owed[k] += amount;
        _creditModel(to, k, amount, T);
    }

    function _quote(uint256 k, Mode mode, uint256 drop) internal {
        uint64 mid = uint64(uint256(kits[k].dollars) * 1e12 * (100 - drop) / 100);
        quotes[k] = Price(mid - mid / 500, mid, mid + mid / 500, mode, 7, uint40(clock));
        prices.setWholePrice(kits[k].id, quotes[k]);
    }

    // ---- what the rules say

    function _openTo(address who) internal view returns (uint256 features) {
        uint256 tier = _tier(who);
        for (uint8 f; f < FEATURES; ++f) {
            uint256 tiers = _inForce(address(rules), ParamKeys.ofTier(ParamKeys.PAYMENT_TIERS, f));
            if (tiers != 0 && tier >= 4 - tiers) features |= 1 << f;
        }
    }

    function _dayOf(address who) internal view returns (uint256 cents) {
        cents = UNCOUNTED;
        for (uint8 t = _tier(who); t < 4; ++t) {
            uint256 row = _inForce(address(rules), ParamKeys.ofTier(ParamKeys.PAYMENT_VOLUME, t));
            if (row < cents) cents = row;
        }
    }

    /// @dev At ask, rounded up.
    function _cents(uint256 k, uint256 amount) internal view returns (uint256) {
        uint256 one = 10 ** (uint256(kits[k].decimals) + 10);
        return (amount * quotes[k].ask + one - 1) / one;
    }

    /// @dev Whether anything but the day's volume stands against it.
    function _mayOpen(address who, address app_, uint256 features, uint256 k) internal view returns (bool) {
        if (retired[app_] || _isHeld(who) || _isListed(who) || features & ~_openTo(who) != 0) return false;
        return _dayOf(who) == UNCOUNTED || (!routerDown && quotes[k].mode == Mode.NORMAL);
    }

    /// @dev One who may open positions, if there is anyone.
    function _opener(address app_, uint256 features, uint256 k) internal returns (address) {
        uint256 from = _below(PARTIES);
        for (uint256 i; i < PARTIES; ++i) {
            address who = parties[(from + i) % PARTIES];
            if (_balance(who, k) > 1_000 && _mayOpen(who, app_, features, k)) return who;
        }
        return address(0);
    }

    // ---- calls

    /// @dev A call by a party, for a contract through its own `execute`; what refuses it is counted.
    function _call(address who, address target, bytes memory data) internal returns (bool ok, bytes memory answer) {
        if (who == address(app)) {
            (ok, answer) = _knock(stranger, who, abi.encodeCall(MockApp.execute, (target, data)));
        } else if (who == address(wallet)) {
            (ok, answer) = _knock(people[0], who, abi.encodeCall(wallet.execute, (target, 0, data)));
        } else {
            (ok, answer) = _knock(who, target, data);
        }
        if (!ok) ++refusals[bytes4(answer)];
    }

    function _try(address who, address target, bytes memory data) internal returns (bool ok) {
        (ok,) = _call(who, target, data);
    }

    function _party() internal returns (address) {
        return parties[_below(PARTIES)];
    }

    /// @dev A party that isn't this one.
    function _other(address than) internal returns (address who) {
        who = _party();
        if (who == than) who = parties[(_indexOf(than) + 1) % PARTIES];
    }

    function _indexOf(address who) internal view returns (uint256 i) {
        while (parties[i] != who) ++i;
    }

    function _keyOf(address who) internal view returns (uint256) {
        uint256 i = _indexOf(who);
        return i < PEOPLE ? keys[i] : keys[0];
    }

    /// @dev The model reads state, not logs.
    function _onLogs(Vm.Log[] memory) internal override {}

    /// @dev Every account that money can be in, but the Vault's own exits, which nobody asks for here.
    function _auditBalances(bytes32 id) internal {
        for (uint256 m; m < MONEY; ++m) {
            uint256 k = money[m];
            bool same = _same(feeTaker, k) && _same(address(app), k) && _same(stranger, k);
            for (uint256 i; i < PARTIES; ++i) same = same && _same(parties[i], k);
            _law(id, same, "somebody's balance has changed other than by terms or their own calls");
            _law(id, _same(address(payments), k) && _same(address(netting), k), "an app's balance isn't what was left");
        }
    }

    function _same(address who, uint256 k) private view returns (bool) {
        return vault.balanceOf(who, kits[k].id.raw()) == _balance(who, k);
    }
}
