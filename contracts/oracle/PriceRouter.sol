// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {AssetId} from "../shared/AssetId.sol";
import {IFeedSet} from "./interfaces/IFeedSet.sol";
import {IPriceRouter, Mode, Price} from "./interfaces/IPriceRouter.sol";
import {FEED_SET_GAS, FEED_SET_GAS_NEEDED} from "./libraries/OracleGas.sol";
import {StoredPrice} from "./libraries/StoredPrice.sol";

/// @title PriceRouter
/// @notice Prices by asset. Not upgradeable: replaced by pointer, like its feed sets.
contract PriceRouter is IPriceRouter, AccessManaged {
    uint256 public constant MAX_WARM_FOR = 15 minutes;

    /// @notice How long a stored NORMAL price is used, seconds. 0 reads the sources every time.
    uint256 public immutable WARM_FOR;

    mapping(AssetId asset => uint256 packed) private _stored;
    mapping(AssetId asset => address feedSet) private _feedSets;

    constructor(address authority_, uint256 warmFor) AccessManaged(authority_) {
        // Check
        if (authority_ == address(0)) revert PriceRouter_ZeroAuthority();
        if (warmFor > MAX_WARM_FOR) revert PriceRouter_WarmForTooLong(warmFor, MAX_WARM_FOR);
        // Effect
        WARM_FOR = warmFor;
    }

    /// @inheritdoc IPriceRouter
    function peek(AssetId asset) external view returns (Price memory) {
        uint256 packed = _stored[asset];
        if (StoredPrice.isHalted(packed)) return _halt();
        if (StoredPrice.isWarm(packed, WARM_FOR)) return StoredPrice.unpack(packed);
        (, Price memory price) = _read(_feedSets[asset]);
        return price;
    }

    /// @inheritdoc IPriceRouter
    function ask(AssetId asset) external view returns (uint256, Mode) {
        uint256 packed = _stored[asset];
        if (StoredPrice.isHalted(packed)) return (0, Mode.HALT);
        if (StoredPrice.isWarm(packed, WARM_FOR)) return (StoredPrice.ask(packed), Mode.NORMAL);
        (, Price memory price) = _read(_feedSets[asset]);
        return (price.ask, price.mode);
    }

    /// @inheritdoc IPriceRouter
    function poke(AssetId asset) external returns (Price memory price) {
        address feedSet = _feedSets[asset];
        // Check
        if (feedSet == address(0)) revert PriceRouter_NoFeedSet(asset);
        // Interaction: a staticcall, which can't re-enter a write.
        (, price) = _read(feedSet);
        // Effect
        uint256 packed = StoredPrice.withPrice(_stored[asset], price);
        _stored[asset] = packed;
        emit PriceStored(asset, packed);
        if (StoredPrice.isHalted(packed)) return _halt();
    }

    /// @inheritdoc IPriceRouter
    function halt(AssetId asset) external restricted {
        // Check
        if (_feedSets[asset] == address(0)) revert PriceRouter_NoFeedSet(asset);
        uint256 packed = _stored[asset];
        if (StoredPrice.isHalted(packed)) revert PriceRouter_HaltedAlready(asset, StoredPrice.haltedUntil(packed));
        uint40 from = StoredPrice.renewableFrom(packed);
        if (block.timestamp < from) revert PriceRouter_TooSoonToRenew(asset, from);
        // Effect
        packed = StoredPrice.withHalt(packed);
        _stored[asset] = packed;
        emit Halted(asset, StoredPrice.haltedUntil(packed), packed);
    }

    /// @inheritdoc IPriceRouter
    function liftHalt(AssetId asset, uint40 haltedUntil) external restricted {
        uint256 packed = _stored[asset];
        uint40 until = StoredPrice.haltedUntil(packed);
        // Check
        if (!StoredPrice.isHalted(packed)) revert PriceRouter_NotHalted(asset);
        if (until != haltedUntil) revert PriceRouter_AnotherHalt(asset, until);
        // Effect
        packed = StoredPrice.withoutHalt(packed);
        _stored[asset] = packed;
        emit HaltLifted(asset, packed);
    }

    /// @inheritdoc IPriceRouter
    function setFeedSet(AssetId asset, address expected, address next) external restricted {
        address previous = _feedSets[asset];
        // Check
        if (previous != expected) revert PriceRouter_NotTheExpected(expected, previous);
        if (next == previous) revert PriceRouter_Unchanged(next);
        (bool answered,) = _read(next);
        if (!answered) revert PriceRouter_NotAFeedSet(next);
        // Effect
        _feedSets[asset] = next;
        uint256 packed = StoredPrice.withoutPrice(_stored[asset]);
        _stored[asset] = packed;
        emit FeedSetChanged(asset, previous, next);
        emit PriceStored(asset, packed);
    }

    /// @inheritdoc IPriceRouter
    function feedSetOf(AssetId asset) external view returns (address) {
        return _feedSets[asset];
    }

    /// @inheritdoc IPriceRouter
    function storedOf(AssetId asset) external view returns (uint256 packed) {
        return _stored[asset];
    }

    function _halt() private view returns (Price memory price) {
        // mode is HALT, which is 0. Time fits 40 bits for 34,000 years.
        price.readAt = uint40(block.timestamp);
    }

    /// @dev What the feed set says now; HALT if there is none or it doesn't answer as a feed set must.
    function _read(address feedSet) private view returns (bool answered, Price memory price) {
        if (feedSet == address(0)) return (false, _halt());
        // Check: the cap below can really be forwarded.
        if (gasleft() < FEED_SET_GAS_NEEDED) revert PriceRouter_NotEnoughGas(gasleft(), FEED_SET_GAS_NEEDED);
        uint256 cap = FEED_SET_GAS;
        uint256 selector = uint32(IFeedSet.read.selector);
        // Interaction
        assembly ("memory-safe") {
            let out := mload(0x40) // scratch beyond the free pointer, not allocated
            mstore(0, selector)
            let ok := staticcall(cap, feedSet, 0x1c, 4, out, 0xc0) // copies 192 bytes at most
            // After the call, on a line of its own: Yul evaluates arguments from right to left.
            if and(ok, eq(returndatasize(), 0xc0)) {
                let bid := mload(out)
                let mid := mload(add(out, 0x20))
                let ask := mload(add(out, 0x40))
                let mode := mload(add(out, 0x60))
                // bid <= mid <= ask < 2^64; a mode; a mask; read now; no price at HALT, and only there.
                let bad := or(or(gt(bid, mid), gt(mid, ask)), or(shr(64, ask), gt(mode, 3)))
                bad := or(bad, or(shr(8, mload(add(out, 0x80))), iszero(eq(mload(add(out, 0xa0)), timestamp()))))
                bad := or(bad, iszero(eq(iszero(mid), iszero(mode))))
                if iszero(bad) {
                    answered := 1
                    mcopy(price, out, 0xc0)
                }
            }
        }
        if (!answered) price = _halt();
    }
}
