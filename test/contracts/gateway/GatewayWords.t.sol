// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CaipNames} from "../../../contracts/gateway/libraries/CaipNames.sol";
import {GatewayParams} from "../../../contracts/gateway/libraries/GatewayParams.sol";
import {StatementCode} from "../../../contracts/gateway/libraries/StatementCode.sol";
import {AssetId} from "../../../contracts/shared/AssetId.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {IParams, ParamSpec} from "../../../contracts/shared/interfaces/IParams.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice Names of messages, assets, destinations and numbers: each says one thing.
contract GatewayWordsTest is Cheats {
    function testFuzz_messagesOfDifferentKindsDiffer(bytes32 id, uint256 attempt, uint256 other) external pure {
        bytes32 token = StatementCode.tokenMessage(id, attempt);
        bytes32 outcome = StatementCode.outcomeMessage(id, attempt);
        assertTrue(token != outcome);
        assertEq(StatementCode.tokenMessage(id, other) == token, other == attempt);
        assertEq(StatementCode.outcomeMessage(id, other) == outcome, other == attempt);
    }

    function testFuzz_contentsBindWhatTheySay(
        address account,
        uint256 asset,
        uint256 amount,
        address account2,
        uint256 asset2,
        uint256 amount2
    ) external pure {
        bool same = account == account2 && asset == asset2 && amount == amount2;
        bytes32 a = StatementCode.depositContent(account, AssetId.wrap(asset), amount);
        assertEq(a == StatementCode.depositContent(account2, AssetId.wrap(asset2), amount2), same);
        bytes32 tx1 = bytes32(amount);
        assertTrue(
            StatementCode.outcomeContent(StatementCode.PAID, tx1)
                != StatementCode.outcomeContent(StatementCode.VOIDED, tx1)
        );
    }

    function testFuzz_depositIdsBindTheirOrigin(
        bytes32 chain,
        uint256 destination,
        address vault,
        bytes32 txId,
        uint256 index
    ) external pure {
        bytes32 id = StatementCode.depositId(chain, destination, vault, txId, index);
        unchecked {
            assertTrue(id != StatementCode.depositId(~chain, destination, vault, txId, index));
            assertTrue(id != StatementCode.depositId(chain, destination + 1, vault, txId, index));
            assertTrue(id != StatementCode.depositId(chain, destination, address(uint160(vault) + 1), txId, index));
            assertTrue(id != StatementCode.depositId(chain, destination, vault, ~txId, index));
            assertTrue(id != StatementCode.depositId(chain, destination, vault, txId, index + 1));
        }
    }

    function testFuzz_handlesBindTheWholeText(address account, bytes32 chain, bytes calldata script) external view {
        address handle = StatementCode.handleOf(account, chain, script);
        assertTrue(handle != StatementCode.handleOf(address(~uint160(account)), chain, script));
        assertTrue(handle != StatementCode.handleOf(account, ~chain, script));
        assertTrue(handle != this.handleOf(account, chain, bytes.concat(script, hex"00")));
    }

    function handleOf(address account, bytes32 chain, bytes calldata script) external pure returns (address) {
        return StatementCode.handleOf(account, chain, script);
    }

    /// @notice A name of two parts about a slash is read, and its chain is what stands before it.
    function testFuzz_namesAreReadToTheSlash(uint256 seed) external pure {
        bytes memory chain = bytes.concat(_word(seed, 1), ":", _word(seed, 2));
        bytes memory asset = bytes.concat(_word(seed, 3), ":", _word(seed, 4));
        (bool ok, bytes32 hash) = CaipNames.chainOf(string(bytes.concat(chain, "/", asset)));
        assertTrue(ok);
        assertEq(hash, keccak256(chain));
        bytes[5] memory wrong = [
            bytes.concat(chain, asset),
            bytes.concat(chain, "/", _word(seed, 5)),
            bytes.concat(_word(seed, 5), "/", asset),
            bytes.concat(chain, "/", asset, ":", asset),
            bytes.concat(chain, " /", asset)
        ];
        for (uint256 i; i < wrong.length; ++i) {
            (ok,) = CaipNames.chainOf(string(wrong[i]));
            assertFalse(ok);
        }
    }

    /// @dev 1 to 40 letters.
    function _word(uint256 seed, uint256 i) private pure returns (bytes memory word) {
        uint256 random = uint256(keccak256(abi.encode(seed, i)));
        word = new bytes(1 + random % 40);
        for (uint256 j; j < word.length; ++j) word[j] = bytes1(uint8(97 + (random >> j) % 26));
    }

    function testFuzz_chainsKeysBindTheKindAndTheChain(uint8 kind, bytes32 chain, bytes32 other) external pure {
        bytes32 key = ParamKeys.ofChain(kind, chain);
        assertEq(ParamKeys.kindOf(key), kind);
        assertEq(ParamKeys.argumentOf(key), (uint256(chain) << 8) >> 8);
        bool same = uint256(chain) << 8 == uint256(other) << 8;
        assertEq(ParamKeys.ofChain(kind, other) == key, same);
    }

    function test_kindsOfTheGatewayAreForEver() external pure {
        assertEq(ParamKeys.FOREIGN_CAP, 96);
        assertEq(ParamKeys.FOREIGN_INSTANT, 97);
        assertEq(ParamKeys.FOREIGN_DELAY, 98);
        assertEq(ParamKeys.CHAIN_OUT, 99);
        assertEq(ParamKeys.FOREIGN_WORTH, 100);
        assertEq(ParamKeys.FOREIGN_LEAST, 101);
    }

    function testFuzz_onlyItsOwnKindsAreKnown(bytes32 key) external view {
        uint8 kind = ParamKeys.kindOf(key);
        try this.spec(key) returns (ParamSpec memory s) {
            assertTrue(kind >= 96 && kind <= 101);
            assertTrue(s.min < s.max);
        } catch (bytes memory reason) {
            assertTrue(kind < 96 || kind > 101);
            assertEq(bytes4(reason) == IParams.Params_UnknownKey.selector, true);
        }
    }

    function spec(bytes32 key) external pure returns (ParamSpec memory) {
        return GatewayParams.spec(key);
    }
}
