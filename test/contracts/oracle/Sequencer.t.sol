// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SourceTerms} from "../../../contracts/oracle/BaseSource.sol";
import {PythTerms} from "../../../contracts/oracle/PythSource.sol";
import {IPriceSource} from "../../../contracts/oracle/interfaces/IPriceSource.sol";
import {IPythPrices} from "../../../contracts/oracle/interfaces/IPythPrices.sol";
import {FEED_GAS, FEED_GAS_NEEDED, SOURCE_GAS} from "../../../contracts/oracle/libraries/OracleGas.sol";
import {MockAggregator} from "../../../contracts/mocks/oracle/MockAggregator.sol";
import {MockPull} from "../../../contracts/mocks/oracle/MockPull.sol";
import {Cheats} from "../../support/Cheats.sol";
import {Payloads} from "../../support/Payloads.sol";

/// One chain has one answer: the three kinds of source ask the same uptime feed and agree in every state of it.
contract SequencerTest is Cheats {
    uint256 private constant NOW = 1_760_000_000;
    uint32 private constant GRACE = 1 hours;

    MockAggregator private sequencer;
    MockPull private pyth;
    IPriceSource[3] private sources;

    function setUp() external {
        vm.warp(NOW);
        sequencer = new MockAggregator(0);
        sequencer.push(1, 0, NOW - 2 hours, NOW - 2 hours);

        MockAggregator feed = new MockAggregator(8);
        feed.push(1, 2_000e8, NOW, NOW);
        pyth = new MockPull();
        pyth.setRaw(0, abi.encode(IPythPrices.PythPrice(2_000e8, 0, -8, NOW)));
        address[] memory signers = new address[](2);
        (signers[0], signers[1]) = (vm.addr(1), vm.addr(2));

        address up = address(sequencer);
        sources[0] = IPriceSource(
            ship("ChainlinkSource", abi.encode(feed, keccak256("a"), 1 hours, 100e12, 20_000e12, up, GRACE))
        );
        sources[1] = IPriceSource(
            ship("PythSource", abi.encode(pyth, bytes32("id"), _terms("b"), PythTerms(100, 2, -8, -8)))
        );
        sources[2] = IPriceSource(
            ship("RedStoneSource", abi.encode(bytes32("ETH"), uint8(8), signers, uint8(2), _terms("c")))
        );
        bytes memory payload = Payloads.agreed("ETH", 2_000e8, NOW * 1_000, 2);
        (bool ok,) = address(sources[2]).call(abi.encodeWithSignature("update(bytes)", payload));
        assertTrue(ok, "update");
    }

    function test_ANCHORS_4_allReadWhileItIsUp() external view {
        _expect(true);
    }

    function test_ANCHORS_4_noneReadsWhileItIsDown() external {
        sequencer.push(2, 1, NOW - 2 hours, NOW);
        _expect(false);
    }

    function test_ANCHORS_4_graceAfterARestart() external {
        sequencer.push(2, 0, NOW - GRACE, NOW - GRACE);
        _expect(false);
        sequencer.push(2, 0, NOW - GRACE - 1, NOW - GRACE - 1);
        _expect(true);
    }

    function test_noneReadsAStatusThatNeverStartedOrStartsLater() external {
        sequencer.push(2, 0, 0, NOW - GRACE - 1);
        _expect(false);
        sequencer.push(2, 0, NOW + 1, NOW);
        _expect(false);
    }

    function test_INV_ORA_2_noneRevertsWithASickUptimeFeed() external {
        for (uint8 i = 1; i <= uint8(type(MockAggregator.Illness).max) - 1; ++i) {
            sequencer.fallIll(MockAggregator.Illness(i));
            _expect(false);
        }
    }

    /// Whatever words it answers: one answer, and "up" only for a status of 0 that has held for longer than the grace.
    function testFuzz_INV_ORA_2_oneAnswer(uint80 roundId, uint256 status, uint256 since, uint8 shape) external {
        if (shape & 1 == 0) status = 0;
        if (shape & 2 == 0) since = bound(since, NOW - 2 * GRACE, NOW + 5);
        sequencer.setRaw(abi.encode(roundId, status, since, uint256(0), uint80(0)));
        _expect(roundId != 0 && status == 0 && since != 0 && since < NOW - GRACE);
    }

    /// Both feeds at their limit, all cold: no source starves at its cap (REVIEW 11).
    function test_theCapCoversASlowUptimeFeedAndASlowPyth() external {
        sequencer.setSlow(FEED_GAS - 9_000); // what its storage and its way out take is on top
        bytes memory raw = abi.encode(IPythPrices.PythPrice(2_000e8, 0, -8, NOW));
        pyth.setSlow(0, raw, FEED_GAS - 21_000); // likewise: its answer lies in many slots
        for (uint256 i = 1; i < 3; ++i) {
            (bool ok, bytes memory out) = address(sources[i]).staticcall{gas: SOURCE_GAS}(
                abi.encodeCall(IPriceSource.read, ())
            );
            assertTrue(ok, "reverted");
            assertTrue(abi.decode(out, (bool)), "invalid");
        }
        // What a source does after a burnt-out uptime feed still reaches its own feed.
        assertGe(SOURCE_GAS, FEED_GAS + 2_600 + 1_000 + FEED_GAS_NEEDED + 1_000);
    }

    function _terms(bytes32 upstream) private view returns (SourceTerms memory) {
        return SourceTerms(upstream, 1 hours, 100e12, 20_000e12, address(sequencer), GRACE);
    }

    function _expect(bool want) private view {
        for (uint256 i; i < 3; ++i) {
            (bool ok, bytes memory out) = address(sources[i]).staticcall{gas: SOURCE_GAS}(
                abi.encodeCall(IPriceSource.read, ())
            );
            assertTrue(ok, "reverted");
            (bool valid, uint64 mid,,) = abi.decode(out, (bool, uint64, uint64, uint40));
            assertEq(valid, want, "valid");
            assertEq(mid, want ? 2_000e12 : 0, "mid");
        }
    }
}
