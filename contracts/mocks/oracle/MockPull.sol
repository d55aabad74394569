// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Answers any call, in place of a Pyth contract, a source, a feed set or a router: whatever it is told to.
contract MockPull {
    enum Illness {
        NONE, // returns the bytes set
        REVERTS, // with the bytes set
        BURNS, // all the gas it gets
        BOMBS, // with return data
        BOMBS_REVERTING,
        SLOW, // returns the bytes set after burning the gas set
        CALLS // the target set, then returns the bytes set
    }

    struct Answer {
        bool set;
        Illness illness;
        uint256 burn;
        address target;
        bytes raw;
        bytes call;
    }

    // Answers of all selectors that have none of their own are under 0.
    mapping(bytes4 selector => Answer) private _answers;

    event Called(address indexed by, bytes4 indexed selector, uint256 value, bool done);

    error MockPull_NotCalled(bytes4 selector);

    function setRaw(bytes4 selector, bytes calldata raw) external {
        Answer storage a = _answers[selector];
        (a.set, a.illness, a.raw) = (true, Illness.NONE, raw);
    }

    function fallIll(bytes4 selector, Illness illness) external {
        (_answers[selector].set, _answers[selector].illness) = (true, illness);
    }

    function setSlow(bytes4 selector, bytes calldata raw, uint256 burn) external {
        Answer storage a = _answers[selector];
        (a.set, a.illness, a.raw, a.burn) = (true, Illness.SLOW, raw, burn);
    }

    function setCall(bytes4 selector, bytes calldata raw, address target, bytes calldata data) external {
        Answer storage a = _answers[selector];
        (a.set, a.illness, a.raw, a.target, a.call) = (true, Illness.CALLS, raw, target, data);
    }

    fallback() external payable {
        Answer storage a = _answers[msg.sig].set ? _answers[msg.sig] : _answers[0];
        if (!a.set) revert MockPull_NotCalled(msg.sig);
        Illness illness = a.illness;
        bytes memory raw = a.raw;
        if (illness == Illness.REVERTS) {
            assembly ("memory-safe") {
                revert(add(raw, 0x20), mload(raw))
            }
        }
        if (illness == Illness.BURNS) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (illness == Illness.BOMBS || illness == Illness.BOMBS_REVERTING) {
            // Nearly all that the gas buys: 3 a word and words^2 / 512.
            uint256 size = gasleft() < 75_000 ? gasleft() * 2 : 150_000;
            bool reverting = illness == Illness.BOMBS_REVERTING;
            assembly ("memory-safe") {
                if reverting { revert(0, size) }
                return(0, size)
            }
        }
        if (illness == Illness.SLOW) {
            uint256 stop = gasleft();
            stop = stop > a.burn ? stop - a.burn : 0;
            while (gasleft() > stop) {}
        }
        if (illness == Illness.CALLS) {
            (bool done,) = a.target.call(a.call);
            emit Called(msg.sender, msg.sig, msg.value, done);
        }
        assembly ("memory-safe") {
            return(add(raw, 0x20), mload(raw))
        }
    }
}
