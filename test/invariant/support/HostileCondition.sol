// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A condition that does whatever its terms say: answers, fails, burns its gas, or tries to write while it is asked. It
/// has the face of `ICondition` but not its promise to be a view.
contract HostileCondition {
    enum Mood {
        YES,
        NO,
        REVERT,
        BURN, // all the gas that it was given
        TWO, // a word that is neither yes nor no
        SHORT, // 31 bytes
        BOMB, // a yes, and a hundred kilobytes after it
        REENTER // calls what the witness says, keeps quiet about what came of it, and says yes
    }

    error HostileCondition_No();

    function check(bytes32, bytes calldata terms, bytes calldata witness) external returns (bool) {
        Mood mood = abi.decode(terms, (Mood));
        if (mood == Mood.REVERT) revert HostileCondition_No();
        if (mood == Mood.REENTER) {
            (address target, bytes memory data) = abi.decode(witness, (address, bytes));
            // A write in a static call burns what the call was given.
            (bool ok,) = target.call{gas: 400_000}(data);
            return !ok;
        }
        if (mood == Mood.YES || mood == Mood.NO) return mood == Mood.YES;
        assembly ("memory-safe") {
            mstore(0, 1)
            switch mood
            case 3 { invalid() }
            case 4 {
                mstore(0, 2)
                return(0, 0x20)
            }
            case 5 { return(1, 31) }
            default {
                let data := mload(0x40)
                mstore(data, 1)
                return(data, 100000)
            }
        }
    }
}
