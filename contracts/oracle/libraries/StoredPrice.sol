// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Mode, Price} from "../interfaces/IPriceRouter.sol";

/// @title StoredPrice
/// @notice One slot per asset: its last price and its last forced halt.
///
/// Slot: [ haltedOn:16 | mask:8 | mode:8 | readAt:32 | ask:64 | mid:64 | bid:64 ]
///
/// `haltedOn` is the UTC day of the risk officer's last halt, 0 if there was none: in force while day < haltedOn + 14,
/// renewable from haltedOn + 28. Days fit until 2149. `at` fits until 2106; from then on it looks old, so that every
/// price is read from the sources.
library StoredPrice {
    uint256 internal constant HALT_DAYS = 14;
    uint256 internal constant REST_DAYS = 14;

    uint256 private constant _PRICE_MASK = (1 << 240) - 1;
    uint256 private constant _HALT_SHIFT = 240;

    /// @notice Whether a price is stored that may be used without asking the sources. Only NORMAL ones are kept warm: a
    /// sick answer never hides a source that has recovered.
    function isWarm(uint256 packed, uint256 warmFor) internal view returns (bool) {
        uint256 readAt = (packed >> 192) & type(uint32).max;
        if ((packed >> 224) & 0xff != uint256(Mode.NORMAL)) return false;
        unchecked {
            // Stored in the future: the difference wraps to more than any `warmFor`.
            return block.timestamp - readAt < warmFor;
        }
    }

    function unpack(uint256 packed) internal pure returns (Price memory price) {
        // The mode was stored from a Mode; the other casts cut to the field's own width.
        price = Price({
            bid: uint64(packed),
            mid: uint64(packed >> 64),
            ask: uint64(packed >> 128),
            mode: Mode(uint8(packed >> 224)),
            sourceMask: uint8(packed >> 232),
            readAt: uint32(packed >> 192)
        });
    }

    function ask(uint256 packed) internal pure returns (uint256) {
        return uint64(packed >> 128);
    }

    function withPrice(uint256 packed, Price memory price) internal pure returns (uint256) {
        return ((packed >> _HALT_SHIFT) << _HALT_SHIFT) | uint256(price.bid) | (uint256(price.mid) << 64)
            | (uint256(price.ask) << 128) | (uint256(uint32(price.readAt)) << 192) | (uint256(price.mode) << 224)
            | (uint256(price.sourceMask) << 232);
    }

    function withoutPrice(uint256 packed) internal pure returns (uint256) {
        return (packed >> _HALT_SHIFT) << _HALT_SHIFT;
    }

    function isHalted(uint256 packed) internal view returns (bool) {
        uint256 haltedOn = packed >> _HALT_SHIFT;
        unchecked {
            return haltedOn != 0 && block.timestamp / 1 days < haltedOn + HALT_DAYS;
        }
    }

    /// @notice When the last halt ends or ended, Unix seconds.
    function haltedUntil(uint256 packed) internal pure returns (uint40) {
        unchecked {
            return uint40(((packed >> _HALT_SHIFT) + HALT_DAYS) * 1 days); // below 2^33
        }
    }

    /// @notice From when the next halt may be forced, Unix seconds; 0 if there was none.
    function renewableFrom(uint256 packed) internal pure returns (uint40) {
        uint256 haltedOn = packed >> _HALT_SHIFT;
        unchecked {
            return haltedOn == 0 ? 0 : uint40((haltedOn + HALT_DAYS + REST_DAYS) * 1 days); // below 2^33
        }
    }

    /// @notice Halted as of today.
    function withHalt(uint256 packed) internal view returns (uint256) {
        return (packed & _PRICE_MASK) | (_today() << _HALT_SHIFT);
    }

    /// @notice As if the halt had begun 14 days ago: it ends today, and the rest before the next one starts.
    function withoutHalt(uint256 packed) internal view returns (uint256) {
        uint256 today = _today();
        uint256 haltedOn = today > HALT_DAYS ? today - HALT_DAYS : 0;
        return (packed & _PRICE_MASK) | (haltedOn << _HALT_SHIFT);
    }

    function _today() private view returns (uint256) {
        return (block.timestamp / 1 days) & type(uint16).max;
    }
}
