// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInstantDoor, InstantDoor} from "../../../contracts/governance/libraries/InstantDoor.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @dev Counts its gas before all else, so that whoever calls, for whatever, is told alike.
contract GasCounter {
    uint256 public expected;
    uint256 public closedWith;

    fallback() external {
        uint256 left = gasleft();
        if (msg.sig == IInstantDoor.closeInstant.selector) {
            closedWith = left;
            return;
        }
        // Closed, if it got to say so what the test expects.
        if (msg.sig == IInstantDoor.instantClosed.selector) left = left == expected ? 1 : 0;
        assembly {
            mstore(0x00, left)
            return(0x00, 0x20)
        }
    }

    function expect(uint256 gas_) external {
        expected = gas_;
    }
}

/// @notice What a rollback gives the Vault: exactly what is promised, whatever the caller has.
contract InstantDoorTest is Cheats {
    GasCounter private _door;

    function setUp() external {
        _door = new GasCounter();
    }

    /// @dev What the door counts when it is called with that much.
    function _counted(uint256 gas_) private returns (uint256 counted) {
        (, bytes memory answer) = address(_door).call{gas: gas_}(hex"5eed5eed");
        counted = abi.decode(answer, (uint256));
    }

    function test_itGetsWhatIsPromisedToClose() external {
        InstantDoor.close(address(_door));
        assertEq(_door.closedWith(), _counted(300_000));
    }

    function test_itGetsWhatIsPromisedToSaySo() external {
        _door.expect(_counted(100_000));
        assertTrue(InstantDoor.close(address(_door)));
        _door.expect(_counted(100_001));
        assertFalse(InstantDoor.close(address(_door)));
    }

    function test_whatMustBeLeftCoversBothCalls() external pure {
        // All but one 64th of what is left after reaching a cold account (2,600) goes with the first call.
        uint256 left = InstantDoor.GAS_NEEDED - 3_000;
        assertGe(left * 63 / 64, InstantDoor.CLOSE_GAS);
        assertGe((left - InstantDoor.CLOSE_GAS) * 63 / 64, InstantDoor.LOOK_GAS);
    }
}
