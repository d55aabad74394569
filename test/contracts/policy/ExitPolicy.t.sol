// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockPriceRouter} from "../../../contracts/mocks/MockPriceRouter.sol";
import {Facts, IExitPolicy, Quote} from "../../../contracts/policy/interfaces/IExitPolicy.sol";
import {AssetIds} from "../../../contracts/shared/AssetId.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @dev Has an opinion of two accounts, and none of a third.
contract PartialList {
    mapping(address account => bool) public listed;
    mapping(address account => bool) public silent;

    error PartialList_Silent();

    function set(address account, bool listed_, bool silent_) external {
        (listed[account], silent[account]) = (listed_, silent_);
    }

    function isSanctioned(address account) external view returns (bool) {
        if (silent[account]) revert PartialList_Silent();
        return listed[account];
    }
}

/// @notice Both ends of an exit are screened; either may be listed, and the list may be silent about either.
contract ExitPolicyTest is Cheats {
    uint256 private constant LISTED = 1 << 5;
    uint256 private constant SCREENING_DOWN = 1 << 6;
    address private constant ANNA = address(0xA11A);
    address private constant BERT = address(0xB3B7);

    PartialList private _list;
    IExitPolicy private _policy;

    function setUp() external {
        vm.warp(1_700_000_000);
        _list = new PartialList();
        _policy = IExitPolicy(ship("ExitPolicy", abi.encode(address(this), new MockPriceRouter(), _list)));
    }

    /// @dev What the quote says of screening.
    function _said(address owner, address to) private view returns (uint256) {
        Quote memory q = _policy.quote(
            Facts(owner, owner, 1, to, 1, 0, AssetIds.native(), 1, 1, type(uint40).max, 1 days, 18, 12)
        );
        return q.reasons & (LISTED | SCREENING_DOWN);
    }

    function test_healthyAndUnlisted() external view {
        assertEq(_said(ANNA, BERT), 0);
        assertEq(_said(ANNA, ANNA), 0);
    }

    function test_eitherEndListed() external {
        _list.set(ANNA, true, false);
        assertEq(_said(ANNA, BERT), LISTED, "owner");
        assertEq(_said(BERT, ANNA), LISTED, "recipient");
        assertEq(_said(ANNA, ANNA), LISTED, "both");
        assertEq(_said(BERT, BERT), 0, "neither");
    }

    function test_silentAboutEitherEnd() external {
        _list.set(ANNA, false, true);
        assertEq(_said(ANNA, BERT), SCREENING_DOWN, "owner");
        assertEq(_said(BERT, ANNA), SCREENING_DOWN, "recipient");
        assertEq(_said(BERT, BERT), 0, "neither");
    }

    function test_silentAboutOneAndTheOtherListed() external {
        _list.set(ANNA, false, true);
        _list.set(BERT, true, false);
        assertEq(_said(ANNA, BERT), SCREENING_DOWN | LISTED);
        assertEq(_said(BERT, ANNA), SCREENING_DOWN | LISTED);
    }
}
