// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Account, Asset, Kind} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {MockPriceRouter} from "../../../contracts/mocks/MockPriceRouter.sol";
import {Mode} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {IPaymentRules} from "../../../contracts/payments/interfaces/IPaymentRules.sol";
import {AssetId, AssetIds} from "../../../contracts/shared/AssetId.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice What the rules ask of a Vault: who belongs to whom, who is an app, an asset's decimals.
contract Standings {
    mapping(address account => address) private _subjects;
    mapping(address account => uint8) private _tiers;
    address private immutable _app;

    constructor(address app) {
        _app = app;
    }

    function put(address account, address subject, uint8 tier) external {
        (_subjects[account], _tiers[account]) = (subject, tier);
    }

    function standingOf(address account) external view returns (address, uint8) {
        return (_subjects[account], _tiers[account]);
    }

    function accountOf(address account) external view returns (Account memory a) {
        if (account == _app) a.kind = Kind.APP;
    }

    function assetOf(AssetId) external pure returns (Asset memory a) {
        a.decimals = 18;
    }
}

/// @notice Whose volume is counted, by whom, and how much of it.
contract PaymentRulesTest is Cheats {
    address private constant ANNA = address(0xA1);
    address private constant ANNAS_OTHER = address(0xA2);
    address private constant BERT = address(0xB1);
    address private constant APP = address(0xAA);
    uint256 private constant PAY = 1;

    Standings private _vault = new Standings(APP);
    MockPriceRouter private _router = new MockPriceRouter();
    IPaymentRules private _rules;

    function setUp() external {
        vm.warp(1_800_000_000);
        _rules = IPaymentRules(ship("PaymentRules", abi.encode(new AccessManager(address(this)), _vault, _router)));
        _vault.put(ANNA, ANNA, 1);
        _vault.put(ANNAS_OTHER, ANNA, 1);
        _vault.put(BERT, BERT, 1);
        _router.setPrice(AssetIds.native(), 1e12, Mode.NORMAL);
        _rules.set(ParamKeys.ofTier(ParamKeys.PAYMENT_TIERS, 0), 0, type(uint40).max, 4);
        for (uint8 t; t < 4; ++t) {
            uint64 volume = t == 3 ? uint64(1 << 36) - 1 : 1_000;
            _rules.set(ParamKeys.ofTier(ParamKeys.PAYMENT_VOLUME, t), 0, type(uint40).max, volume);
        }
    }

    function test_countsACustomersAccountsTogether() external {
        _admit(APP, ANNA, 6e18);
        (address subject, uint8 tier, uint256 features, uint256 room) = _rules.allowanceOf(ANNAS_OTHER);
        assertEq(subject, ANNA);
        assertEq(tier, 1);
        assertEq(features, PAY);
        assertEq(room, 400);
        // When the sub-period has left the window.
        uint256 fitsFrom = uint256(1_800_000_000) / 17_280 * 17_280 + 6 * 17_280;
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentRules.PaymentRules_VolumeReached.selector, ANNA, 500, 400, fitsFrom)
        );
        _admit(APP, ANNAS_OTHER, 5e18);
        _admit(APP, ANNAS_OTHER, 4e18);
        (,,, room) = _rules.allowanceOf(ANNA);
        assertEq(room, 0);
    }

    function test_countsNobodyElses() external {
        _admit(APP, ANNA, 10e18);
        (,,, uint256 room) = _rules.allowanceOf(BERT);
        assertEq(room, 1_000);
        assertEq(_rules.volumeOf(BERT), 0);
        assertEq(_rules.volumeOf(ANNAS_OTHER), 0);
        assertTrue(_rules.volumeOf(ANNA) != 0);
    }

    function test_roundsEachAmountUpToACent() external {
        (AssetId[] memory assets, uint112[] memory amounts) = (new AssetId[](2), new uint112[](2));
        (assets[0], assets[1], amounts[0], amounts[1]) = (AssetIds.native(), AssetIds.native(), 1, 1e16 + 1);
        vm.prank(APP);
        _rules.admit(ANNA, PAY, assets, amounts);
        (,,, uint256 room) = _rules.allowanceOf(ANNA);
        assertEq(room, 1_000 - 1 - 2);
    }

    function test_onlyAppsCount() external {
        vm.expectRevert(abi.encodeWithSelector(IPaymentRules.PaymentRules_NotAnApp.selector, BERT));
        _admit(BERT, ANNA, 1e18);
        assertEq(_rules.volumeOf(ANNA), 0);
    }

    function test_withoutANormalPriceNothingThatIsCountedOpens() external {
        for (uint256 mode; mode <= uint256(type(Mode).max); ++mode) {
            if (Mode(mode) == Mode.NORMAL) continue;
            _router.setPrice(AssetIds.native(), 1e12, Mode(mode));
            vm.expectRevert(abi.encodeWithSelector(IPaymentRules.PaymentRules_NoPrice.selector, AssetIds.native()));
            _admit(APP, ANNA, 1);
        }
        // What isn't counted needs none.
        _vault.put(ANNA, ANNA, 3);
        _router.setReverts(true);
        _admit(APP, ANNA, 1e30);
        assertEq(_rules.volumeOf(ANNA), 0);
    }

    function test_aFeatureThatWasNeverSetIsClosed() external {
        for (uint256 f = 1; f < 6; ++f) {
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentRules.PaymentRules_FeatureClosed.selector, ANNA, 1, 1 << f)
            );
            vm.prank(APP);
            _rules.admit(ANNA, PAY | 1 << f, new AssetId[](0), new uint112[](0));
        }
    }

    function test_aDayLaterThereIsRoomAgain() external {
        _admit(APP, ANNA, 10e18);
        vm.expectRevert();
        _admit(APP, ANNA, 1);
        vm.warp(1_800_000_000 + 6 * 17_280);
        _admit(APP, ANNA, 10e18);
    }

    function _admit(address app, address payer, uint112 amount) private {
        (AssetId[] memory assets, uint112[] memory amounts) = (new AssetId[](1), new uint112[](1));
        (assets[0], amounts[0]) = (AssetIds.native(), amount);
        vm.prank(app);
        _rules.admit(payer, PAY, assets, amounts);
    }
}
