// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayments, Purpose, Terms} from "../../../contracts/payments/interfaces/IPayments.sol";
import {TermsCode} from "../../../contracts/payments/libraries/TermsCode.sol";
import {Cheats} from "../../support/Cheats.sol";

/// @notice Reads terms from calldata, as Payments does.
contract Reader {
    using TermsCode for Terms;

    function id(Terms calldata terms) external view returns (bytes32) {
        return terms.id();
    }

    function read(bytes calldata data) external pure returns (Purpose purpose, Terms[] memory terms) {
        return (TermsCode.purposeOf(data), TermsCode.termsIn(data));
    }
}

/// @notice INV-PAY-1: a payment's id binds every word of its terms, the chain and the app; and a push has one spelling.
contract TermsCodeTest is Cheats {
    uint256 private constant WORDS = 17;

    Reader private _reader = new Reader();

    function testFuzz_theIdIsTheHashOfChainAppAndTerms(Terms calldata terms) external view {
        assertEq(_reader.id(terms), keccak256(abi.encode(block.chainid, address(_reader), terms)));
    }

    function test_theSizeIsThatOfEncodedTerms() external pure {
        Terms memory terms;
        assertEq(abi.encode(terms).length, TermsCode.SIZE);
        assertEq(TermsCode.SIZE, WORDS * 32);
    }

    function testFuzz_eachBitOfEachWordCounts(Terms calldata terms, uint256 word, uint256 bit) external view {
        word = bound(word, 0, WORDS - 1);
        bytes memory data = abi.encodeCall(_reader.id, (terms));
        (, bytes memory before) = address(_reader).staticcall(data);
        uint256 flip = 1 << (bit % 256);
        assembly ("memory-safe") {
            let at := add(add(data, 0x24), mul(word, 0x20))
            mstore(at, xor(mload(at), flip))
        }
        (bool ok, bytes memory answer) = address(_reader).staticcall(data);
        // Hashing reads no field, so that stray bits make another id, and no error.
        assertTrue(ok);
        assertTrue(keccak256(answer) != keccak256(before));
    }

    function test_anotherChainOrAppIsAnotherPayment() external {
        Terms memory terms;
        bytes32 here = _reader.id(terms);
        assertTrue(new Reader().id(terms) != here);
        vm.chainId(block.chainid + 1);
        assertTrue(_reader.id(terms) != here);
    }

    function testFuzz_readsWhatWasEncoded(Terms[] calldata terms, bool refund) external view {
        Purpose purpose = refund ? Purpose.REFUND : Purpose.CREATE;
        (Purpose read, Terms[] memory seen) = _reader.read(abi.encode(purpose, terms));
        assertTrue(read == purpose);
        assertEq(keccak256(abi.encode(seen)), keccak256(abi.encode(terms)));
    }

    function test_readsNoOtherSpelling() external {
        Terms[] memory terms = new Terms[](1);
        bytes memory good = abi.encode(Purpose.CREATE, terms);
        _reader.read(good);
        _refused(bytes.concat(good, hex"00"));
        _refused(_cut(good, good.length - 1));
        _refused(_cut(good, 95));
        _refused("");
        // Another purpose, another offset, another length.
        _refused(_with(good, 0, 2));
        _refused(_with(good, 0, 1 << 255));
        _refused(_with(good, 1, 96));
        _refused(_with(good, 2, 2));
        // Lengths whose product wraps.
        _refused(_with(good, 2, 1 << 251));
        _refused(_with(good, 2, type(uint256).max));
    }

    function _refused(bytes memory data) private {
        vm.expectRevert(IPayments.Payments_BadData.selector);
        _reader.read(data);
    }

    function _cut(bytes memory data, uint256 size) private pure returns (bytes memory copy) {
        copy = bytes.concat(data);
        assembly ("memory-safe") {
            mstore(copy, size)
        }
    }

    function _with(bytes memory data, uint256 word, uint256 value) private pure returns (bytes memory copy) {
        copy = bytes.concat(data);
        assembly ("memory-safe") {
            mstore(add(add(copy, 0x20), mul(word, 0x20)), value)
        }
    }
}
