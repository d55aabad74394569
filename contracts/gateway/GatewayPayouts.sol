// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Subject} from "../custody/interfaces/IVaultTypes.sol";
import {Screening} from "../policy/libraries/Screening.sol";
import {SlidingWindow} from "../policy/libraries/SlidingWindow.sol";
import {AssetId, AssetIds} from "../shared/AssetId.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {Params} from "../shared/Params.sol";
import {Units} from "../shared/Units.sol";
import {GatewayBase} from "./GatewayBase.sol";
import {Statement} from "./interfaces/ICommittee.sol";
import {IForeignAsset} from "./interfaces/IForeignAsset.sol";
import {IGateway} from "./interfaces/IGateway.sol";
import {Destination, ForeignRow, Payout, PayoutStatus} from "./interfaces/IGatewayTypes.sol";
import {Payouts} from "./libraries/Payouts.sol";
import {Routes} from "./libraries/Routes.sol";
import {StatementCode} from "./libraries/StatementCode.sol";

/// @title GatewayPayouts
/// @notice Money out: what leaves the Vault to a handle is paid once on its chain, or comes back.
abstract contract GatewayPayouts is GatewayBase {
    using Params for Params.Table;
    using Payouts for Payouts.Book;
    using Payouts for Payouts.Record;
    using Routes for Routes.Map;
    using SlidingWindow for uint256;

    Payouts.Book private _payouts;
    mapping(bytes32 chain => uint256 window) private _outs;

    /// @inheritdoc IGateway
    function registerDestination(address account, bytes32 chain, bytes calldata script) external returns (address) {
        // Check
        _requireSpender(account);
        // Effect
        return _routes.register(account, chain, script);
    }

    /// @inheritdoc IGateway
    function onPayout(address handle, uint256 amount) external {
        AssetId asset = AssetIds.erc20(msg.sender);
        ForeignRow memory row = _routes.rowOf(asset);
        Destination storage destination = _routes.destination(handle);
        // Check: what is refused here stays in the Vault, its owner's to cancel.
        if (destination.chain != row.chain) revert Gateway_OtherChain(asset, destination.chain, row.chain);
        uint256 least =
            _table.inForce(ParamKeys.ofAsset(ParamKeys.FOREIGN_LEAST, asset)) * Units.tick(row.tickExponent);
        if (amount < least) revert Gateway_BelowLeast(asset, amount, least);
        // Effect
        bytes32 id =
            StatementCode.payoutIdOf(block.chainid, address(this), ++_payouts.count, handle, asset, amount);
        // The Vault's amounts have 112 bits.
        _payouts.request(id, handle, row.place, uint112(amount));
        emit PayoutRequested(
            id, destination.account, handle, asset, amount, row.chain, destination.script, 1
        );
    }

    /// @inheritdoc IGateway
    function cancel(bytes32 payoutId) external {
        Payouts.Record storage payout = _payouts.expect(payoutId, PayoutStatus.REQUESTED);
        // Check: with a successor it can't be authorised any more.
        if (_successor == address(0)) _requireAccount(payout);
        // Effect
        payout.cancel(payoutId);
        // Interaction
        _giveBack(payout);
    }

    /// @inheritdoc IGateway
    function recall(bytes32 payoutId) external restricted {
        Payouts.Record storage payout = _payouts.expect(payoutId, PayoutStatus.REQUESTED);
        // Effect
        payout.cancel(payoutId);
        // Interaction
        _giveBack(payout);
    }

    /// @inheritdoc IGateway
    function authorise(bytes32 payoutId, bytes32 token, bytes calldata proof) external {
        Payouts.Record storage payout = _payouts.expect(payoutId, PayoutStatus.REQUESTED);
        (AssetId asset, ForeignRow memory row) = _assetOf(payout);
        // Check
        _requireInOffice();
        if (token == 0) revert Gateway_ZeroToken();
        _requireOpen(row.chain);
        _requireFree(_routes.destinations[payout.handle].account);
        bytes32 message = StatementCode.tokenMessage(payoutId, payout.attempt);
        _committee.verify(Statement(row.chain, message, token), proof);
        uint256 worth = _table.inForce(ParamKeys.ofAsset(ParamKeys.FOREIGN_WORTH, asset));
        // Effect
        uint256 window = _chargeOut(row.chain, Units.stepsUp(payout.amount * worth, Units.tick(row.decimals)));
        payout.authorise(payoutId, token, window);
    }

    /// @inheritdoc IGateway
    function settle(bytes32 payoutId, bytes32 foreignTxId, bytes calldata proof) external {
        (Payouts.Record storage payout, address token) =
            _ended(payoutId, StatementCode.PAID, foreignTxId, proof);
        // Effect
        payout.settle(payoutId, foreignTxId);
        // Interaction
        IForeignAsset(token).burn(payout.amount);
    }

    /// @inheritdoc IGateway
    function voided(bytes32 payoutId, bytes32 spentBy, bytes calldata proof) external {
        (Payouts.Record storage payout,) = _ended(payoutId, StatementCode.VOIDED, spentBy, proof);
        // Effect
        payout.void(payoutId, spentBy);
    }

    /// @inheritdoc IGateway
    function refund(bytes32 payoutId) external {
        Payouts.Record storage payout = _payouts.expect(payoutId, PayoutStatus.VOIDED);
        // Effect
        payout.refund(payoutId);
        // Interaction
        _giveBack(payout);
    }

    /// @inheritdoc IGateway
    function retry(bytes32 payoutId) external {
        Payouts.Record storage payout = _payouts.expect(payoutId, PayoutStatus.VOIDED);
        // Check
        _requireInOffice();
        _requireAccount(payout);
        // Effect
        payout.retry(payoutId);
    }

    // ---- views ----

    /// @inheritdoc IGateway
    function payoutOf(bytes32 payoutId) external view returns (Payout memory payout) {
        Payouts.Record storage record = _payouts.records[payoutId];
        if (record.status == PayoutStatus.NONE) return payout;
        payout.status = record.status;
        payout.attempt = record.attempt;
        payout.account = _routes.destinations[record.handle].account;
        payout.handle = record.handle;
        payout.asset = _routes.assets[record.place - 1];
        payout.amount = record.amount;
        payout.token = record.token;
    }

    /// @inheritdoc IGateway
    function destinationOf(address handle) external view returns (Destination memory) {
        return _routes.destinations[handle];
    }

    /// @inheritdoc IGateway
    function handleOf(address account, bytes32 chain, bytes calldata script) external pure returns (address) {
        return StatementCode.handleOf(account, chain, script);
    }

    /// @inheritdoc IGateway
    function outRoomOf(bytes32 chain) external view returns (uint256) {
        uint256 limit = _table.inForce(ParamKeys.ofChain(ParamKeys.CHAIN_OUT, chain));
        return _outs[chain].room(_PERIOD, block.timestamp, limit);
    }

    /// @inheritdoc IGateway
    function outWindowOf(bytes32 chain) external view returns (uint256) {
        return _outs[chain];
    }

    /// @inheritdoc IGateway
    function MAX_SCRIPT() external pure returns (uint256) {
        return Routes.MAX_SCRIPT;
    }

    // ---- inside ----

    /// @dev The customer of a payout's account by the Vault's record, and the account by the sanctions list as it is now: where
    /// that is silent, the record stands at once, which the Vault's release has wait.
    function _requireFree(address account) private view {
        // Check
        uint40 everyone = _vault.everyoneHeldUntil();
        if (block.timestamp < everyone) revert Gateway_EveryoneHeld(everyone);
        address subject = _vault.subjectOf(account);
        Subject memory record = _vault.subjectRecord(subject);
        (, bool listed) = Screening.ask(_vault.sanctionsList(), account);
        if (listed || record.listed != 0) revert Gateway_AccountListed(subject);
        if (block.timestamp < record.heldUntil) revert Gateway_AccountHeld(subject, record.heldUntil);
    }

    function _chargeOut(bytes32 chain, uint256 cents) private returns (uint256 next) {
        uint256 limit = _table.inForce(ParamKeys.ofChain(ParamKeys.CHAIN_OUT, chain));
        uint256 window = _outs[chain];
        bool fits;
        (fits, next) = window.charge(_PERIOD, block.timestamp, cents, limit);
        if (!fits) {
            revert Gateway_ChainLimitReached(
                chain,
                cents,
                window.room(_PERIOD, block.timestamp, limit),
                window.fitsFrom(_PERIOD, block.timestamp, cents, limit)
            );
        }
        _outs[chain] = next;
    }

    /// @dev An authorised payout of whose attempt the committee says that it ended so.
    function _ended(bytes32 payoutId, uint8 outcome, bytes32 txId, bytes calldata proof)
        private
        view
        returns (Payouts.Record storage payout, address token)
    {
        payout = _payouts.expect(payoutId, PayoutStatus.AUTHORISED);
        (, ForeignRow memory row) = _assetOf(payout);
        // Check
        bytes32 message = StatementCode.outcomeMessage(payoutId, payout.attempt);
        _committee.verify(Statement(row.chain, message, StatementCode.outcomeContent(outcome, txId)), proof);
        return (payout, row.token);
    }

    function _requireAccount(Payouts.Record storage payout) private view {
        address account = _routes.destinations[payout.handle].account;
        if (msg.sender != account) revert Gateway_NotTheAccount(msg.sender, account);
    }

    /// @dev Reverts while the Vault has no room: the payout then stays as it was.
    function _giveBack(Payouts.Record storage payout) private {
        (AssetId asset,) = _assetOf(payout);
        _vault.deposit(asset, payout.amount, _routes.destinations[payout.handle].account);
    }

    function _assetOf(Payouts.Record storage payout) private view returns (AssetId asset, ForeignRow memory row) {
        asset = _routes.assets[payout.place - 1];
        row = _routes.rows[asset];
    }
}
