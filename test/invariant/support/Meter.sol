// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Cheats} from "../../support/Cheats.sol";

/// @notice Counts what handlers try and achieve, keeps the clock, and remembers the first breach of each invariant, so that
/// a breach survives whatever the handler does next.
abstract contract Meter is Cheats {
    uint256 internal constant START = 1_790_000_000;

    struct Count {
        uint64 tried;
        uint64 done;
    }

    mapping(bytes32 handler => Count) private _counts;
    bytes32[] private _handlers;
    mapping(bytes32 id => uint256) private _reached;
    mapping(bytes32 id => string) private _broken;
    bytes32 private _current;
    uint256 private _rand;
    uint256 internal acts;
    uint256 internal clock;

    /// @dev One handler call: a short step of time, the verb, and now and then an audit of everything.
    modifier act(bytes32 handler, uint256 seed) {
        _begin(handler, seed);
        _;
        _end();
    }

    function reached(bytes32 id) external view returns (uint256) {
        return _reached[id];
    }

    /// @notice The first breach of an invariant; empty if there was none.
    function broken(bytes32 id) external view returns (string memory) {
        return _broken[id];
    }

    function handlers() external view returns (bytes32[] memory) {
        return _handlers;
    }

    function countOf(bytes32 handler) external view returns (Count memory) {
        return _counts[handler];
    }

    function _begin(bytes32 handler, uint256 seed) internal {
        _rand = uint256(keccak256(abi.encode(seed, handler, acts)));
        ++acts;
        if (_counts[handler].tried++ == 0) _handlers.push(handler);
        _current = handler;
        _warp(clock + _upTo(20 minutes));
    }

    function _end() internal {
        if (acts % 8 == 0) _audit();
    }

    /// @dev The call did what its handler is for.
    function _done() internal {
        ++_counts[_current].done;
    }

    /// @dev An invariant's precondition is met; `holds` says whether it is kept.
    function _law(bytes32 id, bool holds, string memory breach) internal {
        ++_reached[id];
        if (!holds && bytes(_broken[id]).length == 0) _broken[id] = breach;
    }

    function _warp(uint256 time) internal {
        clock = time;
        vm.warp(time);
    }

    /// @dev A number below `n`; 0 if `n` is 0.
    function _below(uint256 n) internal returns (uint256) {
        _rand = uint256(keccak256(abi.encode(_rand)));
        return n == 0 ? 0 : _rand % n;
    }

    /// @dev A number from 0 to `most`.
    function _upTo(uint256 most) internal returns (uint256) {
        return _below(most + 1);
    }

    /// @dev True once in `n` times.
    function _once(uint256 n) internal returns (bool) {
        return _below(n) == 0;
    }

    /// @dev Compares the whole model with the chain.
    function _audit() internal virtual;
}
