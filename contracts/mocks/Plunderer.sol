// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice The code that a thief with a governing quorum would put in the Vault's place: it gives everything away.
contract Plunderer {
    using SafeERC20 for IERC20;

    error Plunderer_NotSent();

    /// @notice What a release asks of new code: anything that it answers.
    function ready() external pure returns (bool) {
        return true;
    }

    function plunder(address to, IERC20[] calldata tokens) external {
        for (uint256 i; i < tokens.length; ++i) {
            tokens[i].safeTransfer(to, tokens[i].balanceOf(address(this)));
        }
        (bool sent,) = to.call{value: address(this).balance}("");
        if (!sent) revert Plunderer_NotSent();
    }
}
