// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Compare, IUpgradeController, Probe} from "../../../contracts/governance/interfaces/IUpgradeController.sol";
import {Rehearsal} from "../../../contracts/governance/libraries/Rehearsal.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @dev Answers with as many bytes as it is asked for, or reverts with them.
contract Answering {
    function bytesOf(uint256 size) external pure {
        assembly {
            mstore(0x1000, 0x5eed)
            return(0x1000, size)
        }
    }

    function revertWith(uint256 size) external pure {
        assembly {
            revert(0x00, size)
        }
    }
}

/// @dev Tells whoever asks how much gas it was given.
contract GasTeller {
    fallback() external {
        uint256 left = gasleft();
        assembly {
            mstore(0x00, left)
            return(0x00, 0x20)
        }
    }
}

/// @notice What counts as an answer of a probe, to the byte and to the gas.
contract RehearsalTest is Cheats {
    Answering private _answering;

    function setUp() external {
        _answering = new Answering();
    }

    function ask(Probe calldata probe) external view returns (bool answered, bytes32 answer) {
        return Rehearsal.ask(probe);
    }

    function _probe(bytes memory data) private view returns (Probe memory) {
        return Probe(address(_answering), data, Compare.SAME);
    }

    function _ofSize(uint256 size) private view returns (bool answered, bytes32 answer) {
        return this.ask(_probe(abi.encodeCall(Answering.bytesOf, (size))));
    }

    function test_anAnswerIsAWordToEightKilobytes() external view {
        uint256[4] memory sizes = [uint256(32), 33, 8_191, 8_192];
        for (uint256 i; i < sizes.length; ++i) {
            (bool answered, bytes32 answer) = _ofSize(sizes[i]);
            assertTrue(answered, "an answer");
            bytes memory expected = new bytes(sizes[i]);
            (expected[30], expected[31]) = (0x5e, 0xed);
            assertEq(answer, keccak256(expected), "the hash of it");
        }
    }

    function test_lessAndMoreIsNone() external view {
        uint256[4] memory sizes = [uint256(0), 31, 8_193, 20_000];
        for (uint256 i; i < sizes.length; ++i) {
            (bool answered, bytes32 answer) = _ofSize(sizes[i]);
            assertFalse(answered, "no answer");
            assertEq(answer, bytes32(0));
        }
    }

    function test_aRevertIsNone() external view {
        (bool answered, bytes32 answer) = this.ask(_probe(abi.encodeCall(Answering.revertWith, (32))));
        assertFalse(answered);
        assertEq(answer, bytes32(0));
    }

    function test_aViewGetsExactlyWhatIsPromised() external {
        address teller = address(new GasTeller());
        (, bytes memory told) = teller.staticcall{gas: 1_000_000}("");
        (bool answered, bytes32 answer) = this.ask(Probe(teller, "", Compare.SAME));
        assertTrue(answered);
        assertEq(answer, keccak256(told));
    }

    function test_whatMustBeLeftCoversTheCall() external pure {
        assertGe((Rehearsal.PROBE_GAS_NEEDED - 3_000) * 63 / 64, Rehearsal.PROBE_GAS);
    }

    /// @notice With any gas: the answer, or a revert that says that gas was short.
    function testFuzz_starvationNeverPassesForSilence(uint256 gas_) external {
        Probe memory probe = _probe(abi.encodeCall(Answering.bytesOf, (32)));
        gas_ = bound(gas_, 20_000, 1_200_000);
        try this.ask{gas: gas_}(probe) returns (bool answered, bytes32) {
            assertTrue(answered, "a starved view passed for a silent one");
        } catch (bytes memory reason) {
            if (reason.length == 0) return;
            assertEq(
                bytes32(bytes4(reason)), bytes32(IUpgradeController.UpgradeController_NotEnoughGas.selector)
            );
        }
    }
}
