// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Units} from "../../shared/Units.sol";
import {Asset, TokenClass} from "../interfaces/IVaultTypes.sol";
import {VaultNamespace} from "../VaultNamespace.sol";

/// @title Assets
/// @notice An asset's slot as one word: read once, changed in a register, written once. The fields are those of the struct
/// `Asset`, lowest first, each as wide as it needs to be.
///
/// Slot: [ windingDown:1 | impaired:1 | freshHours:8 | tickExponent:5 | decimals:5 | class:3 | largeLane:41 | smallLane:41 |
/// queuedTicks:38 | liabilities:112 ].
library Assets {
    /// @notice The furthest time that a lane's clock tells, in 1/256 s: the year 2242.
    uint256 internal constant MAX_CLOCK = (1 << 41) - 1;

    uint256 private constant _AMOUNT = (1 << 112) - 1;
    uint256 private constant _TICKS = (1 << 38) - 1;
    uint256 private constant _CLOCK = MAX_CLOCK;
    uint256 private constant _QUEUED_SHIFT = 112;
    uint256 private constant _SMALL_SHIFT = 150;
    uint256 private constant _LARGE_SHIFT = 191;
    uint256 private constant _CLASS_SHIFT = 232;
    uint256 private constant _DECIMALS_SHIFT = 235;
    uint256 private constant _TICK_SHIFT = 240;
    uint256 private constant _HOURS_SHIFT = 245;
    uint256 private constant _IMPAIRED = 1 << 253;
    uint256 private constant _WINDING_DOWN = 1 << 254;

    /// @notice A newly listed asset. `decimals_` and `tickExponent_` are below 2^5, `freshHours_` is below 2^8.
    function listed(TokenClass class_, uint256 decimals_, uint256 tickExponent_, uint256 freshHours_)
        internal
        pure
        returns (uint256)
    {
        return (uint256(class_) << _CLASS_SHIFT) | (decimals_ << _DECIMALS_SHIFT) | (tickExponent_ << _TICK_SHIFT)
            | (freshHours_ << _HOURS_SHIFT);
    }

    function load(VaultNamespace.Packed storage asset) internal view returns (uint256) {
        return asset.word;
    }

    function store(VaultNamespace.Packed storage asset, uint256 word) internal {
        asset.word = word;
    }

    function unpack(uint256 word) internal pure returns (Asset memory) {
        return Asset({
            liabilities: uint112(word),
            queuedTicks: uint64(queuedTicks(word)),
            smallLane: uint48(clock(word, false)),
            largeLane: uint48(clock(word, true)),
            class: class(word),
            decimals: uint8(decimals(word)),
            tickExponent: uint8(tickExponent(word)),
            freshHours: uint8(freshHours(word)),
            impaired: impaired(word),
            windingDown: windingDown(word)
        });
    }

    function liabilities(uint256 word) internal pure returns (uint256) {
        return word & _AMOUNT;
    }

    /// @notice Adds to liabilities. The caller has checked the holdings cap, which is below 2^112.
    function owe(uint256 word, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return word + amount;
        }
    }

    /// @notice Takes from liabilities.
    function settle(uint256 word, uint256 amount) internal pure returns (uint256) {
        // A claim is part of the liabilities, so this holds; it keeps a broken ledger from borrowing from its neighbours.
        assert(amount <= liabilities(word));
        unchecked {
            return word - amount;
        }
    }

    /// @notice What is left of a claim of `amount` when all liabilities share the holdings, rounded down; never more than it.
    function shareOf(uint256 amount, uint256 held, uint256 owed) internal pure returns (uint256) {
        return held < owed ? amount * held / owed : amount;
    }

    /// @notice Open exits, each in ticks rounded up.
    function queuedTicks(uint256 word) internal pure returns (uint256) {
        return (word >> _QUEUED_SHIFT) & _TICKS;
    }

    /// @notice Open exits in raw units, overstated by less than a tick for each.
    function queued(uint256 word) internal pure returns (uint256) {
        return queuedTicks(word) * Units.tick(tickExponent(word));
    }

    /// @notice With one more exit queued.
    function enqueue(uint256 word, uint256 amount) internal pure returns (uint256) {
        uint256 ticks = _ticksOf(word, amount);
        // Liabilities stay below 2^36 ticks, so it takes more than 2^37 exits at once to get there.
        assert(queuedTicks(word) + ticks <= _TICKS);
        unchecked {
            return word + (ticks << _QUEUED_SHIFT);
        }
    }

    /// @notice With that exit gone again.
    function dequeue(uint256 word, uint256 amount) internal pure returns (uint256) {
        uint256 ticks = _ticksOf(word, amount);
        // What was added when it was queued, as a tick never changes; see `settle`.
        assert(ticks <= queuedTicks(word));
        unchecked {
            return word - (ticks << _QUEUED_SHIFT);
        }
    }

    function _ticksOf(uint256 word, uint256 amount) private pure returns (uint256) {
        return Units.stepsUp(amount, Units.tick(tickExponent(word)));
    }

    /// @notice The clock of one lane, in 1/256 s.
    function clock(uint256 word, bool large) internal pure returns (uint256) {
        return (word >> (large ? _LARGE_SHIFT : _SMALL_SHIFT)) & _CLOCK;
    }

    /// @notice Sets it. `value` is below 2^41.
    function withClock(uint256 word, bool large, uint256 value) internal pure returns (uint256) {
        uint256 shift = large ? _LARGE_SHIFT : _SMALL_SHIFT;
        return (word & ~(_CLOCK << shift)) | (value << shift);
    }

    function class(uint256 word) internal pure returns (TokenClass) {
        return TokenClass((word >> _CLASS_SHIFT) & 0x07);
    }

    function decimals(uint256 word) internal pure returns (uint256) {
        return (word >> _DECIMALS_SHIFT) & 0x1f;
    }

    function tickExponent(uint256 word) internal pure returns (uint256) {
        return (word >> _TICK_SHIFT) & 0x1f;
    }

    /// @notice Raw units in one step of a balance's fresh buckets.
    function freshStep(uint256 word) internal pure returns (uint256) {
        return Units.freshStep(tickExponent(word));
    }

    /// @notice T in hours; at least 1 for a listed asset.
    function freshHours(uint256 word) internal pure returns (uint256) {
        return uint8(word >> _HOURS_SHIFT);
    }

    /// @notice T in seconds.
    function freshPeriod(uint256 word) internal pure returns (uint256) {
        unchecked {
            return freshHours(word) * 1 hours;
        }
    }

    /// @notice Sets it. Below 2^8.
    function withFreshHours(uint256 word, uint256 freshHours_) internal pure returns (uint256) {
        return (word & ~(uint256(type(uint8).max) << _HOURS_SHIFT)) | (freshHours_ << _HOURS_SHIFT);
    }

    function impaired(uint256 word) internal pure returns (bool) {
        return word & _IMPAIRED != 0;
    }

    function withImpaired(uint256 word, bool on) internal pure returns (uint256) {
        return on ? word | _IMPAIRED : word & ~_IMPAIRED;
    }

    function windingDown(uint256 word) internal pure returns (bool) {
        return word & _WINDING_DOWN != 0;
    }

    function withWindingDown(uint256 word, bool on) internal pure returns (uint256) {
        return on ? word | _WINDING_DOWN : word & ~_WINDING_DOWN;
    }
}
