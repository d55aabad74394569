// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAggregatorV3} from "../../oracle/interfaces/IAggregatorV3.sol";

/// @notice A Chainlink feed that replays rounds, or falls ill in every way a feed can.
contract MockAggregator is IAggregatorV3 {
    enum Illness {
        NONE,
        REVERTS,
        RAW, // returns the bytes set
        BURNS, // all the gas it gets
        BOMBS, // with return data
        BOMBS_REVERTING,
        SLOW // answers rightly after burning the gas set
    }

    uint8 public immutable override decimals;

    // One slot, so that a healthy read costs one access; an answer up to 2^87 is 154 million dollars at 18 decimals.
    uint80 private _roundId;
    uint40 private _startedAt;
    uint40 private _updatedAt;
    int88 private _answer;
    Illness private _illness;

    bytes private _raw;
    uint256 private _burn;

    event RoundPushed(uint80 indexed roundId, int256 answer, uint256 startedAt, uint256 updatedAt);

    error MockAggregator_DoesNotFit(int256 answer, uint256 startedAt, uint256 updatedAt);
    error MockAggregator_Ill();

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    /// @notice Replays one round and heals the feed.
    function push(uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt) external {
        if (
            int88(answer) != answer || startedAt > type(uint40).max || updatedAt > type(uint40).max
        ) revert MockAggregator_DoesNotFit(answer, startedAt, updatedAt);
        (_roundId, _startedAt, _updatedAt, _answer) = (roundId, uint40(startedAt), uint40(updatedAt), int88(answer));
        _illness = Illness.NONE;
        emit RoundPushed(roundId, answer, startedAt, updatedAt);
    }

    function fallIll(Illness illness) external {
        _illness = illness;
    }

    /// @notice Answers these bytes, whatever their length.
    function setRaw(bytes calldata raw) external {
        _raw = raw;
        _illness = Illness.RAW;
    }

    /// @notice Answers after burning about this much gas.
    function setSlow(uint256 gas_) external {
        _burn = gas_;
        _illness = Illness.SLOW;
    }

    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        // Read together, so that the slot is loaded once.
        (roundId, answer, startedAt, updatedAt) = (_roundId, _answer, _startedAt, _updatedAt);
        if (_illness != Illness.NONE) _suffer();
        answeredInRound = roundId;
    }

    function _suffer() private view {
        Illness illness = _illness;
        if (illness == Illness.REVERTS) revert MockAggregator_Ill();
        if (illness == Illness.RAW) {
            bytes memory raw = _raw;
            assembly ("memory-safe") {
                return(add(raw, 0x20), mload(raw))
            }
        }
        if (illness == Illness.BURNS) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (illness == Illness.BOMBS || illness == Illness.BOMBS_REVERTING) {
            // Nearly all that the gas of one feed buys: 3 a word and words^2 / 512.
            uint256 size = gasleft() < 75_000 ? gasleft() * 2 : 150_000;
            bool reverting = illness == Illness.BOMBS_REVERTING;
            assembly ("memory-safe") {
                if reverting { revert(0, size) }
                return(0, size)
            }
        }
        uint256 stop = gasleft();
        stop = stop > _burn ? stop - _burn : 0;
        while (gasleft() > stop) {}
    }
}
