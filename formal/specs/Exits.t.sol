// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vault} from "../../contracts/custody/Vault.sol";
import {Exit, Phase, TokenClass} from "../../contracts/custody/interfaces/IVaultTypes.sol";
import {Assets} from "../../contracts/custody/libraries/Assets.sol";
import {Balances} from "../../contracts/custody/libraries/Balances.sol";
import {Opens} from "../../contracts/custody/libraries/Opens.sol";
import {Queue} from "../../contracts/custody/libraries/Queue.sol";
import {VaultLayout} from "../../contracts/custody/libraries/VaultLayout.sol";
import {VaultNamespace} from "../../contracts/custody/VaultNamespace.sol";
import {AssetId, AssetIds} from "../../contracts/shared/AssetId.sol";
import {ParamKeys} from "../../contracts/shared/ParamKeys.sol";
import {Spec} from "./Spec.sol";

/// @notice The Vault as it is, with its slots to be set and read.
contract OpenVault is Vault {
    using Assets for VaultNamespace.Packed;
    using Opens for uint256;

    constructor(address admin) Vault(admin) {}

    function put(Exit memory exit, uint256 open, uint256 asset, uint64 rateBps) external {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        Opens.store($.opens[Queue.idOf(exit)], open);
        $.assets[exit.asset].store(asset);
        $.params.rows[ParamKeys.ofAsset(ParamKeys.SMALL_LANE_RATE, exit.asset)].base = rateBps;
        $.params.rows[ParamKeys.ofAsset(ParamKeys.LARGE_LANE_RATE, exit.asset)].base = rateBps;
    }

    function openOf(Exit memory exit) external view returns (uint256) {
        return Opens.load(VaultLayout.slots().opens[Queue.idOf(exit)]);
    }

    function assetWord(AssetId asset) external view returns (uint256) {
        return VaultLayout.slots().assets[asset].load();
    }

    function balanceWord(address owner, AssetId asset) external view returns (uint256) {
        return VaultLayout.slots().balances[owner][asset].word;
    }
}

/// @notice An honest token that counts what the Vault pays.
contract Purse {
    uint256 public held = type(uint128).max;
    uint256 public payments;
    uint256 public paid;
    address public payee;

    function balanceOf(address) external view returns (uint256) {
        return held;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        held -= amount;
        ++payments;
        (payee, paid) = (to, amount);
        return true;
    }
}

/// @notice INV-CUS-2 and INV-CUS-3 on the Vault's own code: one exit in any state of its slot, its asset's liabilities and lanes
/// whatever, at any time. Nobody is held or listed, no list is asked, the asset is not impaired, the Vault holds enough.
contract ExitsSpec is Spec {
    using Assets for uint256;
    using Balances for uint256;
    using Opens for uint256;

    address private constant _OWNER = address(0xA11CE);
    address private constant _TO = address(0xB0B);

    OpenVault private _vault;
    Purse private _purse;

    function setUp() external {
        _purse = new Purse();
        _vault = new OpenVault(address(_purse));
    }

    /// @notice Two verbs, each a release or a cancellation, at any two times: the exit is paid once or comes back once, not both,
    /// to its recipient, in full; and what has gone either way is gone.
    function check_INV_CUS_2_paidOrBackOnce(
        uint112 amount,
        uint40 late,
        uint256 open,
        uint112 owed,
        uint40 clock,
        bool back,
        uint32 time,
        uint32 wait
    ) external {
        Exit memory exit = _exit(amount, late, late);
        _put(exit, open, owed, clock);
        vm.warp(uint256(time) + 1 days);
        if (!_go(exit, back)) return;
        bool gone = _purse.payments() != 0 || _returned(exit) != 0;
        if (gone) assert(_vault.openOf(exit) == 0);
        vm.warp(uint256(time) + 1 days + wait);
        if (_go(exit, !back)) {
            assert(!gone);
        } else if (_go(exit, back)) {
            assert(!gone);
        }
        assert(_purse.payments() <= 1);
        if (_purse.payments() == 1) {
            assert(_purse.paid() == amount && _purse.payee() == _TO);
            assert(_returned(exit) == 0);
        } else {
            assert(_returned(exit) == 0 || _returned(exit) == amount);
        }
    }

    /// @notice A release that pays: of an open exit, from `late` on, or from `soon` on if it is endorsed, and not before its slot,
    /// be it taken before or now; and its claim leaves the liabilities, exactly.
    function check_INV_CUS_3_neverEarly(
        uint112 amount,
        uint40 soon,
        uint40 late,
        uint256 open,
        uint112 owed,
        uint40 clock,
        uint32 time
    ) external {
        Exit memory exit = _exit(amount, soon, late);
        _put(exit, open, owed, clock);
        uint256 current = uint256(time) + 1 days;
        vm.warp(current);
        if (!_go(exit, false)) return;
        uint256 a = _vault.assetWord(exit.asset);
        if (_purse.payments() == 0) {
            // A slot that lies ahead: taken, and nothing else.
            assert(open.slot() == 0 && _vault.openOf(exit).slot() > current * 256);
            assert(a.liabilities() == owed);
            return;
        }
        assert(open.phase() == Phase.OPEN || open.phase() == Phase.ENDORSED);
        assert(current >= late || (open.phase() == Phase.ENDORSED && current >= soon));
        assert(open.slot() <= current * 256);
        // A slot taken now is the lane's clock.
        bool large = uint256(amount) * 1000 > owed;
        if (open.slot() == 0) assert(a.clock(large) <= current * 256);
        assert(a.liabilities() == owed - amount);
    }

    function _put(Exit memory exit, uint256 open, uint256 owed, uint256 clock) private {
        vm.assume(exit.amount != 0 && exit.amount <= owed);
        uint256 asset = Assets.listed(TokenClass.EXACT, 18, 12, 24).owe(owed).enqueue(exit.amount);
        asset = asset.withClock(true, clock).withClock(false, clock);
        _vault.put(exit, open, asset, 200);
    }

    function _exit(uint112 amount, uint40 soon, uint40 late) private view returns (Exit memory) {
        return Exit(_OWNER, _TO, AssetIds.erc20(address(_purse)), amount, soon, late, 7);
    }

    /// @dev Whether the verb went through.
    function _go(Exit memory exit, bool back) private returns (bool) {
        if (back) {
            vm.prank(_OWNER);
            try _vault.cancel(exit) {
                return true;
            } catch {
                return false;
            }
        }
        try _vault.release(exit) returns (bool) {
            return true;
        } catch {
            return false;
        }
    }

    function _returned(Exit memory exit) private view returns (uint256) {
        return _vault.balanceWord(_OWNER, exit.asset).total();
    }
}
