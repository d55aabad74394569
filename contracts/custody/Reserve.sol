// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {AssetId, AssetIds} from "../shared/AssetId.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {Params} from "../shared/Params.sol";
import {Parametrised} from "../shared/Parametrised.sol";
import {Units} from "../shared/Units.sol";
import {IParams, ParamSpec} from "../shared/interfaces/IParams.sol";
import {Announcement, IReserve} from "./interfaces/IReserve.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Asset, Exit, Open, Phase, Subject, TokenClass} from "./interfaces/IVaultTypes.sol";
import {Assets} from "./libraries/Assets.sol";
import {Lanes} from "./libraries/Lanes.sol";
import {Queue} from "./libraries/Queue.sol";
import {ReserveParams} from "./libraries/ReserveParams.sol";
import {Tokens} from "./libraries/Tokens.sol";

/// @title Reserve
/// @notice One level of cold storage. Code of its own, not a proxy, under an AccessManager of its own: whoever governs the
/// Vault doesn't govern it. `_push` is the only code that moves money, to the Vault or to the colder level.
contract Reserve is IReserve, Parametrised, AccessManaged, ReentrancyGuardTransient {
    using Params for Params.Table;
    using SafeERC20 for IERC20;

    /// @notice How long a veto lasts. Then the exit is refillable: neither lost nor stolen keys of the Safe trap money.
    uint40 public constant VETO_FOR = 30 days;
    /// @notice How long after the end of a veto of everything there can't be another.
    uint40 public constant REST_FOR = 60 days;
    /// @notice How long an announced return can be made once it is ready.
    uint40 public constant RETURN_TERM = 30 days;
    /// @notice How long an announced exit can be refilled once it is ready: longer than all vetoes that follow one another.
    uint40 public constant ANNOUNCED_FOR = 90 days;

    IVault private immutable _vault;
    IReserve private immutable _colder;
    Params.Table private _table;
    mapping(bytes32 id => Announcement) private _announced;
    mapping(AssetId asset => uint40 readyAt) private _returns;
    uint40 private _allVetoedUntil;

    /// @param authority This level's own AccessManager.
    /// @param vault_ The Vault to serve.
    /// @param colder_ The next colder level; zero for the coldest.
    constructor(address authority, IVault vault_, IReserve colder_) AccessManaged(authority) {
        if (authority == address(0) || address(vault_) == address(0)) revert Reserve_ZeroAddress();
        if (address(colder_) != address(0) && colder_.vault() != address(vault_)) {
            revert Reserve_ServesAnother(address(colder_), colder_.vault());
        }
        (_vault, _colder) = (vault_, colder_);
    }

    /// @dev From anyone: what is sent here can always be forced here, and can only back claims.
    receive() external payable {}

    // ---- for an exit ----

    /// @inheritdoc IReserve
    function announce(Exit calldata exit) external returns (uint40 readyAt) {
        bytes32 id = Queue.idOf(exit);
        Announcement storage a = _announced[id];
        // Check
        _openNow(id);
        bool stands = a.readyAt != 0 && block.timestamp < a.readyAt + ANNOUNCED_FOR;
        if (stands) revert Reserve_AnnouncedAlready(id, a.readyAt);
        // Effect: a week from now at most.
        readyAt = uint40(block.timestamp + refillDelay());
        a.readyAt = readyAt;
        emit Announced(id, exit, _word(a));
    }

    /// @inheritdoc IReserve
    function forget(bytes32 id) external {
        // Check
        if (_announced[id].readyAt == 0) revert Reserve_NotAnnounced(id);
        if (_vault.openOf(id).phase != Phase.NONE) revert Reserve_StillOpen(id);
        // Effect
        _spend(id);
    }

    /// @inheritdoc IReserve
    function refill(Exit calldata exit) external nonReentrant returns (uint256 brought) {
        bytes32 id = Queue.idOf(exit);
        Asset memory asset = _vault.assetOf(exit.asset);
        bool ownerReleases = asset.impaired && !asset.windingDown;
        // Check
        _requireReady(id, exit);
        if (ownerReleases) _requireFreeOwner(exit.owner);
        // Effect
        _spend(id);
        brought = _lacking(exit);
        // Interaction: the nearest level first, this one in its place. A level that isn't ready, or that the token denies,
        // leaves its part to the colder ones.
        address[] memory levels = _vault.reserves();
        for (uint256 i; i < levels.length && _lacking(exit) != 0; ++i) {
            if (levels[i] == address(this)) {
                _cover(id, exit);
            } else {
                try IReserve(levels[i]).cover(exit) {} catch {}
            }
        }
        uint256 lacking = _lacking(exit);
        if (lacking != 0) revert Reserve_TooLittle(exit.asset, lacking);
        // Interaction: what was brought is paid at once, so nobody else's exit gets it. A share only its owner releases.
        if (!ownerReleases && !_vault.release(exit)) revert Reserve_NotReleased(id);
    }

    /// @inheritdoc IReserve
    function cover(Exit calldata exit) external nonReentrant {
        bytes32 id = Queue.idOf(exit);
        // Check: such a caller has the exit paid afterwards, or all of this undone.
        if (!_isLevel(msg.sender)) revert Reserve_OnlyReserves(msg.sender);
        _requireReady(id, exit);
        // Effect
        _spend(id);
        _cover(id, exit);
    }

    /// @dev Good for one refill: a Vault whose code has turned finds nothing ready of better days. What was vetoed stays so.
    function _spend(bytes32 id) private {
        Announcement storage a = _announced[id];
        a.readyAt = 0;
        emit AnnouncementSpent(id, _word(a));
    }

    function _cover(bytes32 id, Exit calldata exit) private {
        uint256 amount = _lacking(exit);
        uint256 held = Tokens.held(exit.asset, address(this));
        if (amount > held) amount = held;
        if (amount == 0) return;
        emit Covered(id, exit.asset, amount);
        // Interaction
        _pushExactly(exit.asset, address(_vault), amount);
    }

    // ---- by this reserve's Safe ----

    /// @inheritdoc IReserve
    function veto(bytes32 id) external restricted {
        Announcement storage a = _announced[id];
        // Check
        _openNow(id);
        if (a.vetoedUntil != 0) revert Reserve_VetoedBefore(id, a.vetoedUntil);
        // Effect
        a.vetoedUntil = uint40(block.timestamp) + VETO_FOR;
        emit Vetoed(id, _word(a));
    }

    /// @inheritdoc IReserve
    function unveto(bytes32 id) external restricted {
        Announcement storage a = _announced[id];
        // Check
        if (block.timestamp >= a.vetoedUntil) revert Reserve_NotVetoed(id);
        // Effect: ended, not forgotten.
        a.vetoedUntil = uint40(block.timestamp);
        emit Unvetoed(id, _word(a));
    }

    /// @inheritdoc IReserve
    function vetoAll() external restricted {
        uint40 before = _allVetoedUntil;
        // Check: never renewed before it has rested, or it would trap money.
        if (before != 0 && block.timestamp < before + REST_FOR) revert Reserve_VetoedAllBefore(before + REST_FOR);
        // Effect
        _allVetoedUntil = uint40(block.timestamp) + VETO_FOR;
        emit VetoedAll(_allVetoedUntil);
    }

    /// @inheritdoc IReserve
    function unvetoAll() external restricted {
        // Check
        if (block.timestamp >= _allVetoedUntil) revert Reserve_NothingVetoed();
        // Effect: its rest begins.
        _allVetoedUntil = uint40(block.timestamp);
        emit UnvetoedAll();
    }

    /// @inheritdoc IReserve
    function send(AssetId asset, uint256 amount) external restricted nonReentrant {
        // Check
        _listed(asset);
        uint256 held = Tokens.held(asset, address(this));
        if (amount == 0) revert Reserve_ZeroAmount();
        if (amount > held) revert Reserve_TooLittle(asset, amount - held);
        emit Sent(asset, amount);
        // Interaction
        _push(asset, address(_vault), amount);
    }

    /// @inheritdoc IParams
    function tighten(bytes32 key, uint64 value) external restricted {
        _tighten(key, value);
    }

    /// @inheritdoc IParams
    function set(bytes32 key, uint32 expectedVersion, uint40 validUntil, uint64 value) external restricted {
        _set(key, expectedVersion, validUntil, value);
    }

    // ---- between levels ----

    /// @inheritdoc IReserve
    function sweep(AssetId asset) external nonReentrant returns (uint256 amount) {
        // Check: what lies where the Vault doesn't count it would be missing from its holdings.
        if (address(_colder) == address(0)) revert Reserve_NothingColder();
        if (!_isLevel(address(_colder))) revert Reserve_OnlyReserves(address(_colder));
        if (_listed(asset).windingDown) revert Reserve_WindingDown(asset);
        (uint256 held, uint256 kept) = _keeps(asset);
        if (held <= kept) revert Reserve_NothingToSweep(asset, held, kept);
        amount = held - kept;
        emit SweptColder(asset, address(_colder), amount);
        // Interaction
        _pushExactly(asset, address(_colder), amount);
    }

    /// @inheritdoc IReserve
    function announceReturn(AssetId asset) external returns (uint40 readyAt) {
        uint40 before = _returns[asset];
        // Check
        if (!_listed(asset).windingDown) revert Reserve_NotWindingDown(asset);
        if (before != 0 && block.timestamp < before + RETURN_TERM) revert Reserve_ReturnAnnounced(asset, before);
        // Effect: a week from now at most.
        readyAt = uint40(block.timestamp + refillDelay());
        _returns[asset] = readyAt;
        emit ReturnAnnounced(asset, readyAt);
    }

    /// @inheritdoc IReserve
    function returnAll(AssetId asset) external nonReentrant returns (uint256 amount) {
        uint40 readyAt = _returns[asset];
        // Check: the Vault says that it is winding down, and a Vault can lie. So this waits, and can be vetoed, like a refill.
        if (!_listed(asset).windingDown) revert Reserve_NotWindingDown(asset);
        if (readyAt == 0 || block.timestamp < readyAt || block.timestamp >= readyAt + RETURN_TERM) {
            revert Reserve_ReturnNotReady(asset, readyAt);
        }
        if (block.timestamp < _allVetoedUntil) revert Reserve_AllVetoed(_allVetoedUntil);
        amount = Tokens.held(asset, address(this));
        if (amount == 0) revert Reserve_NothingHere(asset);
        // Effect: spent, as a refill is.
        delete _returns[asset];
        emit Returned(asset, amount);
        // Interaction
        _push(asset, address(_vault), amount);
    }

    // ---- views ----

    /// @inheritdoc IReserve
    function announcedOf(bytes32 id) external view returns (Announcement memory) {
        return _announced[id];
    }

    /// @inheritdoc IReserve
    function allVetoedUntil() external view returns (uint40) {
        return _allVetoedUntil;
    }

    /// @inheritdoc IReserve
    function returnReadyAt(AssetId asset) external view returns (uint40) {
        return _returns[asset];
    }

    /// @inheritdoc IReserve
    function lackingFor(Exit calldata exit) external view returns (uint256) {
        _openNow(Queue.idOf(exit));
        return _lacking(exit);
    }

    /// @inheritdoc IReserve
    function sweepable(AssetId asset) external view returns (uint256) {
        if (address(_colder) == address(0) || !_isLevel(address(_colder)) || _listed(asset).windingDown) return 0;
        (uint256 held, uint256 kept) = _keeps(asset);
        return held > kept ? held - kept : 0;
    }

    /// @inheritdoc IReserve
    function refillDelay() public view returns (uint256) {
        uint64 secs = _table.inForce(ParamKeys.global(ParamKeys.REFILL_DELAY));
        return secs == 0 ? ReserveParams.LONGEST_DELAY : secs;
    }

    /// @inheritdoc IReserve
    function vault() external view returns (address) {
        return address(_vault);
    }

    /// @inheritdoc IReserve
    function colder() external view returns (address) {
        return address(_colder);
    }

    // ---- what is asked of the Vault ----

    function _openNow(bytes32 id) private view returns (Open memory open) {
        open = _vault.openOf(id);
        if (open.phase == Phase.NONE) revert Reserve_NotOpen(id);
    }

    /// @dev This level's rules, and that the Vault would pay the exit now.
    function _requireReady(bytes32 id, Exit calldata exit) private view {
        Announcement memory a = _announced[id];
        if (a.readyAt == 0) revert Reserve_NotAnnounced(id);
        if (block.timestamp < a.readyAt) revert Reserve_NotReady(id, a.readyAt);
        if (block.timestamp >= a.readyAt + ANNOUNCED_FOR) revert Reserve_AnnouncementLapsed(id, a.readyAt);
        if (block.timestamp < a.vetoedUntil) revert Reserve_IsVetoed(id, a.vetoedUntil);
        if (block.timestamp < _allVetoedUntil) revert Reserve_AllVetoed(_allVetoedUntil);
        Open memory open = _openNow(id);
        uint40 from = open.phase == Phase.ENDORSED ? exit.soon : exit.late;
        uint40 slot = Lanes.secondsUp(open.slot);
        if (slot > from) from = slot;
        if (block.timestamp < from) revert Reserve_NotMature(id, from);
    }

    /// @dev The Vault would refuse anybody else's release, and this one's while it is stopped: nothing is brought for it.
    function _requireFreeOwner(address owner) private view {
        if (msg.sender != owner) revert Reserve_OnlyOwner(owner);
        Subject memory s = _vault.subjectRecord(_vault.subjectOf(owner));
        if (s.listed != 0 || block.timestamp < s.heldUntil || block.timestamp < _vault.everyoneHeldUntil()) {
            revert Reserve_OwnerStopped(owner);
        }
    }

    /// @dev What the Vault lacks to pay this exit: all of it, or its share of what is there.
    function _lacking(Exit calldata exit) private view returns (uint256) {
        Asset memory a = _vault.assetOf(exit.asset);
        uint256 due = exit.amount;
        if (a.impaired) due = Assets.shareOf(due, _vault.holdings(exit.asset), a.liabilities);
        uint256 inVault = Tokens.held(exit.asset, address(_vault));
        return due > inVault ? due - inVault : 0;
    }

    /// @dev What is here, and how much of it a sweep leaves: KEEP, and what the Vault lacks for all that is queued.
    function _keeps(AssetId asset) private view returns (uint256 held, uint256 kept) {
        Asset memory a = _listed(asset);
        uint256 tick = Units.tick(a.tickExponent);
        held = Tokens.held(asset, address(this));
        uint256 queued = uint256(a.queuedTicks) * tick;
        uint256 inVault = Tokens.held(asset, address(_vault));
        kept = uint256(_table.inForce(ParamKeys.ofAsset(ParamKeys.KEEP, asset))) * tick;
        if (queued > inVault) kept += queued - inVault;
    }

    function _listed(AssetId asset) private view returns (Asset memory a) {
        a = _vault.assetOf(asset);
        if (a.class == TokenClass.UNLISTED) revert Reserve_NotListed(asset);
    }

    function _isLevel(address account) private view returns (bool) {
        address[] memory levels = _vault.reserves();
        for (uint256 i; i < levels.length; ++i) {
            if (levels[i] == account) return true;
        }
        return false;
    }

    // ---- the only mover of money ----

    /// @dev What anyone may cause is exact at both ends: no fee is paid by calling it often.
    function _pushExactly(AssetId asset, address to, uint256 amount) private {
        uint256 arrived = _push(asset, to, amount);
        if (arrived != amount) revert Reserve_ArrivedDiffers(asset, amount, arrived);
    }

    /// @param to The Vault or the colder level.
    function _push(AssetId asset, address to, uint256 amount) private returns (uint256 arrived) {
        bool native = asset.eq(AssetIds.native());
        uint256 here = Tokens.held(asset, address(this));
        uint256 there = Tokens.held(asset, to);
        // Interaction
        if (!native) IERC20(asset.token()).safeTransfer(to, amount);
        if (to == address(_vault)) {
            _vault.refill{value: native ? amount : 0}(asset);
        } else if (native) {
            (bool ok,) = to.call{value: amount}("");
            if (!ok) revert Reserve_PushFailed(to);
        }
        uint256 left = Tokens.held(asset, address(this));
        uint256 sent = here > left ? here - left : 0;
        if (sent != amount) revert Reserve_SentDiffers(asset, amount, sent);
        uint256 then = Tokens.held(asset, to);
        arrived = then > there ? then - there : 0;
        if (arrived == 0) revert Reserve_ArrivedDiffers(asset, amount, arrived);
    }

    function _word(Announcement memory a) private pure returns (uint256) {
        return uint256(a.readyAt) | (uint256(a.vetoedUntil) << 40);
    }

    function _params() internal view override returns (Params.Table storage) {
        return _table;
    }

    function _spec(bytes32 key) internal pure override returns (ParamSpec memory) {
        return ReserveParams.spec(key);
    }
}
