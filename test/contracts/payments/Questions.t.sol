// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICondition} from "../../../contracts/payments/interfaces/ICondition.sol";
import {Question} from "../../../contracts/payments/interfaces/IPayments.sol";
import {Questions} from "../../../contracts/payments/libraries/Questions.sol";
import {HostileCondition} from "../../invariant/support/HostileCondition.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice Asks, as Payments does.
contract Asker {
    using Questions for Question;

    function ask(Question calldata question, bytes calldata witness) external view returns (bool) {
        return question.met(0, witness);
    }

    /// @dev With a one where the answer of a condition that says nothing is looked for.
    function askOverAOne(Question calldata question) external view returns (bool yes) {
        bytes calldata none = msg.data[:0];
        assembly ("memory-safe") {
            mstore(0, 1)
        }
        yes = question.met(0, none);
    }

    function hash(Question calldata question) external pure returns (bytes32) {
        return question.hash();
    }
}

/// @notice Says yes if it has as much gas as its terms say.
contract Hungry {
    function check(bytes32, bytes calldata terms, bytes calldata) external view returns (bool) {
        return gasleft() >= abi.decode(terms, (uint256));
    }
}

/// @notice INV-PAY-2: a condition's answer is a clear yes or it is no, whatever it does to whoever asks.
contract QuestionsTest is Cheats {
    Asker private _asker = new Asker();
    address private _hostile = address(new HostileCondition());

    function test_onlyAClearYesIsYes() external view {
        assertTrue(_moody(HostileCondition.Mood.YES));
        // What comes after the one word isn't read.
        assertTrue(_moody(HostileCondition.Mood.BOMB));
        assertFalse(_moody(HostileCondition.Mood.NO));
        assertFalse(_moody(HostileCondition.Mood.REVERT));
        assertFalse(_moody(HostileCondition.Mood.BURN));
        assertFalse(_moody(HostileCondition.Mood.TWO));
        assertFalse(_moody(HostileCondition.Mood.SHORT));
    }

    function test_anAccountWithoutCodeSaysNo() external view {
        Question memory q = Question(ICondition(address(0xDEAD)), "");
        assertFalse(_asker.ask(q, ""));
        assertFalse(_asker.askOverAOne(q));
    }

    function test_aShortAnswerIsNo() external view {
        Question memory q = Question(ICondition(_hostile), abi.encode(HostileCondition.Mood.SHORT));
        assertFalse(_asker.askOverAOne(q));
    }

    function test_whatItWritesWhileAskedIsUndone() external view {
        Question memory q = Question(ICondition(_hostile), abi.encode(HostileCondition.Mood.REENTER));
        // It says yes exactly if its write failed.
        assertTrue(_asker.ask(q, abi.encode(address(this), abi.encodeCall(this.write, ()))));
    }

    uint256 private _written;

    function write() external {
        ++_written;
    }

    function test_aBurnerTakesNoMoreThanItsShare() external view {
        uint256 before = gasleft();
        assertFalse(_moody(HostileCondition.Mood.BURN));
        assertLt(before - gasleft(), Questions.GAS + 100_000);
    }

    function testFuzz_aStarvedConditionIsNotAsked(uint256 gas_) external view {
        Question memory q = Question(ICondition(_hostile), abi.encode(HostileCondition.Mood.YES));
        gas_ = bound(gas_, 30_000, 1_010_000);
        (bool ok, bytes memory answer) = address(_asker).staticcall{gas: gas_}(abi.encodeCall(_asker.ask, (q, "")));
        assertFalse(ok);
        assertEq(bytes32(bytes4(answer)), bytes32(Questions.Questions_NotEnoughGas.selector));
    }

    function testFuzz_anAskedConditionHasItsGas(uint256 gas_) external {
        Hungry hungry = new Hungry();
        // A little of it is spent before it looks.
        Question memory q = Question(ICondition(address(hungry)), abi.encode(Questions.GAS - 5_000));
        gas_ = bound(gas_, 1_000_000, 1_100_000);
        (bool ok, bytes memory answer) = address(_asker).staticcall{gas: gas_}(abi.encodeCall(_asker.ask, (q, "")));
        // Either it isn't asked, or it has all that it was promised.
        if (ok) assertTrue(abi.decode(answer, (bool)));
        else assertEq(bytes32(bytes4(answer)), bytes32(Questions.Questions_NotEnoughGas.selector));
    }

    function testFuzz_theHashBindsConditionAndTerms(address one, address two, bytes calldata a, bytes calldata b)
        external
        view
    {
        bytes32 hash = _asker.hash(Question(ICondition(one), a));
        assertEq(hash, keccak256(abi.encode(one, keccak256(a))));
        bool same = one == two && keccak256(a) == keccak256(b);
        assertEq(hash == _asker.hash(Question(ICondition(two), b)), same);
    }

    function _moody(HostileCondition.Mood mood) private view returns (bool) {
        return _asker.ask(Question(ICondition(_hostile), abi.encode(mood)), "");
    }
}
