// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice An asset of the ledger, which is also its ERC-6909 token id: a class byte on top, below it an address
/// (native: zero; ERC-20: the token). An asset of another chain is an ERC-20 here too: its `ForeignAsset`.
type AssetId is uint256;

using {AssetIds.class, AssetIds.token, AssetIds.eq, AssetIds.raw} for AssetId global;

/// @notice Builds and reads asset ids. One spelling per asset: an id with stray bits belongs to no class.
library AssetIds {
    uint8 internal constant NATIVE = 1;
    uint8 internal constant ERC20 = 2;

    uint256 private constant _CLASS_SHIFT = 248;

    /// @notice The chain's own currency.
    function native() internal pure returns (AssetId) {
        return AssetId.wrap(uint256(NATIVE) << _CLASS_SHIFT);
    }

    /// @notice The ERC-20 at `token_`.
    function erc20(address token_) internal pure returns (AssetId) {
        return AssetId.wrap((uint256(ERC20) << _CLASS_SHIFT) | uint160(token_));
    }

    /// @notice The id's class byte, or 0 if the id is not one that `native` or `erc20` can build.
    function class(AssetId id) internal pure returns (uint8 c) {
        uint256 value = AssetId.unwrap(id);
        c = uint8(value >> _CLASS_SHIFT);
        uint256 rest = (value << 8) >> 8;
        if (c == NATIVE) return rest == 0 ? c : 0;
        if (c != ERC20 || rest == 0 || rest > type(uint160).max) return 0;
    }

    /// @notice The ERC-20's address. Meaningful for that class only.
    function token(AssetId id) internal pure returns (address) {
        return address(uint160(AssetId.unwrap(id)));
    }

    function eq(AssetId a, AssetId b) internal pure returns (bool) {
        return AssetId.unwrap(a) == AssetId.unwrap(b);
    }

    function raw(AssetId id) internal pure returns (uint256) {
        return AssetId.unwrap(id);
    }
}
