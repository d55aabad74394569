// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Params} from "./Params.sol";
import {IParams, Param, ParamSpec} from "./interfaces/IParams.sol";

/// @title Parametrised
/// @notice The face of `IParams` over a table wherever the contract keeps it. Contracts add the permissions: `tighten` for
/// the risk officer, `set` for the timelock.
abstract contract Parametrised is IParams {
    using Params for Params.Table;

    /// @inheritdoc IParams
    function param(bytes32 key) external view returns (Param memory) {
        return _params().rows[key];
    }

    /// @inheritdoc IParams
    function inForce(bytes32 key) external view returns (uint64) {
        return _params().inForce(key);
    }

    /// @inheritdoc IParams
    function specOf(bytes32 key) external pure returns (ParamSpec memory) {
        return _spec(key);
    }

    /// @inheritdoc IParams
    function revision() external view returns (uint32) {
        return _params().revision;
    }

    function _tighten(bytes32 key, uint64 value) internal {
        _params().tighten(key, _spec(key), value);
    }

    function _set(bytes32 key, uint32 expectedVersion, uint40 validUntil, uint64 value) internal {
        _params().set(key, _spec(key), expectedVersion, validUntil, value);
    }

    function _params() internal view virtual returns (Params.Table storage);

    function _spec(bytes32 key) internal pure virtual returns (ParamSpec memory);
}
