// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title CaipNames
/// @notice Reads names of assets by CAIP-19: `namespace:reference/namespace:reference`, of which the part before the slash is
/// a chain's name by CAIP-2.
/// @dev https://chainagnostic.org/CAIPs/caip-19
library CaipNames {
    /// @notice The hash of the chain's name, if the text has the shape of an asset's name: two parts about one slash, each of
    /// them in two about a colon, none empty, in printable ASCII, at most 128 bytes before and after the slash.
    function chainOf(string memory caip19) internal pure returns (bool ok, bytes32 chain) {
        bytes memory text = bytes(caip19);
        uint256 slash = text.length;
        for (uint256 i; i < text.length; ++i) {
            // Check: no spaces, no control characters, nothing beyond ASCII.
            if (text[i] < 0x21 || text[i] > 0x7e) return (false, 0);
            if (text[i] == "/" && slash == text.length) slash = i;
        }
        if (!_inTwo(text, 0, slash) || slash == text.length || !_inTwo(text, slash + 1, text.length)) return (false, 0);
        assembly ("memory-safe") {
            chain := keccak256(add(text, 0x20), slash)
        }
        return (true, chain);
    }

    /// @dev Whether exactly one colon stands between `from` and `to`, neither first nor last.
    function _inTwo(bytes memory text, uint256 from, uint256 to) private pure returns (bool) {
        if (to - from > 128) return false;
        uint256 colons;
        for (uint256 i = from; i < to; ++i) {
            if (text[i] != ":") continue;
            if (i == from || i + 1 == to) return false;
            ++colons;
        }
        return colons == 1;
    }
}
