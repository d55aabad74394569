// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {IVaultEvents as E} from "../../../contracts/custody/interfaces/IVaultEvents.sol";
import {IParams} from "../../../contracts/shared/interfaces/IParams.sol";
import {Vm} from "../../support/Cheats.sol";

/// @notice The Vault's storage, rebuilt from its events alone: every slot of its namespace that an event has named, by the
/// place where the layout keeps it.
abstract contract Rebuilt {
    bytes32 private constant _LAYOUT = 0x049ed9874cddfb22ee00672b5e90470d92861ce613b533c13a00c28c3bd9ad00;
    uint256 private constant _DOOR = 0;
    uint256 private constant _SCREEN = 1;
    uint256 private constant _BALANCES = 2;
    uint256 private constant _ACCOUNTS = 3;
    uint256 private constant _SUBJECTS = 4;
    uint256 private constant _ASSETS = 5;
    uint256 private constant _OPENS = 6;
    uint256 private constant _WINDOWS = 7;
    uint256 private constant _BOOK = 8;
    uint256 private constant _ROWS = 9;
    uint256 private constant _REVISION = 10;
    uint256 private constant _LISTED = 11;
    uint256 private constant _RESERVES = 12;
    uint256 private constant _GOVERNED_AT = 13;

    mapping(bytes32 slot => bytes32) internal rebuilt;
    bytes32[] internal slots;
    mapping(bytes32 slot => bool) private _known;
    mapping(bytes32 id => bytes32) private _assetOfExit;
    Moving private _moving;
    bytes32 private _list;

    struct Moving {
        bytes32 from;
        bytes32 to;
        bytes32 asset;
    }

    function _replay(Vm.Log memory log) internal {
        bytes32 t = log.topics[0];
        bytes32[] memory d = _words(log.data);
        bytes32 a = log.topics.length > 1 ? log.topics[1] : bytes32(0);
        bytes32 b = log.topics.length > 2 ? log.topics[2] : bytes32(0);
        bytes32 c = log.topics.length > 3 ? log.topics[3] : bytes32(0);
        if (t == IERC6909.Transfer.selector) {
            _moving = Moving(a, b, c);
        } else if (t == E.Deposited.selector) {
            _balance(b, a, d[2]);
            _put(_ASSETS, a, d[3]);
        } else if (t == E.Moved.selector) {
            // Right after the transfer that it completes.
            _balance(_moving.from, _moving.asset, d[0]);
            _balance(_moving.to, _moving.asset, d[1]);
        } else if (t == E.Withdrawn.selector) {
            _balance(b, a, d[1]);
            _put(_ASSETS, a, d[2]);
            _putCharge(_subjectOf(b), d[3]);
            _putCharge(a, d[4]);
            _putCharge(bytes32(uint256(0xff) << 248), d[5]);
        } else if (t == E.Queued.selector) {
            _assetOfExit[a] = d[2];
            _balance(b, d[2], d[8]);
            _put(_ACCOUNTS, b, d[9]);
            _put(_OPENS, a, d[10]);
            _put(_ASSETS, d[2], d[11]);
        } else if (t == E.Released.selector) {
            _put(_OPENS, a, 0);
            _put(_ASSETS, b, d[1]);
        } else if (t == E.Cancelled.selector) {
            _put(_OPENS, a, 0);
            _balance(b, _assetOfExit[a], d[0]);
            _put(_ASSETS, _assetOfExit[a], d[1]);
        } else if (t == E.SlotTaken.selector) {
            _put(_OPENS, a, d[0]);
            _put(_ASSETS, _assetOfExit[a], d[1]);
        } else if (t == E.Endorsed.selector) {
            _put(_OPENS, a, d[0]);
        } else {
            _replayRest(t, a, b, d);
        }
    }

    function _replayRest(bytes32 t, bytes32 a, bytes32 b, bytes32[] memory d) private {
        if (t == E.Screened.selector) {
            _put(_ACCOUNTS, a, d[1]);
            _put(_SUBJECTS, _subjectOf(a), d[2]);
        } else if (t == E.Held.selector) {
            _put(_WINDOWS, bytes32(uint256(0xfe) << 248) | a, d[1]);
            _putHeld(a, d[2]);
        } else if (t == E.Lifted.selector) {
            _putHeld(a, d[0]);
        } else if (t == E.HoldExtended.selector) {
            _putHeld(a, d[1]);
        } else if (t == E.DestinationSet.selector) {
            _set(keccak256(abi.encode(b, keccak256(abi.encode(a, _base(_BOOK))))), d[0]);
        } else if (t == E.CapSet.selector) {
            _put(_SUBJECTS, a, d[2]);
        } else if (t == E.TierSet.selector) {
            _put(_SUBJECTS, a, d[3]);
        } else if (t == E.SubjectSet.selector) {
            // The primary that it joins, or the one that it leaves.
            _put(_ACCOUNTS, a == b ? _subjectOf(a) : b, d[1]);
            _put(_ACCOUNTS, a, d[0]);
        } else if (t == E.KindSet.selector) {
            _put(_ACCOUNTS, a, d[1]);
        } else if (t == E.FreshPeriodSpread.selector) {
            _put(_ASSETS, a, d[1]);
        } else if (t == E.AssetListed.selector) {
            _put(_ASSETS, a, d[1]);
            _append(_LISTED, a);
        } else if (t == E.ImpairmentChecked.selector) {
            _put(_ASSETS, a, d[2]);
        } else if (t == E.WindDownBegun.selector || t == E.Revived.selector) {
            _put(_ASSETS, a, d[0]);
        } else if (t == E.PolicySet.selector) {
            _list = d[0];
            _setDoor(d[1]);
        } else if (t == E.InstantClosed.selector || t == E.InstantOpened.selector) {
            _setDoor(d[0]);
        } else if (t == E.Governed.selector) {
            _set(_base(_GOVERNED_AT), d[0]);
        } else if (t == E.ReserveAdded.selector) {
            _append(_RESERVES, a);
        } else if (t == IParams.ParamSet.selector) {
            _put(_ROWS, a, d[1]);
            _set(_base(_REVISION), d[2]);
        } else if (t == IParams.ParamTightened.selector) {
            _put(_ROWS, a, d[2]);
            _set(_base(_REVISION), d[3]);
        }
    }

    function _append(uint256 field, bytes32 entry) private {
        uint256 count = uint256(rebuilt[_base(field)]);
        _set(bytes32(uint256(keccak256(abi.encode(_base(field)))) + count), entry);
        _set(_base(field), bytes32(count + 1));
    }

    function _words(bytes memory data) private pure returns (bytes32[] memory words) {
        words = new bytes32[](data.length / 32);
        for (uint256 i; i < words.length; ++i) {
            assembly ("memory-safe") {
                mstore(add(words, mul(add(i, 1), 32)), mload(add(data, mul(add(i, 1), 32))))
            }
        }
    }

    function _base(uint256 field) private pure returns (bytes32) {
        return bytes32(uint256(_LAYOUT) + field);
    }

    function _subjectOf(bytes32 account) private view returns (bytes32) {
        uint256 word = uint256(rebuilt[keccak256(abi.encode(account, _base(_ACCOUNTS)))]);
        return uint160(word) == 0 ? account : bytes32(uint256(uint160(word)));
    }

    function _balance(bytes32 account, bytes32 asset, bytes32 word) private {
        _set(keccak256(abi.encode(asset, keccak256(abi.encode(account, _base(_BALANCES))))), word);
    }

    function _putCharge(bytes32 window, bytes32 word) private {
        if (word != 0) _put(_WINDOWS, window, word);
    }

    function _putHeld(bytes32 subject, bytes32 word) private {
        if (subject == 0) _setDoor(word);
        else _put(_SUBJECTS, subject, word);
    }

    /// @dev The hold on everyone stands beside the policy and beside the list.
    function _setDoor(bytes32 word) private {
        _set(_base(_DOOR), word);
        _set(_base(_SCREEN), _list | bytes32(uint256(uint40(uint256(word) >> 160)) << 160));
    }

    function _put(uint256 field, bytes32 key, bytes32 word) private {
        _set(keccak256(abi.encode(key, _base(field))), word);
    }

    function _set(bytes32 slot, bytes32 word) private {
        if (!_known[slot]) {
            _known[slot] = true;
            slots.push(slot);
        }
        rebuilt[slot] = word;
    }
}
