// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "hardhat/console.sol";
import {Cheats} from "../../support/Cheats.sol";
import {Meter} from "./Meter.sol";

/// @notice What handlers must offer to a group of invariants.
interface IHandled {
    function verbs() external view returns (bytes4[] memory);
    function finish() external;
}

/// @notice A group of invariants over one handler: what the fuzzer may call, a seeded sequence that shows that everything is
/// reached, and the report of it.
abstract contract Group is Cheats {
    /// @dev As the runner reads it from `targetSelectors`.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    address internal handler;

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = handler;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory selectors) {
        selectors = new FuzzSelector[](1);
        selectors[0] = FuzzSelector(handler, IHandled(handler).verbs());
    }

    /// @notice The end of each run.
    function afterInvariant() external {
        IHandled(handler).finish();
        _checkAll();
    }

    /// @dev Every invariant of the group.
    function _checkAll() internal view virtual;

    function _kept(bytes32 id) internal view {
        string memory breach = Meter(handler).broken(id);
        assertTrue(bytes(breach).length == 0, string.concat(_name(id), ": ", breach));
    }

    /// @dev Drives the handler by a seeded sequence, then ends the run.
    function _drive(uint256 calls, uint256 seed) internal {
        bytes4[] memory verbs = IHandled(handler).verbs();
        for (uint256 i; i < calls; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            (bool ok,) = handler.call(abi.encodeWithSelector(verbs[word % verbs.length], word));
            assertTrue(ok, "a handler reverted");
        }
        IHandled(handler).finish();
        _checkAll();
    }

    /// @dev Prints what was reached, and asserts that every handler has succeeded and most calls did.
    function _report(bytes32[] memory ids) internal view {
        bytes32[] memory names = Meter(handler).handlers();
        assertEq(names.length, IHandled(handler).verbs().length, "not every handler was called");
        (uint256 tried, uint256 done) = (0, 0);
        for (uint256 i; i < names.length; ++i) {
            Meter.Count memory c = Meter(handler).countOf(names[i]);
            console.log("      %s: %d of %d", _name(names[i]), c.done, c.tried);
            assertGt(c.done, 0, string.concat("never succeeded: ", _name(names[i])));
            tried += c.tried;
            done += c.done;
        }
        console.log("      all handlers: %d of %d calls succeeded", done, tried);
        assertGe(done * 100, tried * 60, "fewer than 60 % of calls succeed");
        for (uint256 i; i < ids.length; ++i) {
            uint256 reached = Meter(handler).reached(ids[i]);
            console.log("      %s: precondition reached %d times", _name(ids[i]), reached);
            assertGt(reached, 0, string.concat("never reached: ", _name(ids[i])));
        }
    }

    function _name(bytes32 word) private pure returns (string memory) {
        uint256 size;
        while (size < 32 && word[size] != 0) ++size;
        bytes memory text = new bytes(size);
        for (uint256 i; i < size; ++i) {
            text[i] = word[i];
        }
        return string(text);
    }
}
