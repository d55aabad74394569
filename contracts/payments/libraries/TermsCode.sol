// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IPayments, Purpose, Terms} from "../interfaces/IPayments.sol";

/// @title TermsCode
/// @notice Reads terms where they lie in calldata: their hash, and those of a push to the app. Fields are checked where
/// Solidity reads them; creation reads each field that has unused bits.
library TermsCode {
    /// @notice Bytes of ABI-encoded terms: 17 static words.
    uint256 internal constant SIZE = 17 * 32;

    // Purpose, offset of the array, its length.
    uint256 private constant _HEAD = 3 * 32;

    /// @notice The payment's id: `keccak256(abi.encode(block.chainid, address(this), terms))`.
    function id(Terms calldata self) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, chainid())
            mstore(add(data, 0x20), address())
            calldatacopy(add(data, 0x40), self, SIZE)
            hash := keccak256(data, add(SIZE, 0x40))
        }
    }

    /// @notice `emit PaymentCreated(hash, payer, payee, terms, slot)`, from where the terms lie.
    function emitCreated(Terms calldata self, bytes32 hash, uint256 slot) internal {
        bytes32 topic = IPayments.PaymentCreated.selector;
        (address payer, address payee) = (self.payer, self.payee);
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, self, SIZE)
            mstore(add(data, SIZE), slot)
            log4(data, add(SIZE, 0x20), topic, hash, payer, payee)
        }
    }

    /// @notice What `abi.encode(Purpose, Terms[])` is for.
    function purposeOf(bytes calldata data) internal pure returns (Purpose) {
        if (data.length < _HEAD) revert IPayments.Payments_BadData();
        uint256 purpose = uint256(bytes32(data));
        if (purpose > uint256(type(Purpose).max)) revert IPayments.Payments_BadData();
        return Purpose(purpose);
    }

    /// @notice The terms in `abi.encode(Purpose, Terms[])`, of which `purposeOf` was asked; no other spelling is read.
    function termsIn(bytes calldata data) internal pure returns (Terms[] calldata terms) {
        uint256 offset = uint256(bytes32(data[32:]));
        uint256 length = uint256(bytes32(data[64:]));
        // No product of a length that fits calldata overflows.
        if (offset != 64 || length > data.length || data.length != _HEAD + length * SIZE) {
            revert IPayments.Payments_BadData();
        }
        assembly ("memory-safe") {
            terms.offset := add(data.offset, _HEAD)
            terms.length := length
        }
    }
}
