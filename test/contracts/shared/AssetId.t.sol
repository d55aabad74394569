// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetId, AssetIds} from "../../../contracts/shared/AssetId.sol";
import {Cheats} from "../../support/Cheats.sol";

contract AssetIdTest is Cheats {
    function test_nativeIsClassOneAndNothingElse() external pure {
        assertEq(AssetIds.native().raw(), 1 << 248);
        assertEq(AssetIds.native().class(), AssetIds.NATIVE);
        assertEq(AssetIds.native().token(), address(0));
    }

    function testFuzz_nativeHasOneSpelling(uint256 rest) external pure {
        rest = bound(rest, 1, (1 << 248) - 1);
        assertEq(AssetId.wrap((1 << 248) | rest).class(), 0);
    }

    function testFuzz_erc20KeepsItsToken(address token) external pure {
        AssetId id = AssetIds.erc20(token);
        assertEq(id.raw(), (2 << 248) + uint256(uint160(token)));
        assertEq(id.token(), token);
        assertEq(id.class(), token == address(0) ? 0 : AssetIds.ERC20);
    }

    function test_erc20AtZeroIsNoAsset() external pure {
        assertEq(AssetIds.erc20(address(0)).class(), 0);
    }

    function testFuzz_erc20WithStrayBitsIsNoAsset(address token, uint256 stray) external pure {
        stray = bound(stray, 1, (1 << 88) - 1);
        assertEq(AssetId.wrap((2 << 248) | (stray << 160) | uint160(token)).class(), 0);
    }

    function testFuzz_otherClassBytesAreNoAsset(uint256 raw) external pure {
        uint256 class = raw >> 248;
        vm.assume(class == 0 || class > 2);
        assertEq(AssetId.wrap(raw).class(), 0);
    }

    /// @notice Any id that has a class is one that a constructor builds.
    function testFuzz_classMeansBuildable(uint256 raw, uint256 kind) external pure {
        raw = (bound(kind, 0, 4) << 248) | ((raw << 8) >> 8);
        AssetId id = AssetId.wrap(raw);
        uint8 class = id.class();
        AssetId native = AssetIds.native();
        AssetId erc20 = AssetIds.erc20(address(uint160(raw)));
        assertEq(class == AssetIds.NATIVE, id.eq(native));
        assertEq(class == AssetIds.ERC20, id.eq(erc20) && uint160(raw) != 0);
    }

    function testFuzz_eqIsEquality(uint256 a, uint256 b) external pure {
        assertEq(AssetId.wrap(a).eq(AssetId.wrap(b)), a == b);
        assertTrue(AssetId.wrap(a).eq(AssetId.wrap(a)));
    }
}
