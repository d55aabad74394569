// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceSource} from "../../oracle/interfaces/IPriceSource.sol";

/// @notice A price source, or in place of one a feed set, that answers whatever it is told to.
contract MockSource is IPriceSource {
    enum Illness {
        NONE,
        REVERTS,
        RAW, // returns the bytes set
        BURNS, // all the gas it gets
        BOMBS // with return data
    }

    bytes32 public immutable override upstream;

    uint64 private _mid;
    uint64 private _spread;
    uint40 private _updatedAt;
    bool private _valid;
    Illness private _illness;

    bytes private _raw;

    error MockSource_Ill();

    constructor(bytes32 upstream_) {
        upstream = upstream_;
    }

    /// @notice Answers this and heals the source.
    function set(bool valid, uint64 mid, uint64 spread, uint40 updatedAt) external {
        (_valid, _mid, _spread, _updatedAt, _illness) = (valid, mid, spread, updatedAt, Illness.NONE);
    }

    function fallIll(Illness illness) external {
        _illness = illness;
    }

    /// @notice Answers these bytes, whatever their length.
    function setRaw(bytes calldata raw) external {
        _raw = raw;
        _illness = Illness.RAW;
    }

    function read() external view returns (bool, uint64, uint64, uint40) {
        if (_illness == Illness.REVERTS) revert MockSource_Ill();
        if (_illness == Illness.RAW) {
            bytes memory raw = _raw;
            assembly ("memory-safe") {
                return(add(raw, 0x20), mload(raw))
            }
        }
        if (_illness == Illness.BURNS) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (_illness == Illness.BOMBS) {
            // Nearly all that the gas of one source buys: 3 a word and words^2 / 512.
            uint256 size = gasleft() < 75_000 ? gasleft() * 2 : 150_000;
            assembly ("memory-safe") {
                return(0, size)
            }
        }
        return (_valid, _mid, _spread, _updatedAt);
    }
}
