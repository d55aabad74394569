// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVaultEvents} from "../../../contracts/custody/interfaces/IVaultEvents.sol";
import {Quotes} from "../../../contracts/custody/libraries/Quotes.sol";
import {Facts, Quote} from "../../../contracts/policy/interfaces/IExitPolicy.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @dev Answers any call with what it was told, or not at all.
contract FakePolicy {
    enum Mode {
        ANSWER,
        REVERT,
        BURN,
        WRITE
    }

    bytes private _answer;
    Mode private _mode;
    uint256 private _written;

    error FakePolicy_Down();

    function arm(Mode mode, bytes calldata answer) external {
        (_mode, _answer) = (mode, answer);
    }

    fallback(bytes calldata) external returns (bytes memory) {
        if (_mode == Mode.REVERT) revert FakePolicy_Down();
        while (_mode == Mode.BURN) {}
        if (_mode == Mode.WRITE) ++_written;
        return _answer;
    }
}

/// @dev Repeats the facts that it was asked about.
contract EchoPolicy {
    function quote(Facts calldata facts) external pure returns (Quote memory q) {
        (q.soon, q.late, q.reasons) = (facts.freshPeriod, facts.freshPeriod + 1, facts.amount);
        (q.subjectWindow, q.subjectAmount, q.subjectLimit) =
            (bytes32(uint256(uint160(facts.owner))), facts.tier, facts.cap);
    }
}

contract QuotesTest is Cheats {
    uint256 private constant QUOTE_FAILED = 1 << 13;

    FakePolicy private _policy;

    function setUp() external {
        _policy = new FakePolicy();
    }

    function ask(address policy, Facts memory facts) public view returns (Quote memory) {
        return Quotes.ask(policy, facts);
    }

    function _ask() private view returns (Quote memory) {
        Facts memory facts;
        return ask(address(_policy), facts);
    }

    function _answer(uint256[12] memory words) private {
        _policy.arm(FakePolicy.Mode.ANSWER, abi.encode(words));
    }

    function _expectFailed() private view {
        Quote memory q = _ask();
        assertEq(q.soon, 30 days);
        assertEq(q.late, 30 days);
        assertEq(q.reasons, QUOTE_FAILED);
        for (uint256 i; i < 3; ++i) {
            (bytes32 window, uint256 amount, uint256 limit) = Quotes.charge(q, i);
            assertEq(window, 0);
            assertEq(amount | limit, 0);
        }
    }

    function testFuzz_anAnswerIsTaken(uint256[12] memory w) external {
        w[0] %= 40 days;
        w[1] %= 40 days;
        _answer(w);
        Quote memory q = _ask();
        uint256 soon = w[0] > 30 days ? 30 days : w[0];
        uint256 late = w[1] > 30 days ? 30 days : w[1];
        assertEq(q.soon, soon);
        assertEq(q.late, late < soon ? soon : late, "late is never before soon");
        assertEq(q.reasons, w[2]);
        for (uint256 i; i < 3; ++i) {
            (bytes32 window, uint256 amount, uint256 limit) = Quotes.charge(q, i);
            assertEq(window, bytes32(w[3 + 3 * i]));
            assertEq(amount, w[4 + 3 * i]);
            assertEq(limit, w[5 + 3 * i]);
        }
    }

    function test_delaysBeyondAnyWidthAreTheLongestDelay() external {
        uint256[12] memory w;
        (w[0], w[1]) = (type(uint256).max, type(uint256).max);
        _answer(w);
        Quote memory q = _ask();
        assertEq(q.soon, 30 days);
        assertEq(q.late, 30 days);
        assertEq(q.reasons, 0);
    }

    function testFuzz_anAnswerOfAnotherSizeFails(uint16 size) external {
        vm.assume(size != 384);
        _policy.arm(FakePolicy.Mode.ANSWER, new bytes(size % 2_000 == 384 ? 0 : size % 2_000));
        _expectFailed();
    }

    function test_whatMustBeLeftCoversTheCall() external pure {
        // All but one 64th of what is left after reaching a cold account (2,600) goes with the call.
        assertGe((Quotes.QUOTE_GAS_NEEDED - 3_000) * 63 / 64, Quotes.QUOTE_GAS);
    }

    function test_aRevertFails() external {
        _policy.arm(FakePolicy.Mode.REVERT, "");
        _expectFailed();
    }

    function test_burningAllGasFails() external {
        _policy.arm(FakePolicy.Mode.BURN, "");
        uint256 before = gasleft();
        _expectFailed();
        assertLt(before - gasleft(), 700_000, "costs no more than its share");
    }

    function test_writingInsideAViewFails() external {
        uint256[12] memory w;
        _policy.arm(FakePolicy.Mode.WRITE, abi.encode(w));
        _expectFailed();
    }

    function test_noPolicyFails() external view {
        Facts memory facts;
        assertEq(ask(address(0), facts).reasons, QUOTE_FAILED);
    }

    function testFuzz_thePolicyIsToldTheFacts(Facts memory facts) external {
        facts.freshPeriod = bound(facts.freshPeriod, 0, 7 days);
        Quote memory q = ask(address(new EchoPolicy()), facts);
        assertEq(q.soon, facts.freshPeriod);
        assertEq(q.late, facts.freshPeriod + 1);
        assertEq(q.reasons, facts.amount);
        assertEq(q.subjectWindow, bytes32(uint256(uint160(facts.owner))));
        assertEq(q.subjectAmount, facts.tier);
        assertEq(q.subjectLimit, facts.cap);
    }

    /// @notice With any gas: the answer, or a revert. A caller can't make a quote fail by sending too little.
    function testFuzz_starvationNeverPassesForFailure(uint256 gas_) external {
        EchoPolicy policy = new EchoPolicy();
        Facts memory facts;
        facts.amount = 7;
        gas_ = bound(gas_, 5_000, 900_000);
        try this.ask{gas: gas_}(address(policy), facts) returns (Quote memory q) {
            assertEq(q.reasons, 7, "a starved quote passed for a failed one");
        } catch (bytes memory reason) {
            if (reason.length == 0) assertLt(gas_, 100_000, "out of gas only where there is hardly any");
            else assertEq(bytes32(bytes4(reason)), bytes32(IVaultEvents.Vault_NotEnoughGas.selector));
        }
    }
}
