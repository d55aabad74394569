// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NoncesKeyedUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/NoncesKeyedUpgradeable.sol";
import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {IAuditRecord} from "../governance/interfaces/IAuditRecord.sol";
import {AssetId} from "../shared/AssetId.sol";
import {VaultExits} from "./VaultExits.sol";
import {VaultNamespace} from "./VaultNamespace.sol";
import {IVaultAdmin} from "./interfaces/IVaultAdmin.sol";
import {IVaultCore} from "./interfaces/IVaultCore.sol";
import {Exit, Intent, Verb} from "./interfaces/IVaultTypes.sol";
import {Intents} from "./libraries/Intents.sol";
import {Queue} from "./libraries/Queue.sol";
import {VaultSubjects} from "./libraries/VaultSubjects.sol";

/// @title Vault
/// @notice The shell of the money verbs. What it doesn't know goes to `VaultAdmin`; together they are `IVault`.
/// @dev Behind a transparent proxy. One AccessManager role per restricted function; see deploy/config.
/// @custom:oz-upgrades-unsafe-allow missing-initializer delegatecall
contract Vault is VaultNamespace, VaultExits, EIP712Upgradeable, NoncesKeyedUpgradeable {
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    address private immutable _admin;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IAuditRecord private immutable _record;

    /// @param admin The `VaultAdmin` of the same release, which also names the audit record: both halves ask the same one.
    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address admin) {
        if (admin.code.length == 0) revert Vault_ZeroAddress();
        (_admin, _record) = (admin, IAuditRecord(IVaultAdmin(admin).auditRecord()));
        _disableInitializers();
    }

    // ---- by signature ----

    function bySig(Intent calldata intent, bytes calldata data, bytes calldata signature) external {
        // Check
        Intents.check(intent, data, _hashTypedDataV4(Intents.hash(intent)), signature);
        // Effect
        _useCheckedNonce(intent.owner, intent.nonce);
        emit Referenced(intent.owner, intent.ref);
        if (intent.verb == Verb.TRANSFER) {
            _transfer(intent.owner, intent.to, intent.asset.raw(), intent.amount);
        } else if (intent.verb == Verb.CALL) {
            (AssetId[] memory assets, uint112[] memory amounts, bytes memory payload) =
                abi.decode(data, (AssetId[], uint112[], bytes));
            _callWith(intent.owner, intent.to, assets, amounts, payload);
        } else if (intent.verb == Verb.WITHDRAW) {
            _withdraw(intent.owner, intent.asset, intent.amount, intent.to);
        } else if (intent.verb == Verb.CANCEL) {
            Queue.cancel(intent.owner, abi.decode(data, (Exit)));
        } else if (intent.verb == Verb.SET_DESTINATION) {
            VaultSubjects.setDestination(intent.owner, intent.to, intent.amount == 1);
        } else {
            VaultSubjects.setCap(intent.owner, uint40(intent.amount));
        }
    }

    /// @inheritdoc IVaultCore
    function nonces(address owner, uint192 key)
        public
        view
        override(NoncesKeyedUpgradeable, IVaultCore)
        returns (uint256)
    {
        return super.nonces(owner, key);
    }

    /// @inheritdoc IVaultCore
    function runningCode() external view returns (address implementation, address admin) {
        return (ERC1967Utils.getImplementation(), _admin);
    }

    function _auditRecord() internal view override returns (IAuditRecord) {
        return _record;
    }

    /// @dev Constants, not storage: the domain's name and version are those of the code.
    function _EIP712Name() internal pure override returns (string memory) {
        return "Strongroom Vault";
    }

    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }

    /// @dev Not a way in: what isn't deposited would be nobody's.
    receive() external payable {
        revert Vault_UseDeposit();
    }

    /// @dev What this half doesn't know, the other half of this contract's code does.
    fallback() external payable {
        address admin = _admin;
        // As OpenZeppelin's Proxy does it, but beyond the free pointer: the compiler may then use memory for variables.
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, 0, calldatasize())
            let ok := delegatecall(gas(), admin, data, calldatasize(), 0, 0)
            returndatacopy(data, 0, returndatasize())
            if ok { return(data, returndatasize()) }
            revert(data, returndatasize())
        }
    }
}
