// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListMode, MockSanctionsList} from "../../../contracts/mocks/MockSanctionsList.sol";
import {Screening} from "../../../contracts/policy/libraries/Screening.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @dev A list that needs most of its share, and gives up early without it: the caller goes on with what is left.
contract HungryList {
    error HungryList_NotEnoughGas();

    function isSanctioned(address) external view returns (bool) {
        if (gasleft() < Screening.LIST_GAS - 1_000) revert HungryList_NotEnoughGas();
        return true;
    }
}

/// @dev A list that answers only to the question, to the byte.
contract StrictList {
    error StrictList_NotTheQuestion();

    function isSanctioned(address account) external pure returns (bool) {
        if (msg.data.length != 36) revert StrictList_NotTheQuestion();
        return account == address(0xA11A);
    }
}

contract ScreeningTest is Cheats {
    MockSanctionsList private _list;
    address private constant ANNA = address(0xA11A);

    function setUp() external {
        _list = new MockSanctionsList();
    }

    function ask(address list, address account) public view returns (bool answered, bool listed) {
        return Screening.ask(list, account);
    }

    function _expect(address list, bool answered, bool listed) private view {
        (bool a, bool l) = ask(list, ANNA);
        assertEq(a, answered, "answered");
        assertEq(l, listed, "listed");
    }

    function test_noListMeansNobodyIsScreened() external view {
        _expect(address(0), true, false);
    }

    function test_answersAreTaken() external {
        _expect(address(_list), true, false);
        _list.setListed(ANNA, true);
        _expect(address(_list), true, true);
    }

    function test_theQuestionIsToTheByte() external {
        _expect(address(new StrictList()), true, true);
    }

    /// @notice Each kind of sickness is silence, also where the account is listed and where it isn't.
    function testFuzz_aSickListIsSilent(uint8 mode, bool listed) external {
        _list.setListed(ANNA, listed);
        _list.setMode(ListMode(bound(mode, uint8(ListMode.REVERT), uint8(ListMode.BURN))));
        _expect(address(_list), false, false);
    }

    function test_whatMustBeLeftCoversTheCall() external pure {
        // All but one 64th of what is left after reaching a cold account (2,600) goes with the call.
        assertGe((Screening.LIST_GAS_NEEDED - 3_000) * 63 / 64, Screening.LIST_GAS);
    }

    function test_eachSicknessOnce() external {
        for (uint8 mode = uint8(ListMode.REVERT); mode <= uint8(ListMode.BURN); ++mode) {
            _list.setMode(ListMode(mode));
            uint256 before = gasleft();
            _expect(address(_list), false, false);
            assertLt(before - gasleft(), Screening.LIST_GAS + 20_000, "costs no more than its share");
        }
    }

    function test_anAddressWithoutCodeIsSilent() external view {
        _expect(address(0xdead), false, false);
    }

    /// @notice A list that needs what it is promised is never taken for silent, however little the caller sends.
    function test_starvationOfAHungryListNeverPassesForSilence() external {
        address list = address(new HungryList());
        uint256 answers;
        for (uint256 gas_ = 20_000; gas_ <= 80_000; gas_ += 500) {
            try this.ask{gas: gas_}(list, ANNA) returns (bool answered, bool listed) {
                assertTrue(answered && listed, "a starved list passed for a silent one");
                ++answers;
            } catch {}
        }
        assertGt(answers, 50, "with enough gas it answers");
    }

    /// @notice With any gas: the right answer, or a revert that says that gas was short; never silence of a healthy list.
    function testFuzz_starvationNeverPassesForSilence(uint256 gas_) external {
        _list.setListed(ANNA, true);
        gas_ = bound(gas_, 1_000, 120_000);
        try this.ask{gas: gas_}(address(_list), ANNA) returns (bool answered, bool listed) {
            assertTrue(answered, "a starved list passed for a silent one");
            assertTrue(listed);
        } catch (bytes memory reason) {
            if (reason.length != 0) assertEq(bytes32(bytes4(reason)), bytes32(Screening.Screening_NotEnoughGas.selector));
        }
    }

    function test_tooLittleGasSaysSo() external view {
        bytes memory reason;
        try this.ask{gas: 35_000}(address(_list), ANNA) {}
        catch (bytes memory answer) {
            reason = answer;
        }
        assertEq(reason.length, 36);
        assertEq(bytes32(bytes4(reason)), bytes32(Screening.Screening_NotEnoughGas.selector));
    }
}
