// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

/// @notice The plainest setter that an AccessManager guards: no bounds, no version, no order.
contract OzManagedSetter is AccessManaged {
    mapping(bytes32 key => uint64) private _values;

    event ValueSet(bytes32 indexed key, uint64 value);

    constructor(address authority) AccessManaged(authority) {}

    function set(bytes32 key, uint64 value) external restricted {
        _values[key] = value;
        emit ValueSet(key, value);
    }
}
