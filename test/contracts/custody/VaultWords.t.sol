// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account, Kind, Subject} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {VaultLayout} from "../../../contracts/custody/libraries/VaultLayout.sol";
import {TierLimits} from "../../../contracts/policy/libraries/TierLimits.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {Params} from "../../../contracts/shared/Params.sol";
import {Direction, ParamSpec} from "../../../contracts/shared/interfaces/IParams.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice What is read from slots as words is what the structs say.
contract VaultWordsTest is Cheats {
    using TierLimits for TierLimits.Digests;
    using Params for Params.Table;

    Subject private _subject;
    Account private _account;
    Params.Table private _table;
    TierLimits.Digests private _digests;

    function testFuzz_subjectsSlotReadsAsItsStruct(Subject memory s, uint40 time) external {
        vm.warp(time);
        _subject = s;
        uint256 word = VaultLayout.word(_subject);
        uint8 tier = time < s.tierFrom ? s.tiers >> 4 : time < s.tierUntil ? s.tiers & 0x0f : 0;
        assertEq(VaultLayout.tierIn(word), tier);
        uint40 cap = s.nextCapFrom != 0 && time >= s.nextCapFrom ? s.nextCap : s.cap;
        assertEq(VaultLayout.capIn(word), cap == 0 ? type(uint40).max : cap - 1);
    }

    function testFuzz_accountsSlotReadsAsItsStruct(address subject_, uint40 from, bool app, address account) external {
        _account = Account(subject_, from, type(uint32).max, app ? Kind.APP : Kind.USER, true, type(uint8).max);
        (address subject, uint40 instantFrom) = VaultLayout.memberIn(VaultLayout.word(_account), account);
        assertEq(subject, subject_ == address(0) ? account : subject_);
        assertEq(instantFrom, from);
    }

    /// @notice Any writes at any times: the digest always says what the rows say.
    function testFuzz_aDigestIsWhatItsRowsSay(uint256 seed) external {
        uint256 time = 1_800_000_000;
        for (uint256 i; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            time += seed % 9 days;
            vm.warp(time);
            _write(seed >> 32);
            _compare();
            // Without a write: overlays lapse meanwhile.
            time += (seed >> 64) % 20 days;
            vm.warp(time);
            _compare();
        }
    }

    function _write(uint256 seed) private {
        uint8 kind = ParamKeys.TIER_WINDOW + uint8(seed % 4);
        bytes32 key = ParamKeys.ofTier(kind, uint8((seed >> 8) % 4));
        bool limit = kind <= ParamKeys.TIER_SINGLE;
        ParamSpec memory spec = ParamSpec(0, 30 days, limit ? Direction.DOWN : Direction.UP);
        uint64 value = uint64((seed >> 16) % 30 days);
        if ((seed >> 48) % 2 == 0) {
            _table.set(key, spec, _table.rows[key].version, type(uint40).max, value);
        } else {
            try this.tighten(key, spec, value) {} catch {}
        }
        _digests.refresh(_table, key);
    }

    /// @dev External, so that a refused tightening can be passed over.
    function tighten(bytes32 key, ParamSpec memory spec, uint64 value) external {
        _table.tighten(key, spec, value);
    }

    function _compare() private view {
        for (uint8 tier; tier <= 4; ++tier) {
            (uint64 window, uint64 single, uint32 soon, uint32 late) = _digests.inForce(_table, tier);
            (uint64 w, uint64 o, uint32 s, uint32 l) = _fromRows(tier > TierLimits.TOP_TIER ? 0 : tier);
            assertEq(window, w);
            assertEq(single, o);
            assertEq(soon, s);
            assertEq(late, l);
        }
    }

    function _fromRows(uint8 tier) private view returns (uint64 window, uint64 single, uint32 soon, uint32 late) {
        (window, single) = (type(uint64).max, type(uint64).max);
        for (uint8 t = tier; t <= TierLimits.TOP_TIER; ++t) {
            uint64 value = _table.inForce(ParamKeys.ofTier(ParamKeys.TIER_WINDOW, t));
            if (value < window) window = value;
            value = _table.inForce(ParamKeys.ofTier(ParamKeys.TIER_SINGLE, t));
            if (value < single) single = value;
            value = _table.inForce(ParamKeys.ofTier(ParamKeys.TIER_SOON, t));
            if (value == 0) value = 30 days;
            if (value > soon) soon = uint32(value);
            value = _table.inForce(ParamKeys.ofTier(ParamKeys.TIER_LATE, t));
            if (value == 0) value = 30 days;
            if (value > late) late = uint32(value);
        }
    }
}
