// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Audit, IAuditRecord} from "../../../contracts/governance/interfaces/IAuditRecord.sol";
import {Ledgers} from "./Ledgers.sol";

/// @notice The Vault's code is covered by audits, or is not: they are recorded, revoked, run out, and anyone checks. The model
/// knows when the running code counts as verified, and what deposits may then bring the liabilities to.
abstract contract Audits is Ledgers {
    /// @notice Deposits refused beyond the cap of unverified code, and taken beyond it while it was verified.
    uint256 public capped;
    uint256 public uncapped;

    uint256 private _salt;
    bytes32 private _newest;
    /// @dev Until when the newest audit counts; 0 = it was revoked, or there is none.
    uint256 private _auditUntil;
    /// @dev Until when the Vault's code counts as verified, by the model.
    uint256 internal verifiedUntil;

    /// @notice An audit of all that runs is recorded, or the newest one is revoked; anyone checks.
    function audit(uint256 seed) external act("audit", seed) {
        if (_once(2)) _record();
        else if (_auditUntil != 0 && _once(4)) _revoke();
        (bool ok,) = _knock(stranger, address(record), abi.encodeCall(IAuditRecord.check, ()));
        _law("INV-CUS-9", ok, "nobody can check the running code");
        // What the audits cover is each release's own code, and both sound policies'; the sick one's never.
        verifiedUntil = clock < _auditUntil && policyNow != address(sickPolicy) ? _auditUntil : 0;
        _done();
    }

    function _record() private {
        address[] memory levels_ = vault.reserves();
        Audit memory a;
        (a.report, a.auditor) = (bytes32(++_salt), vm.addr(AUDITOR_KEY));
        a.validUntil = _once(3) ? 0 : uint40(clock + 1 + _upTo(20 days));
        a.codehashes = new bytes32[](3 + levels_.length);
        (address implementation, address half) = vault.runningCode();
        (a.codehashes[0], a.codehashes[1]) = (implementation.codehash, half.codehash);
        a.codehashes[2] = address(policies[0]).codehash;
        for (uint256 i; i < levels_.length; ++i) {
            a.codehashes[3 + i] = levels_[i].codehash;
        }
        bytes32 id = record.idOf(a);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(AUDITOR_KEY, id);
        bytes memory data = abi.encodeCall(record.record, (a, record.revision(), abi.encodePacked(r, s, v)));
        (bool ok,) = _knock(governor, address(record), data);
        assertTrue(ok, "recording an audit");
        (_newest, _auditUntil) = (id, a.validUntil == 0 ? type(uint40).max : a.validUntil);
    }

    function _revoke() private {
        (bool ok,) = _knock(riskOfficer, address(record), abi.encodeCall(record.revoke, (_newest)));
        assertTrue(ok, "revoking an audit");
        _auditUntil = 0;
    }

    /// @dev Right after a deposit that the Vault took.
    function _withinCap(uint256 k) internal {
        if (clock >= verifiedUntil) {
            _law("INV-CUS-9", owed[k] <= _cap(k), "a deposit went beyond the cap though the code isn't verified");
        } else if (owed[k] > _cap(k)) {
            ++uncapped;
        }
    }

    /// @dev Right after a deposit that the Vault refused.
    function _refused(uint256 k, uint256 amount) internal {
        if (clock >= verifiedUntil && owed[k] + amount > _cap(k)) ++capped;
    }

    function _cap(uint256 k) private view returns (uint256) {
        return uint256(caps[k]) * 10 ** kits[k].tick;
    }
}
