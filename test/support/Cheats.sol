// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheat codes of Hardhat's Solidity test runner that our tests use.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 key) external pure returns (address);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256 timestamp) external;
    function roll(uint256 number) external;
    function chainId(uint256 id) external;
    function deal(address account, uint256 balance) external;
    function etch(address account, bytes calldata code) external;
    function load(address account, bytes32 slot) external view returns (bytes32);
    function store(address account, bytes32 slot, bytes32 value) external;
    function prank(address sender) external;
    function prank(address sender, address origin) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function assume(bool condition) external pure;
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function expectEmit(address emitter) external;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function label(address account, string calldata name) external;
    function toString(uint256 value) external pure returns (string memory);
    function mockCall(address callee, bytes calldata data, bytes calldata answer) external;
    function clearMockedCalls() external;
    function getCode(string calldata artifact) external view returns (bytes memory creationCode);
}

/// @title Cheats
/// @notice Base of our Solidity tests: the cheat codes, and assertions that say both values when they fail.
abstract contract Cheats {
    bool public constant IS_TEST = true;

    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    error AssertTrueFailed(string what);
    error AssertEqFailed(uint256 left, uint256 right, string what);
    error AssertEqIntFailed(int256 left, int256 right, string what);
    error AssertEqBytes32Failed(bytes32 left, bytes32 right, string what);
    error AssertEqAddressFailed(address left, address right, string what);
    error AssertEqBytesFailed(bytes left, bytes right, string what);
    error AssertEqStringFailed(string left, string right, string what);
    error AssertLtFailed(uint256 left, uint256 right, string what);
    error AssertLeFailed(uint256 left, uint256 right, string what);
    error AssertGtFailed(uint256 left, uint256 right, string what);
    error AssertGeFailed(uint256 left, uint256 right, string what);
    error EmptyRange(uint256 low, uint256 high);

    /// @notice Deploys the contract of that name as it ships: with its own compiler settings, not with this test's. Reverts
    /// as its constructor does. The artifacts must be up to date: `./strongroom test` builds them first, `npx hardhat test
    /// solidity FILE` does not.
    /// @param args The constructor's, ABI-encoded.
    function ship(string memory name, bytes memory args) internal returns (address deployed) {
        bytes memory code = bytes.concat(vm.getCode(name), args);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
            if iszero(deployed) {
                returndatacopy(code, 0, returndatasize())
                revert(code, returndatasize())
            }
        }
    }

    function assertTrue(bool condition) internal pure {
        assertTrue(condition, "");
    }

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert AssertTrueFailed(what);
    }

    function assertFalse(bool condition) internal pure {
        assertTrue(!condition, "");
    }

    function assertFalse(bool condition, string memory what) internal pure {
        assertTrue(!condition, what);
    }

    function assertEq(uint256 left, uint256 right) internal pure {
        assertEq(left, right, "");
    }

    function assertEq(uint256 left, uint256 right, string memory what) internal pure {
        if (left != right) revert AssertEqFailed(left, right, what);
    }

    function assertEq(int256 left, int256 right) internal pure {
        if (left != right) revert AssertEqIntFailed(left, right, "");
    }

    function assertEq(bool left, bool right) internal pure {
        assertEq(left, right, "");
    }

    function assertEq(bool left, bool right, string memory what) internal pure {
        if (left != right) revert AssertTrueFailed(what);
    }

    function assertEq(bytes32 left, bytes32 right) internal pure {
        assertEq(left, right, "");
    }

    function assertEq(bytes32 left, bytes32 right, string memory what) internal pure {
        if (left != right) revert AssertEqBytes32Failed(left, right, what);
    }

    function assertEq(address left, address right) internal pure {
        assertEq(left, right, "");
    }

    function assertEq(address left, address right, string memory what) internal pure {
        if (left != right) revert AssertEqAddressFailed(left, right, what);
    }

    function assertEq(bytes memory left, bytes memory right) internal pure {
        if (keccak256(left) != keccak256(right)) revert AssertEqBytesFailed(left, right, "");
    }

    function assertEq(string memory left, string memory right) internal pure {
        if (keccak256(bytes(left)) != keccak256(bytes(right))) revert AssertEqStringFailed(left, right, "");
    }

    function assertNotEq(uint256 left, uint256 right) internal pure {
        if (left == right) revert AssertEqFailed(left, right, "expected to differ");
    }

    function assertLt(uint256 left, uint256 right) internal pure {
        assertLt(left, right, "");
    }

    function assertLt(uint256 left, uint256 right, string memory what) internal pure {
        if (left >= right) revert AssertLtFailed(left, right, what);
    }

    function assertLe(uint256 left, uint256 right) internal pure {
        assertLe(left, right, "");
    }

    function assertLe(uint256 left, uint256 right, string memory what) internal pure {
        if (left > right) revert AssertLeFailed(left, right, what);
    }

    function assertGt(uint256 left, uint256 right) internal pure {
        assertGt(left, right, "");
    }

    function assertGt(uint256 left, uint256 right, string memory what) internal pure {
        if (left <= right) revert AssertGtFailed(left, right, what);
    }

    function assertGe(uint256 left, uint256 right) internal pure {
        assertGe(left, right, "");
    }

    function assertGe(uint256 left, uint256 right, string memory what) internal pure {
        if (left < right) revert AssertGeFailed(left, right, what);
    }

    /// @notice Maps a fuzzed value into [low, high]; values already inside stay, so that the corpus stays readable.
    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        if (low > high) revert EmptyRange(low, high);
        if (value >= low && value <= high) return value;
        uint256 size = high - low;
        if (size == type(uint256).max) return value;
        return low + value % (size + 1);
    }
}
