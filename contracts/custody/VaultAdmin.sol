// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManagedUpgradeable} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagedUpgradeable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAuditRecord} from "../governance/interfaces/IAuditRecord.sol";
import {Facts} from "../policy/interfaces/IExitPolicy.sol";
import {AssetId} from "../shared/AssetId.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {Params} from "../shared/Params.sol";
import {Parametrised} from "../shared/Parametrised.sol";
import {IParams, ParamSpec} from "../shared/interfaces/IParams.sol";
import {VaultScreening} from "./VaultScreening.sol";
import {VaultNamespace} from "./VaultNamespace.sol";
import {IVaultAdmin} from "./interfaces/IVaultAdmin.sol";
import {Account, Asset, Exit, Kind, Open, Phase, Subject, TokenClass} from "./interfaces/IVaultTypes.sol";
import {Assets} from "./libraries/Assets.sol";
import {Opens} from "./libraries/Opens.sol";
import {Requests} from "./libraries/Requests.sol";
import {VaultAssets} from "./libraries/VaultAssets.sol";
import {VaultAudit} from "./libraries/VaultAudit.sol";
import {VaultCare} from "./libraries/VaultCare.sol";
import {VaultLayout} from "./libraries/VaultLayout.sol";
import {VaultParams} from "./libraries/VaultParams.sol";
import {VaultReserves} from "./libraries/VaultReserves.sol";
import {VaultSubjects} from "./libraries/VaultSubjects.sol";

