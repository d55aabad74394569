// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlidingWindow} from "../policy/libraries/SlidingWindow.sol";
import {AssetId} from "../shared/AssetId.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {Params} from "../shared/Params.sol";
import {Units} from "../shared/Units.sol";
import {GatewayBase} from "./GatewayBase.sol";
import {Statement} from "./interfaces/ICommittee.sol";
import {IForeignAsset} from "./interfaces/IForeignAsset.sol";
import {IGateway} from "./interfaces/IGateway.sol";
import {Deposit, DepositStatus, ForeignRow} from "./interfaces/IGatewayTypes.sol";
import {Deposits} from "./libraries/Deposits.sol";
import {Routes} from "./libraries/Routes.sol";
import {StatementCode} from "./libraries/StatementCode.sol";

/// @title GatewayDeposits
/// @notice Money in: what the committee says arrived on another chain is minted and deposited in the Vault, at once or later.
abstract contract GatewayDeposits is GatewayBase {
    using Deposits for Deposits.Book;
    using Params for Params.Table;
    using Routes for Routes.Map;
    using SlidingWindow for uint256;

    Deposits.Book private _deposits;
    mapping(AssetId asset => uint256 window) private _credits;

    /// @inheritdoc IGateway
    function credit(Deposit calldata deposit, bytes calldata proof) external {
        ForeignRow memory row = _admit(deposit);
        bytes32 id = depositIdOf(deposit.chain, deposit.txId, deposit.index);
        bytes32 content = _contentOf(deposit);
        // Check
        _requireNotConsumed(id);
        _requireNotWaiting(id);
        uint32 epoch = _committee.verify(Statement(deposit.chain, id, content), proof);
        (bool fits, uint256 window) = _credits[deposit.asset].charge(
            _PERIOD,
            block.timestamp,
            Units.stepsUp(deposit.amount, Units.tick(row.tickExponent)),
            _table.inForce(ParamKeys.ofAsset(ParamKeys.FOREIGN_INSTANT, deposit.asset))
        );
        if (!fits) {
            uint40 from =
                uint40(block.timestamp + _table.inForce(ParamKeys.ofChain(ParamKeys.FOREIGN_DELAY, deposit.chain)));
            // Effect
            _deposits.delay(id, content, from, epoch);
            emit DepositDelayed(id, deposit.account, deposit.asset, deposit.amount, from, epoch);
            return;
        }
        _requireRoom(deposit.asset, row, deposit.amount);
        // Effect
        _credits[deposit.asset] = window;
        _deposits.consume(id);
        emit DepositCredited(id, deposit.account, deposit.asset, deposit.amount, window);
        // Interaction
        _mintTo(deposit.account, deposit.asset, row.token, deposit.amount);
    }

    /// @inheritdoc IGateway
    function mature(Deposit calldata deposit) external {
        ForeignRow memory row = _admit(deposit);
        bytes32 id = depositIdOf(deposit.chain, deposit.txId, deposit.index);
        // Check
        uint32 epoch = _deposits.due(id, _contentOf(deposit));
        _requireNotConsumed(id);
        if (_committee.epochOf(epoch).revoked) revert Gateway_CommitteeRevoked(epoch);
        _requireRoom(deposit.asset, row, deposit.amount);
        // Effect
        _deposits.consume(id);
        emit DepositMatured(id, deposit.account, deposit.asset, deposit.amount);
        // Interaction
        _mintTo(deposit.account, deposit.asset, row.token, deposit.amount);
    }

    /// @inheritdoc IGateway
    function refuse(Deposit calldata deposit) external restricted {
        _deposits.refuse(depositIdOf(deposit.chain, deposit.txId, deposit.index), _contentOf(deposit));
    }

    // ---- views ----

    /// @inheritdoc IGateway
    function depositOf(bytes32 depositId) external view returns (DepositStatus status, uint40 from) {
        Deposits.Record memory record = _deposits.records[depositId];
        return (record.status, record.from);
    }

    /// @inheritdoc IGateway
    function isConsumed(bytes32 depositId) public view returns (bool) {
        if (_deposits.consumed(depositId)) return true;
        return address(_predecessor) != address(0) && _predecessor.isConsumed(depositId);
    }

    /// @inheritdoc IGateway
    function depositIdOf(bytes32 chain, bytes32 txId, uint256 index) public view returns (bytes32) {
        return StatementCode.depositId(chain, block.chainid, address(_vault), txId, index);
    }

    /// @inheritdoc IGateway
    function roomOf(AssetId asset) external view returns (uint256 room, uint256 atOnce) {
        ForeignRow memory row = _routes.rowOf(asset);
        uint256 instant = _table.inForce(ParamKeys.ofAsset(ParamKeys.FOREIGN_INSTANT, asset));
        room = _room(asset, row);
        atOnce = _credits[asset].room(_PERIOD, block.timestamp, instant) * Units.tick(row.tickExponent);
        if (atOnce > room) atOnce = room;
    }

    /// @inheritdoc IGateway
    function creditWindowOf(AssetId asset) external view returns (uint256) {
        return _credits[asset];
    }

    // ---- inside ----

    /// @dev What is asked of each credit, whoever attests it.
    function _admit(Deposit calldata deposit) private view returns (ForeignRow memory row) {
        row = _routes.rowOf(deposit.asset);
        _requireInOffice();
        // Check: coins of one chain are not those of another.
        if (deposit.chain != row.chain) revert Gateway_OtherChain(deposit.asset, deposit.chain, row.chain);
        if (deposit.amount == 0) revert Gateway_ZeroAmount();
        _requireSpender(deposit.account);
        _requireOpen(row.chain);
    }

    /// @dev Asks predecessors too: one that has begun to wait here may be refused there.
    function _requireNotConsumed(bytes32 id) private view {
        if (isConsumed(id)) revert Gateway_Consumed(id);
    }

    /// @dev A deposit waits once, unless whoever attested it was revoked meanwhile: then it has never been attested.
    function _requireNotWaiting(bytes32 id) private view {
        Deposits.Record memory record = _deposits.records[id];
        if (record.status != DepositStatus.DELAYED || _committee.epochOf(record.epoch).revoked) return;
        revert Gateway_Delayed(id, record.from);
    }

    function _requireRoom(AssetId asset, ForeignRow memory row, uint256 amount) private view {
        uint256 room = _room(asset, row);
        if (amount > room) revert Gateway_NoRoom(asset, room);
    }

    /// @dev What FOREIGN_CAP leaves, and what the Vault takes beside everything that may come back to it.
    function _room(AssetId asset, ForeignRow memory row) private view returns (uint256 room) {
        IForeignAsset token = IForeignAsset(row.token);
        uint256 supply = token.totalSupply();
        uint256 cap = _table.inForce(ParamKeys.ofAsset(ParamKeys.FOREIGN_CAP, asset)) * Units.tick(row.tickExponent);
        room = cap > supply ? cap - supply : 0;
        uint256 takes = _vault.room(asset);
        uint256 outside = supply - token.balanceOf(address(_vault));
        takes = takes > outside ? takes - outside : 0;
        if (takes < room) room = takes;
    }

    /// @dev The Vault credits what is minted, fresh.
    function _mintTo(address account, AssetId asset, address token, uint256 amount) private {
        IForeignAsset(token).mint(amount);
        _vault.deposit(asset, amount, account);
    }

    function _contentOf(Deposit calldata deposit) private pure returns (bytes32) {
        return StatementCode.depositContent(deposit.account, deposit.asset, deposit.amount);
    }
}
