// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IForeignAsset} from "./interfaces/IForeignAsset.sol";
import {IGateway} from "./interfaces/IGateway.sol";
import {CaipNames} from "./libraries/CaipNames.sol";

/// @title ForeignAsset
/// @notice An asset of another chain, held by the Vault and gateways alone: see `IForeignAsset`.
/// @dev Not upgradeable.
contract ForeignAsset is IForeignAsset, ERC20 {
    /// @dev As the Vault allows at most.
    uint8 private constant _MAX_DECIMALS = 30;

    address private immutable _vault;
    bytes32 private immutable _chain;
    uint8 private immutable _decimals;
    string private _caip19;
    address private _gateway;
    mapping(address account => bool) private _wasGateway;

    /// @param caip19_ CAIP-19, of which the part before the slash is the chain.
    constructor(
        address vault_,
        address gateway_,
        string memory caip19_,
        string memory name_,
        string memory symbol_,
        uint8 decimals_
    ) ERC20(name_, symbol_) {
        if (vault_ == address(0) || gateway_ == address(0)) revert ForeignAsset_ZeroAddress();
        if (decimals_ > _MAX_DECIMALS) revert ForeignAsset_BadDecimals(decimals_);
        (bool ok, bytes32 chain_) = CaipNames.chainOf(caip19_);
        if (!ok) revert ForeignAsset_BadName(caip19_);
        (_vault, _chain, _decimals, _caip19) = (vault_, chain_, decimals_, caip19_);
        (_gateway, _wasGateway[gateway_]) = (gateway_, true);
        emit GatewayReplaced(address(0), gateway_);
    }

    modifier onlyGateway() {
        if (msg.sender != _gateway) revert ForeignAsset_NotTheGateway(msg.sender, _gateway);
        _;
    }

    /// @inheritdoc IForeignAsset
    function mint(uint256 amount) external onlyGateway {
        _mint(msg.sender, amount);
    }

    /// @inheritdoc IForeignAsset
    function burn(uint256 amount) external {
        // Check
        if (!_wasGateway[msg.sender]) revert ForeignAsset_NeverAGateway(msg.sender);
        _burn(msg.sender, amount);
    }

    /// @inheritdoc IForeignAsset
    function replaceGateway(address next) external onlyGateway {
        // Check
        if (_wasGateway[next]) revert ForeignAsset_GatewayAlready(next);
        if (next.code.length == 0 || IGateway(next).predecessor() != msg.sender) revert ForeignAsset_NotAGateway(next);
        // Effect
        (_gateway, _wasGateway[next]) = (next, true);
        emit GatewayReplaced(msg.sender, next);
    }

    /// @inheritdoc IForeignAsset
    function gateway() external view returns (address) {
        return _gateway;
    }

    /// @inheritdoc IForeignAsset
    function wasGateway(address account) external view returns (bool) {
        return _wasGateway[account];
    }

    /// @inheritdoc IForeignAsset
    function vault() external view returns (address) {
        return _vault;
    }

    /// @inheritdoc IForeignAsset
    function caip19() external view returns (string memory) {
        return _caip19;
    }

    /// @inheritdoc IForeignAsset
    function chain() external view returns (bytes32) {
        return _chain;
    }

    /// @inheritdoc IERC20Metadata
    function decimals() public view override(ERC20, IERC20Metadata) returns (uint8) {
        return _decimals;
    }

    /// @dev Behind every move. To a handle the amount lands in the gateway, whatever the caller named: handles are hashes, so
    /// nobody holds one.
    function _update(address from, address to, uint256 value) internal override {
        // Made and burnt by the two verbs above only.
        if (from == address(0) || to == address(0)) return super._update(from, to, value);
        if (from == _vault) {
            // Effect
            super._update(from, _gateway, value);
            // Interaction: refuses what is no handle of this asset's chain.
            IGateway(_gateway).onPayout(to, value);
            return;
        }
        // Check
        if (to != _vault || !_wasGateway[from]) revert ForeignAsset_NoWay(from, to);
        super._update(from, to, value);
    }
}
