// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exit, Intent, Verb} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {IVaultEvents} from "../../../contracts/custody/interfaces/IVaultEvents.sol";
import {AssetId} from "../../../contracts/shared/AssetId.sol";
import {Vm} from "../../support/Cheats.sol";
import {Books} from "./Books.sol";
import {Pace} from "./Pace.sol";
import {People} from "./People.sol";
import {Usage} from "./Usage.sol";

/// @notice All models together, compared with the chain; and signing for those who act by signature.
abstract contract Ledgers is People, Books, Pace, Usage {
    bytes32 private constant _INTENT = keccak256(
        "Intent(address owner,uint8 verb,uint256 asset,uint112 amount,address to,bytes32 ref,uint256 nonce,uint40 deadline)"
    );

    bool internal queued;
    Exit internal lastQueued;
    uint256 internal lastReasons;

    function _onLogs(Vm.Log[] memory logs) internal virtual override {
        queued = false;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter != address(vault) || logs[i].topics[0] != IVaultEvents.Queued.selector) continue;
            (Exit memory exit, uint256 reasons,,,) = abi.decode(logs[i].data, (Exit, uint256, uint256, uint256, uint256));
            (queued, lastQueued, lastReasons) = (true, exit, reasons);
        }
    }

    /// @dev One verb, by the owner's own call or by its signature, which a stranger brings.
    function _say(uint256 who, bool signed, Intent memory intent, bytes memory data, bytes memory direct)
        internal
        returns (bool ok)
    {
        if (!signed) {
            (ok,) = _knock(people[who], address(vault), direct);
            return ok;
        }
        bytes memory call = _signedCall(keys[who], intent, data);
        (ok,) = _knock(stranger, address(vault), call);
        (bool again,) = ok ? address(vault).call(call) : (false, bytes(""));
        _law("INV-CUS-4", !again, "an intent was carried out twice");
    }

    function _signedCall(uint256 key, Intent memory intent, bytes memory data) internal returns (bytes memory) {
        intent.nonce = vault.nonces(intent.owner, uint192(_below(3)));
        intent.deadline = uint40(clock + 1 hours);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Strongroom Vault"),
                keccak256("1"),
                block.chainid,
                address(vault)
            )
        );
        // All members are static, so the encoding of the struct is that of its members in order.
        bytes32 digest =
            keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encodePacked(_INTENT, abi.encode(intent)))));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodeCall(vault.bySig, (intent, data, abi.encodePacked(r, s, v)));
    }

    /// @dev INV-CUS-1 and -4 in full: every claim and every sum.
    function _audit() internal virtual override {
        for (uint256 k; k < ASSETS; ++k) {
            uint256 raw = kits[k].id.raw();
            uint256 sum;
            bool same = true;
            for (uint256 i; i < PEOPLE; ++i) {
                uint256 onChain = vault.balanceOf(people[i], raw);
                if (onChain != _balance(people[i], k)) same = false;
                sum += onChain;
            }
            uint256 apps = vault.balanceOf(address(app), raw);
            if (apps != _balance(address(app), k)) same = false;
            _law("INV-CUS-4", same, "a balance differs from what its owner's verbs have left");
            sum += apps;
            for (uint256 i; i < openTickets.length; ++i) {
                Ticket storage t = tickets[openTickets[i]];
                if (t.asset == k) sum += t.exit.amount;
            }
            uint256 liabilities = vault.assetOf(kits[k].id).liabilities;
            _law("INV-CUS-1", liabilities == sum && sum == owed[k], "liabilities differ from the sum of claims");
            _solvent(k, liabilities);
        }
    }

    /// @dev Liabilities are covered, or anyone's check flags the asset.
    function _solvent(uint256 k, uint256 liabilities) internal {
        if (_holdings(k) >= liabilities) {
            _law("INV-CUS-1", true, "");
            return;
        }
        if (!vault.assetOf(kits[k].id).impaired) {
            _law("INV-CUS-1", k == SEIZABLE, "liabilities exceed holdings though no issuer took anything");
            (bool ok,) = _knock(stranger, address(vault), abi.encodeCall(vault.checkImpairment, (kits[k].id)));
            _law("INV-CUS-1", ok && vault.assetOf(kits[k].id).impaired, "a shortfall that can't be flagged");
        }
    }
}
