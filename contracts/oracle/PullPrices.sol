// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVault} from "../custody/interfaces/IVault.sol";
import {Intent} from "../custody/interfaces/IVaultTypes.sol";
import {IExitPolicy} from "../policy/interfaces/IExitPolicy.sol";
import {AssetId} from "../shared/AssetId.sol";
import {IFeedSet} from "./interfaces/IFeedSet.sol";
import {IPriceRouter} from "./interfaces/IPriceRouter.sol";
import {IPullPrices, Signed, Updates} from "./interfaces/IPullPrices.sol";
import {IPythPrices} from "./interfaces/IPythPrices.sol";
import {IRedStoneSource} from "./interfaces/IRedStoneSource.sol";
import {FEED_SET_GAS_NEEDED} from "./libraries/OracleGas.sol";

/// @title PullPrices
/// @notice Calls nobody but the Pyth contract it was built with, the router of the policy in force, and sources that a feed
/// set of that router names; and the Vault.
///
/// It holds no money between transactions and owes none: what a call may spend, and what it gives back, is its own
/// `msg.value` and never the balance, so that whoever re-enters, from a recipient's code say, finds nothing to take. What is
/// forced in stays for ever. Each nested call gets at most a fixed amount of gas and never less: one that burns it stops
/// nothing, and nobody can make an update fail by sending too little.
contract PullPrices is IPullPrices {
    /// @notice Gas that one call to a pull oracle gets: Pyth checks 13 signatures and a proof for each price.
    uint256 public constant UPDATE_GAS = 1_500_000;
    /// @notice Gas for one question; Pyth reads through all updates to quote its fee.
    uint256 public constant ASK_GAS = 150_000;
    /// @notice Gas for reading and storing one price.
    uint256 public constant POKE_GAS = FEED_SET_GAS_NEEDED + 40_000;

    /// @dev Of 64 parts one stays behind; reaching a cold account, and sending value.
    uint256 private constant _CALL_OVERHEAD = 15_000;

    address public immutable PYTH;
    IVault public immutable VAULT;

    /// @param pyth Zero on networks without.
    constructor(address pyth, IVault vault) {
        // Check
        if (pyth != address(0) && pyth.code.length == 0) revert PullPrices_NoCode(pyth);
        if (address(vault).code.length == 0) revert PullPrices_NoCode(address(vault));
        // Effect
        PYTH = pyth;
        VAULT = vault;
    }

    /// @inheritdoc IPullPrices
    function update(Updates calldata updates) external payable {
        _refund(_bring(updates));
    }

    /// @inheritdoc IPullPrices
    function withdrawBySig(
        Updates calldata updates,
        Intent calldata intent,
        bytes calldata data,
        bytes calldata signature
    ) external payable {
        uint256 rest = _bring(updates);
        // Interaction
        VAULT.bySig(intent, data, signature);
        _refund(rest);
    }

    /// @return rest What is left of this call's value.
    function _bring(Updates calldata updates) private returns (uint256 rest) {
        rest = msg.value;
        if (updates.pyth.length != 0) rest -= _bringPyth(updates.pyth, rest);
        if (updates.signed.length == 0 && updates.assets.length == 0) return rest;
        // The router of now: it is replaced with the policy that names it.
        address router = _address(_ask(address(VAULT), VAULT.policy.selector, 0));
        router = _address(_ask(router, IExitPolicy.priceRouter.selector, 0));
        for (uint256 i; i < updates.signed.length; ++i) {
            Signed calldata signed = updates.signed[i];
            address source = _source(router, signed.asset, signed.source);
            _try(source, 0, abi.encodeCall(IRedStoneSource.update, (signed.payload)), UPDATE_GAS);
        }
        for (uint256 i; i < updates.assets.length; ++i) {
            _try(router, 0, abi.encodeCall(IPriceRouter.poke, (updates.assets[i])), POKE_GAS);
        }
    }

    /// @return spent The fee if Pyth took the updates, else 0.
    function _bringPyth(bytes[] calldata updates, uint256 budget) private returns (uint256 spent) {
        (bool ok, uint256[7] memory words) =
            _askWith(PYTH, abi.encodeCall(IPythPrices.getUpdateFee, (updates)), 0x20);
        uint256 fee = words[0];
        // Check: a fee that is known and covered.
        if (!ok || fee > budget) {
            emit UpdateFailed(PYTH, 0);
            return 0;
        }
        if (_try(PYTH, fee, abi.encodeCall(IPythPrices.updatePriceFeeds, (updates)), UPDATE_GAS)) spent = fee;
    }

    /// @dev The asset's source of that number; zero if there is none.
    function _source(address router, AssetId asset, uint256 index) private view returns (address) {
        address feedSet = _address(_ask(router, IPriceRouter.feedSetOf.selector, AssetId.unwrap(asset)));
        (, uint256[7] memory words) = _askWith(feedSet, abi.encodeCall(IFeedSet.sources, ()), 0xe0);
        // An array as the ABI has it: where it begins, how many, then at most five.
        if (words[0] != 0x20 || words[1] > 5 || index >= words[1]) return address(0);
        return _address(words[2 + index]);
    }

    function _address(uint256 word) private pure returns (address) {
        return word >> 160 == 0 ? address(uint160(word)) : address(0);
    }

    /// @dev One word, 0 if there is no such answer.
    function _ask(address target, bytes4 selector, uint256 argument) private view returns (uint256) {
        (bool ok, uint256[7] memory words) = _askWith(target, abi.encodeWithSelector(selector, argument), 0x20);
        return ok ? words[0] : 0;
    }

    /// @dev The first `size` bytes of the answer, 224 at most, zeros where it is shorter. Reverts only for lack of gas.
    /// @return ok Whether it answered exactly so many.
    function _askWith(address target, bytes memory question, uint256 size)
        private
        view
        returns (bool ok, uint256[7] memory words)
    {
        if (target == address(0)) return (false, words);
        _checkGas(ASK_GAS);
        // Interaction
        assembly ("memory-safe") {
            ok := staticcall(ASK_GAS, target, add(question, 0x20), mload(question), words, size)
            // After the call, on a line of its own: Yul evaluates arguments from right to left.
            if iszero(ok) { calldatacopy(words, calldatasize(), 0xe0) } // zeros instead of the reason of a revert
            ok := and(ok, eq(returndatasize(), size))
        }
    }

    /// @dev Reverts only for lack of gas.
    function _try(address target, uint256 value, bytes memory message, uint256 cap) private returns (bool ok) {
        bytes4 reason;
        // Check: a call to nobody's code would pass for done.
        if (target.code.length != 0) {
            _checkGas(cap);
            // Interaction
            assembly ("memory-safe") {
                mstore(0, 0)
                ok := call(cap, target, value, add(message, 0x20), mload(message), 0, 4) // copies 4 bytes at most
                reason := mload(0)
            }
        }
        if (!ok) emit UpdateFailed(target, reason);
    }

    /// @dev Check: the cap can really be forwarded.
    function _checkGas(uint256 cap) private view {
        uint256 needed = cap + cap / 63 + _CALL_OVERHEAD;
        if (gasleft() < needed) revert PullPrices_NotEnoughGas(gasleft(), needed);
    }

    function _refund(uint256 rest) private {
        if (rest == 0) return;
        bool ok;
        // Interaction
        assembly ("memory-safe") {
            ok := call(gas(), caller(), rest, 0, 0, 0, 0) // nothing of the answer is copied
        }
        if (!ok) revert PullPrices_RefundFailed(msg.sender, rest);
    }
}
