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

    /// @dev It also stands for the Vault's other half, which names the record: no verb here asks it.
    function auditRecord() external view returns (address) {
        return address(this);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        held -= amount;
        ++payments;
        (payee, paid) = (to, amount);
        return true;
    }
}

/// @notice INV-CUS-2 and INV-CUS-3 on the Vault's own code: one exit in any state of its slot, at any time of this
/// century; its asset's lanes never used, or taken until 2001 or 2033. It is a ten-thousandth or a tenth of 10^24 owed, so of the small lane or of the large one. Nobody is held or listed,
/// no list is asked, the asset is not impaired, the Vault holds enough.
contract ExitsSpec is Spec {
    using Assets for uint256;
    using Balances for uint256;
    using Opens for uint256;

    address private constant _OWNER = address(0xA11CE);
    address private constant _TO = address(0xB0B);
    uint256 private constant _OWED = 1e24;

    OpenVault private _vault;
    Purse private _purse;

    function setUp() external {
        _purse = new Purse();
        _vault = new OpenVault(address(_purse));
    }

    /// @notice Two verbs, each a release or a cancellation, at any two times: the exit is paid once or comes back once, not both,
    /// to its recipient, in full; and what has gone either way is gone.
    function check_INV_CUS_2_paidOrBackOnce(bool big, uint40 late, uint256 open, uint8 lane, bool[2] calldata back, uint32[2] calldata time)
        external
    {
        Exit memory exit = _exit(big, late, late);
        _put(exit, open, lane);
        _at(time[0]);
        if (!_go(exit, back[0])) return;
        bool gone = _purse.payments() != 0 || _returned(exit) != 0;
        assert(!gone || _vault.openOf(exit) == 0);
        vm.assume(time[0] <= time[1]);
        _at(time[1]);
        assert(!_go(exit, back[1]) || !gone);
        if (_purse.payments() == 0) {
            assert(_returned(exit) == 0 || _returned(exit) == exit.amount);
            return;
        }
        assert(_purse.payments() == 1 && _returned(exit) == 0);
        assert(_purse.paid() == exit.amount && _purse.payee() == _TO);
    }

    /// @notice A release that pays: of an open exit, from `late` on, or from `soon` on if it is endorsed, and not before its slot,
    /// be it taken before or now; and its claim leaves the liabilities, exactly.
    function check_INV_CUS_3_neverEarly(bool big, uint40 soon, uint40 late, uint256 open, uint8 lane, uint32 time) external {
        Exit memory exit = _exit(big, soon, late);
        _put(exit, open, lane);
        uint256 current = _at(time);
        if (!_go(exit, false)) return;
        uint256 a = _vault.assetWord(exit.asset);
        if (_purse.payments() == 0) {
            // A slot that lies ahead: taken, and nothing else.
            assert(open.slot() == 0 && _vault.openOf(exit).slot() > current * 256);
            assert(a.liabilities() == _OWED);
            return;
        }
        uint256 phase = open & 255;
        assert(phase == uint256(Phase.OPEN) || phase == uint256(Phase.ENDORSED));
        assert(current >= (phase == uint256(Phase.ENDORSED) ? soon : late));
        // A slot taken now is the lane's clock.
        assert((open.slot() == 0 ? a.clock(big) : open.slot()) <= current * 256);
        assert(a.liabilities() == _OWED - exit.amount);
    }

    function _put(Exit memory exit, uint256 open, uint8 lane) private {
        uint256 asset = Assets.listed(TokenClass.EXACT, 18, 12, 24).owe(_OWED).enqueue(exit.amount);
        // Branches, so that the slot is a number on each path: else its exponent is unknown, and with it what a tick is.
        if (lane == 0) asset = _lanes(asset, 0);
        else if (lane == 1) asset = _lanes(asset, 1e9 * 256);
        else asset = _lanes(asset, 2e9 * 256 + 77);
        _vault.put(exit, open, asset, 200);
    }

    function _lanes(uint256 asset, uint256 clock) private pure returns (uint256) {
        return asset.withClock(true, clock).withClock(false, clock);
    }

    function _exit(bool big, uint40 soon, uint40 late) private view returns (Exit memory) {
        // A branch, so that the amount is a number on each path.
        if (big) return Exit(_OWNER, _TO, AssetIds.erc20(address(_purse)), uint112(_OWED / 10), soon, late, 7);
        return Exit(_OWNER, _TO, AssetIds.erc20(address(_purse)), uint112(_OWED / 10_000), soon, late, 7);
    }

    /// @dev Goes to a time after 1970-01-02. That time * 256 is no overflow is said to the solver as in LanesSpec.
    function _at(uint256 time) private returns (uint256 current) {
        unchecked {
            current = time + 1 days;
            vm.assume((current * 256) / current == 256);
        }
        vm.warp(current);
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
