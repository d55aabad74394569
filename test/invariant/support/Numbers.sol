// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The model of the parameter tables: what governance has set, and what the risk officer has laid over it until when.
abstract contract Numbers {
    struct Row {
        uint64 base;
        uint64 tight;
        uint256 until;
        uint256 restsUntil;
        uint32 version;
    }

    mapping(address target => mapping(bytes32 key => Row)) internal rows;
    bytes32[] private _keys;
    address[] private _targets;

    function _inForce(address target, bytes32 key) internal view returns (uint64) {
        Row storage row = rows[target][key];
        return block.timestamp < row.until ? row.tight : row.base;
    }

    function _modelSet(address target, bytes32 key, uint64 value) internal {
        Row storage row = rows[target][key];
        if (row.version == 0) {
            _keys.push(key);
            _targets.push(target);
        }
        row.base = value;
        if (block.timestamp < row.until) {
            row.until = block.timestamp;
            row.restsUntil = block.timestamp + 14 days;
        }
        ++row.version;
    }

    function _modelTighten(address target, bytes32 key, uint64 value) internal {
        Row storage row = rows[target][key];
        row.tight = value;
        if (block.timestamp >= row.until) {
            row.until = block.timestamp + 14 days;
            row.restsUntil = row.until + 14 days;
        }
        ++row.version;
    }

    function _rowCount() internal view returns (uint256) {
        return _keys.length;
    }

    function _rowAt(uint256 i) internal view returns (address target, bytes32 key) {
        return (_targets[i], _keys[i]);
    }
}
