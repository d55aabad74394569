// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Balances are shares times a scale that anyone can change. Shares round down, as stETH's.
contract RebasingToken {
    string public constant name = "RebasingToken";
    string public constant symbol = "REB";
    uint8 public constant decimals = 18;
    uint256 private constant _ONE = 1e18;

    uint256 public scale = _ONE;
    mapping(address account => uint256) public sharesOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    uint256 private _totalShares;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    function setScale(uint256 scale_) external {
        scale = scale_;
    }

    function mint(address to, uint256 amount) external {
        uint256 shares = (amount * _ONE) / scale;
        sharesOf[to] += shares;
        _totalShares += shares;
        emit Transfer(address(0), to, amount);
    }

    function balanceOf(address account) external view returns (uint256) {
        return (sharesOf[account] * scale) / _ONE;
    }

    function totalSupply() external view returns (uint256) {
        return (_totalShares * scale) / _ONE;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) private {
        uint256 shares = (amount * _ONE) / scale;
        sharesOf[from] -= shares;
        sharesOf[to] += shares;
        emit Transfer(from, to, amount);
    }
}
