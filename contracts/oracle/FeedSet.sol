// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFeedSet} from "./interfaces/IFeedSet.sol";
import {Mode, Price} from "./interfaces/IPriceRouter.sol";
import {IPriceSource} from "./interfaces/IPriceSource.sol";
import {Aggregation} from "./libraries/Aggregation.sol";
import {MAX_SOURCES, SOURCE_GAS, SOURCE_GAS_NEEDED} from "./libraries/OracleGas.sol";

/// @title FeedSet
/// @notice One asset's one to five sources as immutables: a read costs no storage access of its own.
contract FeedSet is IFeedSet {
    uint256 private constant _MIN_DELTA_BPS = 1;
    uint256 private constant _MAX_DELTA_BPS = 1_000;

    address private immutable _source0;
    address private immutable _source1;
    address private immutable _source2;
    address private immutable _source3;
    address private immutable _source4;
    uint256 private immutable _deltaBps;

    /// @param sources_ One to five sources, each with an upstream of its own. Three are needed for one to be wrong
    /// without anything stopping.
    /// @param deltaBps_ From 1 to 1,000.
    constructor(address[] memory sources_, uint256 deltaBps_) {
        uint256 count = sources_.length;
        // Check: how many, how far apart.
        if (count == 0 || count > MAX_SOURCES) revert FeedSet_SourceCount(count);
        if (deltaBps_ < _MIN_DELTA_BPS || deltaBps_ > _MAX_DELTA_BPS) {
            revert FeedSet_DeltaOutOfBounds(deltaBps_, _MIN_DELTA_BPS, _MAX_DELTA_BPS);
        }
        // Check: each exists and stands on an upstream that no other has.
        bytes32[MAX_SOURCES] memory upstreams;
        address[MAX_SOURCES] memory all;
        for (uint256 i; i < count; ++i) {
            address source = sources_[i];
            if (source.code.length == 0) revert FeedSet_NoCode(source);
            bytes32 upstream = IPriceSource(source).upstream();
            if (upstream == 0) revert FeedSet_NoUpstream(source);
            for (uint256 j; j < i; ++j) {
                if (upstreams[j] == upstream) revert FeedSet_SameUpstream(upstream, all[j], source);
            }
            upstreams[i] = upstream;
            all[i] = source;
        }
        // Effect
        _source0 = all[0];
        _source1 = all[1];
        _source2 = all[2];
        _source3 = all[3];
        _source4 = all[4];
        _deltaBps = deltaBps_;
    }

    /// @inheritdoc IFeedSet
    function read() external view returns (Price memory) {
        uint256[MAX_SOURCES] memory readings;
        uint256 n;
        uint256 mask;
        (n, mask) = _ask(_source0, 1, readings, n, mask);
        if (_source1 != address(0)) (n, mask) = _ask(_source1, 2, readings, n, mask);
        if (_source2 != address(0)) (n, mask) = _ask(_source2, 4, readings, n, mask);
        if (_source3 != address(0)) (n, mask) = _ask(_source3, 8, readings, n, mask);
        if (_source4 != address(0)) (n, mask) = _ask(_source4, 16, readings, n, mask);

        (uint256 bid, uint256 mid, uint256 ask, Mode mode) = Aggregation.aggregate(readings, n, _deltaBps);
        // The ABI encoding of Price, by hand. bid <= mid <= ask < 2^64 by the aggregation; the mask has five bits; time
        // fits 40 bits for 34,000 years.
        assembly ("memory-safe") {
            let out := mload(0x40)
            mstore(out, bid)
            mstore(add(out, 0x20), mid)
            mstore(add(out, 0x40), ask)
            mstore(add(out, 0x60), mode)
            mstore(add(out, 0x80), mask)
            mstore(add(out, 0xa0), timestamp())
            return(out, 0xc0)
        }
    }

    /// @inheritdoc IFeedSet
    function sources() external view returns (address[] memory list) {
        address[MAX_SOURCES] memory all = [_source0, _source1, _source2, _source3, _source4];
        uint256 count;
        while (count < MAX_SOURCES && all[count] != address(0)) ++count;
        list = new address[](count);
        for (uint256 i; i < count; ++i) {
            list[i] = all[i];
        }
    }

    /// @inheritdoc IFeedSet
    function deltaBps() external view returns (uint256) {
        return _deltaBps;
    }

    /// @dev Appends the source's reading if it passes every check, else leaves all as it was.
    function _ask(address source, uint256 bit, uint256[MAX_SOURCES] memory readings, uint256 n, uint256 mask)
        private
        view
        returns (uint256, uint256)
    {
        // Check: the cap below can really be forwarded.
        if (gasleft() < SOURCE_GAS_NEEDED) revert FeedSet_NotEnoughGas(gasleft(), SOURCE_GAS_NEEDED);
        uint256 selector = uint32(IPriceSource.read.selector);
        // Interaction
        assembly ("memory-safe") {
            let out := mload(0x40) // scratch beyond the free pointer, not allocated
            mstore(0, selector) // its four bytes end the word: 0x1c..0x1f
            let ok := staticcall(SOURCE_GAS, source, 0x1c, 4, out, 0x80) // copies 128 bytes at most
            // After the call, on a line of its own: Yul evaluates arguments from right to left.
            if and(ok, eq(returndatasize(), 0x80)) {
                let value := mload(add(out, 0x20))
                let spread := mload(add(out, 0x40))
                // valid is exactly 1; 1 <= value < 2^64; spread <= value; not from the future (so below 2^40 too).
                if and(
                    and(eq(mload(out), 1), lt(sub(value, 1), 0xffffffffffffffff)),
                    iszero(or(gt(spread, value), gt(mload(add(out, 0x60)), timestamp())))
                ) {
                    // n counts the sources asked before this one at most: below five.
                    mstore(add(readings, shl(5, n)), or(shl(64, value), spread))
                    n := add(n, 1)
                    mask := or(mask, bit)
                }
            }
        }
        return (n, mask);
    }
}
