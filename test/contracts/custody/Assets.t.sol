// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Asset, TokenClass} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {Assets} from "../../../contracts/custody/libraries/Assets.sol";
import {VaultLayout} from "../../../contracts/custody/libraries/VaultLayout.sol";
import {VaultNamespace} from "../../../contracts/custody/VaultNamespace.sol";
import {Cheats} from "../../support/Cheats.sol";

contract AssetsTest is Cheats {
    using Assets for Asset;
    using Assets for uint256;

    Asset private _asset;

    /// @dev A struct whose enum is in range.
    function _made(
        uint112 liabilities,
        uint48 small,
        uint48 large,
        uint8 class,
        uint8 decimals,
        uint8 exponent,
        uint8 freshHours,
        bool impaired
    ) private pure returns (Asset memory) {
        return Asset(liabilities, small, large, TokenClass(class % 4), decimals, exponent, freshHours, impaired);
    }

    /// @notice The word's fields are the struct's, as Solidity packs them.
    function testFuzz_wordReadsTheStruct(
        uint112 liabilities,
        uint48 small,
        uint48 large,
        uint8 class,
        uint8 decimals,
        uint8 exponent,
        uint8 freshHours,
        bool impaired
    ) external {
        _asset = _made(liabilities, small, large, class, decimals, exponent, freshHours, impaired);
        uint256 word = _asset.load();
        assertEq(word.liabilities(), liabilities, "liabilities");
        assertEq(word.clock(false), small, "small lane");
        assertEq(word.clock(true), large, "large lane");
        assertEq(uint8(word.class()), class % 4, "class");
        assertEq(word.decimals(), decimals, "decimals");
        assertEq(word.tickExponent(), exponent, "tick exponent");
        assertEq(word.freshHours(), freshHours, "fresh hours");
        assertEq(word.freshPeriod(), uint256(freshHours) * 3600, "fresh period");
        assertEq(word.impaired(), impaired, "impaired");
    }

    /// @notice A stored word is what the struct then reads.
    function testFuzz_structReadsTheWord(
        uint112 liabilities,
        uint48 small,
        uint48 large,
        uint8 class,
        uint8 decimals,
        uint8 exponent,
        uint8 freshHours,
        bool impaired
    ) external {
        uint256 word = uint256(liabilities) | (uint256(small) << 112) | (uint256(large) << 160)
            | (uint256(class % 4) << 208) | (uint256(decimals) << 216) | (uint256(exponent) << 224)
            | (uint256(freshHours) << 232) | (uint256(impaired ? 1 : 0) << 240);
        _asset.store(word);
        Asset memory expected = _made(liabilities, small, large, class, decimals, exponent, freshHours, impaired);
        assertEq(abi.encode(_asset), abi.encode(expected));
    }

    function testFuzz_oweAndSettleChangeLiabilitiesAlone(uint256 word, uint112 amount) external pure {
        uint256 owed = word.liabilities();
        uint256 most = type(uint112).max - owed;
        uint256 more = bound(amount, 0, most);
        uint256 next = word.owe(more);
        assertEq(next.liabilities(), owed + more);
        assertEq(next >> 112, word >> 112, "other fields");
        uint256 back = next.settle(more);
        assertEq(back, word);
    }

    function testFuzz_settlingMoreThanIsOwedFails(uint256 word, uint256 amount) external {
        uint256 owed = word.liabilities();
        amount = bound(amount, owed + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 1));
        this.settle(word, amount);
    }

    function settle(uint256 word, uint256 amount) external pure returns (uint256) {
        return word.settle(amount);
    }

    function testFuzz_withClockChangesOneClock(uint256 word, bool large, uint48 value) external pure {
        uint256 next = word.withClock(large, value);
        assertEq(next.clock(large), value);
        assertEq(next.clock(!large), word.clock(!large));
        assertEq(next.liabilities(), word.liabilities());
        assertEq(next >> 208, word >> 208, "the rest");
    }

    // ---- the namespace

    /// @notice ERC-7201: the Vault's namespace is where its formula says.
    function test_theNamespaceIsTheFormulas() external pure {
        bytes32 expected =
            keccak256(abi.encode(uint256(keccak256("strongroom.storage.Vault")) - 1)) & ~bytes32(uint256(0xff));
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        bytes32 slot;
        assembly {
            slot := $.slot
        }
        assertEq(slot, expected);
    }
}
