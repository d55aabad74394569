// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account, Kind, Open, Phase, Subject} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {Opens} from "../../../contracts/custody/libraries/Opens.sol";
import {VaultLayout} from "../../../contracts/custody/libraries/VaultLayout.sol";
import {TierLimits} from "../../../contracts/policy/libraries/TierLimits.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {Params} from "../../../contracts/shared/Params.sol";
import {Direction, ParamSpec} from "../../../contracts/shared/interfaces/IParams.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice What is read from slots as words is what the structs say.
contract VaultWordsTest is Cheats {
    using Opens for Open;
    using Opens for uint256;
    using TierLimits for TierLimits.Digests;
    using Params for Params.Table;

    Subject private _subject;
    Account private _account;
    Open private _open;
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

    function testFuzz_accountsSlotReadsAsItsStruct(
        address subject_,
        uint40 from,
        uint32 exits,
        bool app,
        bool listed,
        address account
    ) external {
        exits = uint32(bound(exits, 0, type(uint32).max - 1));
        _account = Account(subject_, from, exits, app ? Kind.APP : Kind.USER, listed, type(uint8).max);
        uint256 word = VaultLayout.word(_account);
        assertEq(VaultLayout.instantFromIn(word), from);
        assertEq(VaultLayout.exitsIn(word), exits);
        assertEq(VaultLayout.listedIn(word), listed);
        ++exits;
        _account.exits = exits;
        assertEq(VaultLayout.withNextExit(word), VaultLayout.word(_account), "one more exit");
        VaultLayout.slots().accounts[account] = _account;
        (address subject, uint256 a,) = VaultLayout.member(account);
        assertEq(a, VaultLayout.word(_account));
        assertEq(subject, subject_ == address(0) ? account : subject_);
    }

    function test_anAccountCantQueueMoreThanItCanCount() external {
        _account.exits = type(uint32).max;
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 1));
        this.withNextExit(VaultLayout.word(_account));
    }

    function withNextExit(uint256 word) external pure returns (uint256) {
        return VaultLayout.withNextExit(word);
    }

    /// @notice The exit's word reads as its struct.
    function testFuzz_opensSlotReadsAsItsStruct(bool endorsed, bool large, uint48 slot, uint48 prior) external {
        _open = Open(endorsed ? Phase.ENDORSED : Phase.OPEN, large, slot, prior);
        uint256 word = _open.load();
        assertEq(uint256(word.phase()), uint256(_open.phase));
        assertEq(word.large(), large);
        assertEq(word.slot(), slot);
        assertEq(word.prior(), prior);
        assertEq(uint256(uint8(word)).withSlot(large, slot, prior), word);
        _open.store(Opens.OPEN);
        assertEq(abi.encode(_open), abi.encode(Open(Phase.OPEN, false, 0, 0)));
    }

    /// @notice Whether any of a customer's accounts is listed: the short cut says what both slots say.
    function testFuzz_anyListedIsTheSubjectsCount(address account, address subject, bool listed, uint8 others) external {
        vm.assume(account != subject && account != address(0));
        bool linked = subject != address(0);
        Account storage a = VaultLayout.slots().accounts[account];
        (a.subject, a.listed, a.members) = (subject, listed, linked ? 0 : others);
        // A count of the account itself and of the others, of whom there are some only where it is linked or has members.
        uint8 count = (linked || others != 0) && others % 2 == 1 ? 1 : 0;
        if (listed) ++count;
        VaultLayout.slots().subjects[linked ? subject : account].listed = count;
        assertEq(VaultLayout.anyListed(account), count != 0);
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
            (uint256 window, uint256 single, uint256 soon, uint256 late) = _digests.inForce(_table, tier);
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