/// @title VaultAdmin
/// @notice The Vault's rarer verbs: who may call what. `Vault` hands every call that it doesn't know to this contract by
/// delegatecall, so both are one account with one storage, and neither outgrows the code size limit.
/// @dev Immutable in `Vault`: the two are upgraded together or not at all. Called on its own address it governs nothing.
contract VaultAdmin is
    VaultNamespace,
    IVaultAdmin,
    VaultScreening,
    Parametrised,
    AccessManagedUpgradeable,
    ReentrancyGuardTransient
{
    using Assets for VaultNamespace.Packed;
    using Assets for uint256;
    using Opens for Open;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IAuditRecord private immutable _record;

    /// @param record Caps the holdings while the code that runs isn't covered by an audit.
    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(IAuditRecord record) {
        if (address(record).code.length == 0) revert Vault_ZeroAddress();
        _record = record;
        _disableInitializers();
    }

    function initialize(address authority) external initializer {
        if (authority == address(0)) revert Vault_ZeroAddress();
        __AccessManaged_init(authority);
        VaultCare.governed();
    }

    /// @dev For the timelock's verbs: each shows that governance is alive.
    modifier governs() {
        VaultCare.governed();
        _;
    }

    // ---- a subject's own ----

    function setDestination(address to, bool on) external {
        VaultSubjects.setDestination(msg.sender, to, on);
    }

    function setCap(uint40 cents) external {
        VaultSubjects.setCap(msg.sender, cents);
    }

    function checkImpairment(AssetId asset) external nonReentrant {
        VaultAssets.checkImpairment(asset, VaultAssets.holdings(asset));
    }

    function screen(address account) external {
        (address list,) = VaultLayout.screen();
        (bool answered,) = _screen(list, account);
        if (!answered) revert Vault_ScreeningDown(account, 0);
    }

    // ---- reserves ----

    function sweep(AssetId asset) external nonReentrant returns (uint256 amount) {
        return VaultReserves.sweep(asset);
    }

    function refill(AssetId asset) external payable nonReentrant {
        VaultReserves.refill(asset);
    }

    function addReserve(address reserve) external restricted governs {
        VaultReserves.add(reserve);
        VaultAudit.lapse(_record);
    }

    function removeReserve(address reserve) external restricted governs {
        VaultReserves.remove(reserve);
    }

    // ---- when something is lost ----

    function recover(address from, address to, AssetId[] calldata assets, Exit[] calldata exits) external restricted {
        VaultCare.recover(from, to, assets, exits);
    }

    function closeInstant() external restricted {
        VaultCare.setInstantClosed(true);
    }

    function openInstant(uint40 validUntil) external restricted governs {
        VaultCare.openInstant(validUntil);
    }

    function heartbeat() external restricted governs {}

    function windDown(AssetId asset) external {
        VaultCare.windDown(asset);
    }

    function revive(AssetId asset) external restricted governs {
        VaultCare.revive(asset);
    }

    // ---- restricted: one role each ----

    function endorse(bytes32 id) external restricted {
        Open storage open = VaultLayout.slots().opens[id];
        // Check
        if (open.phase == Phase.NONE) revert Vault_NotOpen(id);
        if (open.phase == Phase.ENDORSED) revert Vault_EndorsedAlready(id);
        // Effect
        open.phase = Phase.ENDORSED;
        emit Endorsed(id, open.load());
    }

    function hold(address subject, uint40 secs) external restricted {
        VaultSubjects.hold(subject, secs);
    }

    function lift(address subject) external restricted {
        VaultSubjects.lift(subject);
    }

    function extend(address subject, uint40 secs) external restricted governs {
        VaultSubjects.extend(subject, secs);
    }

    function setSubject(address account, address subject) external restricted {
        VaultSubjects.setSubject(account, subject);
    }

    function setTier(address subject, uint8 tier, uint40 from, uint40 until) external restricted {
        VaultSubjects.setTier(subject, tier, from, until);
    }

    function list(AssetId asset, TokenClass tokenClass, uint8 tickExponent) external restricted governs {
        VaultAssets.list(asset, tokenClass, tickExponent);
    }

    function setKind(address app, Kind kind) external restricted governs {
        VaultSubjects.setKind(app, kind);
    }

    /// @inheritdoc IParams
    function tighten(bytes32 key, uint64 value) external restricted {
        _tighten(key, value);
    }

    /// @inheritdoc IParams
    function set(bytes32 key, uint32 expectedVersion, uint40 validUntil, uint64 value) external restricted governs {
        _set(key, expectedVersion, validUntil, value);
        if (key == ParamKeys.global(ParamKeys.FRESH_PERIOD)) VaultAssets.spreadFreshHours();
    }

    function setPolicy(address expected, uint32 expectedRevision, uint40 validUntil, address next)
        external
        restricted
        governs
    {
        VaultAssets.setPolicy(expected, expectedRevision, validUntil, next);
        VaultAudit.lapse(_record);
    }

    // ---- views ----

    function subjectOf(address account) external view returns (address) {
        return VaultLayout.subjectOf(account);
    }

    function accountOf(address account) external view returns (Account memory) {
        return VaultLayout.slots().accounts[account];
    }

    function subjectRecord(address subject) external view returns (Subject memory) {
        return VaultLayout.slots().subjects[subject];
    }

    function destinationOf(address subject, address to) external view returns (uint40 usableFrom) {
        return VaultLayout.slots().book[subject][to];
    }

    function everyoneHeldUntil() external view returns (uint40) {
        return VaultLayout.slots().door.heldUntil;
    }

    function facts(address owner, AssetId asset, uint112 amount, address to) external view returns (Facts memory) {
        VaultNamespace.Layout storage $ = VaultLayout.slots();
        (address subject, uint256 account, uint256 s) = VaultLayout.member(owner);
        uint256 balance = $.balances[owner][asset].word;
        return Requests.facts(owner, subject, account, s, asset, $.assets[asset].load(), balance, amount, to);
    }

    function assetOf(AssetId asset) external view returns (Asset memory) {
        return VaultLayout.slots().assets[asset].load().unpack();
    }

    function hotCeiling(AssetId asset) external view returns (uint256) {
        return VaultReserves.hotCeiling(asset, VaultLayout.slots().assets[asset].load());
    }

    function reserves() external view returns (address[] memory) {
        return VaultLayout.slots().reserves;
    }

    function governedAt() external view returns (uint40) {
        return VaultLayout.slots().governedAt;
    }

    function instantClosed() external view returns (bool) {
        return VaultLayout.slots().door.instantClosed;
    }

    function holdings(AssetId asset) external view returns (uint256) {
        return VaultAssets.holdings(asset);
    }

    function room(AssetId asset) external view returns (uint256) {
        uint256 a = VaultLayout.slots().assets[asset].load();
        return a.class() == TokenClass.UNLISTED ? 0 : VaultAssets.room(_record, asset, a);
    }

    function listedAssets() external view returns (AssetId[] memory) {
        return VaultLayout.slots().listed;
    }

    function balanceSlot(address account, AssetId asset) external view returns (uint256 packed) {
        return VaultLayout.slots().balances[account][asset].word;
    }

    function auditRecord() external view returns (address) {
        return address(_record);
    }

    function policy() external view returns (address) {
        return VaultLayout.slots().door.policy;
    }

    function sanctionsList() external view returns (address) {
        return VaultLayout.slots().screen.list;
    }

    function openOf(bytes32 id) external view returns (Open memory) {
        return VaultLayout.slots().opens[id];
    }

    function windowOf(bytes32 key) external view returns (uint256 packed) {
        return VaultLayout.slots().windows[key].word;
    }

    function _params() internal view override returns (Params.Table storage) {
        return VaultLayout.slots().params;
    }

    function _spec(bytes32 key) internal pure override returns (ParamSpec memory) {
        return VaultParams.spec(key);
    }
}
