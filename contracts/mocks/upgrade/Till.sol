// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

/// @notice A small upgradeable ledger to try releases on: balances, a packed word, a list, an owner, and some ether.
contract Till is Initializable {
    address internal _owner;
    mapping(address account => uint256) internal _balances;
    uint256 internal _packed; // low half: used; high half: epoch
    uint256[] internal _exits;

    constructor() {
        _disableInitializers();
    }

    function initialize(address owner_) external initializer {
        _owner = owner_;
    }

    function put(address account) external payable {
        _balances[account] += msg.value;
        _packed = (_packed & (type(uint256).max << 128)) + (block.timestamp << 128) + uint128(_packed) + msg.value;
        _exits.push(msg.value);
    }

    function owner() external view virtual returns (address) {
        return _owner;
    }

    function balanceOf(address account) external view virtual returns (uint256) {
        return _balances[account];
    }

    function used() external view virtual returns (uint256) {
        return uint128(_packed);
    }

    function exits() external view virtual returns (uint256[] memory) {
        return _exits;
    }

    function version() external pure virtual returns (uint256) {
        return 1;
    }
}
