// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVaultEvents} from "../../../contracts/custody/interfaces/IVaultEvents.sol";
import {Exit, Intent, Verb} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {Intents} from "../../../contracts/custody/libraries/Intents.sol";
import {AssetId} from "../../../contracts/shared/AssetId.sol";
import {Cheats} from "../../support/Cheats.sol";

contract IntentsTest is Cheats {
    uint256 private constant KEY = 0xA11CE;
    uint40 private constant NOW = 1_700_000_000;
    bytes32 private constant DIGEST = keccak256("digest");

    function setUp() external {
        vm.warp(NOW);
    }

    function hash(Intent calldata intent) public pure returns (bytes32) {
        return Intents.hash(intent);
    }

    function check(Intent calldata intent, bytes calldata data, bytes calldata signature) public view {
        Intents.check(intent, data, DIGEST, signature);
    }

    function _signature() private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, DIGEST);
        return abi.encodePacked(r, s, v);
    }

    function _intent(Verb verb) private pure returns (Intent memory intent) {
        intent.owner = vm.addr(KEY);
        intent.verb = verb;
        intent.deadline = NOW;
    }

    function _good(Intent memory intent, bytes memory data) private view {
        this.check(intent, data, _signature());
    }

    function _bad(Intent memory intent, bytes memory data) private {
        bytes memory signature = _signature();
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.Vault_BadIntent.selector, intent.verb));
        this.check(intent, data, signature);
    }

    // ---- the text

    /// @notice The struct hash of EIP-712, written out.
    function testFuzz_hashIsTheStandards(
        address owner,
        uint8 verb,
        uint256 asset,
        uint112 amount,
        address to,
        bytes32 ref,
        uint256 nonce,
        uint40 deadline
    ) external view {
        Intent memory intent =
            Intent(owner, Verb(verb % 6), AssetId.wrap(asset), amount, to, ref, nonce, deadline);
        bytes32 typeHash = keccak256(
            "Intent(address owner,uint8 verb,uint256 asset,uint112 amount,address to,bytes32 ref,uint256 nonce,uint40 deadline)"
        );
        bytes memory head = abi.encode(
            typeHash,
            uint256(uint160(intent.owner)),
            uint256(uint8(intent.verb)),
            AssetId.unwrap(intent.asset),
            uint256(intent.amount)
        );
        bytes memory tail =
            abi.encode(uint256(uint160(intent.to)), intent.ref, intent.nonce, uint256(intent.deadline));
        assertEq(this.hash(intent), keccak256(bytes.concat(head, tail)));
    }

    function testFuzz_everyFieldIsSigned(uint256 seed) external view {
        Intent memory a = _intent(Verb.TRANSFER);
        bytes32 before = this.hash(a);
        uint256 field = seed % 8;
        if (field == 0) a.owner = address(1);
        else if (field == 1) a.verb = Verb.WITHDRAW;
        else if (field == 2) a.asset = AssetId.wrap(1);
        else if (field == 3) a.amount = 1;
        else if (field == 4) a.to = address(1);
        else if (field == 5) a.ref = bytes32(uint256(1));
        else if (field == 6) a.nonce = 1;
        else a.deadline = NOW + 1;
        assertTrue(this.hash(a) != before);
    }

    // ---- deadline and signature

    function test_theDeadlinesSecondIsInTime() external {
        Intent memory intent = _intent(Verb.TRANSFER);
        _good(intent, "");
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.Vault_DeadlinePassed.selector, NOW));
        this.check(intent, "", "");
    }

    function test_anothersSignatureIsRefused() external {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY + 1, DIGEST);
        Intent memory intent = _intent(Verb.TRANSFER);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.Vault_BadSignature.selector, intent.owner));
        this.check(intent, "", abi.encodePacked(r, s, v));
    }

    function test_theOtherHalfOfTheCurveIsRefused() external {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, DIGEST);
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        Intent memory intent = _intent(Verb.TRANSFER);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.Vault_BadSignature.selector, intent.owner));
        this.check(intent, "", abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? 28 : 27));
    }

    // ---- what each verb uses

    function testFuzz_transferAndWithdrawUseAllButData(bool exit, uint256 asset, uint112 amount, address to, bytes32 ref)
        external
    {
        Intent memory intent = _intent(exit ? Verb.WITHDRAW : Verb.TRANSFER);
        (intent.asset, intent.amount, intent.to, intent.ref) = (AssetId.wrap(asset), amount, to, ref);
        _good(intent, "");
        _bad(intent, "x");
    }

    function testFuzz_callNamesItsData(bytes memory data, address app) external {
        Intent memory intent = _intent(Verb.CALL);
        (intent.to, intent.ref) = (app, keccak256(data));
        _good(intent, data);
        _bad(intent, bytes.concat(data, "x"));
        intent.amount = 1;
        _bad(intent, data);
        intent.amount = 0;
        intent.asset = AssetId.wrap(1);
        _bad(intent, data);
    }

    function testFuzz_cancelNamesTheExit(uint112 amount, uint32 seq) external {
        Intent memory intent = _intent(Verb.CANCEL);
        bytes memory data =
            abi.encode(Exit(intent.owner, address(2), AssetId.wrap(3), amount, NOW, NOW + 1, seq));
        intent.ref = keccak256(data);
        _good(intent, data);
        intent.to = address(1);
        _bad(intent, data);
        intent.to = address(0);
        intent.amount = 1;
        _bad(intent, data);
        intent.amount = 0;
        intent.asset = AssetId.wrap(1);
        _bad(intent, data);
        intent.asset = AssetId.wrap(0);
        intent.ref = bytes32(0);
        _bad(intent, data);
        // More bytes that decode to the same exit would have another id.
        bytes memory longer = bytes.concat(data, bytes32(0));
        intent.ref = keccak256(longer);
        _bad(intent, longer);
    }

    function testFuzz_setDestinationIsOnOrOff(address to, bytes32 ref, uint112 amount) external {
        Intent memory intent = _intent(Verb.SET_DESTINATION);
        (intent.to, intent.ref) = (to, ref);
        _good(intent, "");
        intent.amount = 1;
        _good(intent, "");
        _bad(intent, "x");
        intent.amount = uint112(bound(amount, 2, type(uint112).max));
        _bad(intent, "");
        intent.amount = 0;
        intent.asset = AssetId.wrap(1);
        _bad(intent, "");
    }

    function testFuzz_setCapHas40Bits(uint112 amount, bytes32 ref) external {
        Intent memory intent = _intent(Verb.SET_CAP);
        (intent.ref, intent.amount) = (ref, uint112(bound(amount, 0, type(uint40).max)));
        _good(intent, "");
        _bad(intent, "x");
        intent.to = address(1);
        _bad(intent, "");
        intent.to = address(0);
        intent.asset = AssetId.wrap(1);
        _bad(intent, "");
        intent.asset = AssetId.wrap(0);
        intent.amount = uint112(bound(amount, 2 ** 40, type(uint112).max));
        _bad(intent, "");
    }
}
