// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "hardhat/console.sol";
import {INetting} from "../../contracts/payments/interfaces/INetting.sol";
import {Group} from "./support/Group.sol";
import {NettingHandler as Base} from "./support/NettingHandler.sol";

/// @notice Stands here because the runner fuzzes contracts of test files only.
contract NettingHandler is Base {}

/// @notice The netting group: margins move by what their parties have signed, and by nothing else.
contract NettingInvariants is Group {
    function setUp() external {
        handler = address(new NettingHandler());
    }

    /// @notice INV-PAY-4: net = gross, every named party signed; margins add up to the app's balance; each withdraws its own.
    function invariant_INV_PAY_4_marginsMoveAsSigned() external view {
        _checkAll();
    }

    /// @notice A seeded sequence that reaches the preconditions of INV-PAY-4.
    function test_INV_PAY_4_everythingIsReached() external {
        _drive(1_200, 4);
        bytes32[] memory ids = new bytes32[](3);
        (ids[0], ids[1], ids[2]) = ("INV-PAY-4", "INV-PAY-4 at the worst", "rules");
        _report(ids);
        bytes4[13] memory errors = [
            INetting.Netting_BadData.selector, INetting.Netting_ZeroAmount.selector,
            INetting.Netting_NotAnnounced.selector, INetting.Netting_TooSoon.selector, INetting.Netting_Unchanged.selector,
            INetting.Netting_TooLate.selector, INetting.Netting_DeadlineTooFar.selector,
            INetting.Netting_NotZeroSum.selector, INetting.Netting_BadSignature.selector, INetting.Netting_NotAscending.selector,
            INetting.Netting_AboveCap.selector, INetting.Netting_AboveBalance.selector,
            bytes4(keccak256("ReleasedApp_NotTheVault(address)"))
        ];
        for (uint256 i; i < errors.length; ++i) {
            uint256 seen = NettingHandler(handler).refusals(errors[i]);
            console.log("      refusal %d: %d times", i, seen);
            assertGt(seen, 0, "a refusal that never happened");
        }
    }

    function _checkAll() internal view override {
        _kept("INV-PAY-4");
        _kept("INV-PAY-4 at the worst");
        _kept("rules");
    }
}
