// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AssetId} from "../../shared/AssetId.sol";
import {Exit} from "./IVaultTypes.sol";

/// @notice What a reserve knows of an exit; one slot.
/// @param readyAt From when it may be refilled, for `ANNOUNCED_FOR`, Unix seconds; 0 = not announced, or spent.
/// @param vetoedUntil Until when it may not; 0 = never vetoed.
struct Announcement {
    uint40 readyAt;
    uint40 vetoedUntil;
}

/// @notice A store of the Vault's assets that gives only to it, or to a colder one of its kind. What the Vault lacks for a
/// mature exit comes after a delay, by anyone, unless this reserve's Safe vetoes; everything else needs the Safe.
///
/// Assumptions. Correctness: the Vault and its other reserves are code that governance has reviewed; tokens move exactly.
/// Liveness: nobody. A veto ends after 30 days, a delay is 7 days at most, and neither can be renewed for the same exit; a
/// veto of everything ends after 30 days too, and rests for 60.
interface IReserve {
    /// @param announcementSlot The exit's slot here after the write.
    event Announced(bytes32 indexed id, Exit exit, uint256 announcementSlot);
    /// @notice By a refill, or because the exit is gone.
    event AnnouncementSpent(bytes32 indexed id, uint256 announcementSlot);
    event Vetoed(bytes32 indexed id, uint256 announcementSlot);
    event Unvetoed(bytes32 indexed id, uint256 announcementSlot);
    event VetoedAll(uint40 until);
    event UnvetoedAll();
    /// @notice This reserve's part of what the Vault lacked for an exit.
    event Covered(bytes32 indexed id, AssetId indexed asset, uint256 amount);
    /// @notice By the Safe's will.
    event Sent(AssetId indexed asset, uint256 amount);
    event SweptColder(AssetId indexed asset, address indexed colder, uint256 amount);
    event ReturnAnnounced(AssetId indexed asset, uint40 readyAt);
    /// @notice All of it, as the asset is being wound down.
    event Returned(AssetId indexed asset, uint256 amount);

    error Reserve_ZeroAddress();
    error Reserve_ZeroAmount();
    error Reserve_ServesAnother(address reserve, address vault);
    error Reserve_NotOpen(bytes32 id);
    error Reserve_AnnouncedAlready(bytes32 id, uint40 readyAt);
    error Reserve_NotAnnounced(bytes32 id);
    error Reserve_AnnouncementLapsed(bytes32 id, uint40 readyAt);
    error Reserve_StillOpen(bytes32 id);
    error Reserve_NotReady(bytes32 id, uint40 readyAt);
    error Reserve_NotMature(bytes32 id, uint40 from);
    error Reserve_IsVetoed(bytes32 id, uint40 until);
    error Reserve_VetoedBefore(bytes32 id, uint40 until);
    error Reserve_NotVetoed(bytes32 id);
    error Reserve_OnlyOwner(address owner);
    error Reserve_OwnerStopped(address owner);
    error Reserve_OnlyReserves(address caller);
    error Reserve_TooLittle(AssetId asset, uint256 lacking);
    error Reserve_NotReleased(bytes32 id);
    error Reserve_NotListed(AssetId asset);
    error Reserve_NothingColder();
    error Reserve_NothingToSweep(AssetId asset, uint256 held, uint256 kept);
    error Reserve_NothingHere(AssetId asset);
    error Reserve_NotWindingDown(AssetId asset);
    error Reserve_WindingDown(AssetId asset);
    error Reserve_VetoedAllBefore(uint40 againFrom);
    error Reserve_NothingVetoed();
    error Reserve_AllVetoed(uint40 until);
    error Reserve_ReturnAnnounced(AssetId asset, uint40 readyAt);
    error Reserve_ReturnNotReady(AssetId asset, uint40 readyAt);
    error Reserve_PushFailed(address to);
    error Reserve_SentDiffers(AssetId asset, uint256 expected, uint256 sent);
    error Reserve_ArrivedDiffers(AssetId asset, uint256 expected, uint256 arrived);

    // ---- for an exit ----

    /// @notice Starts the refill delay of an open exit, by anyone. It runs beside the exit's own clock, so announce when the
    /// exit is queued, at every level. A later change of the delay doesn't move it. Good for one refill within 90 days; then
    /// it is announced anew.
    ///
    /// Requirements: the exit is open; no announcement of it stands here.
    function announce(Exit calldata exit) external returns (uint40 readyAt);

    /// @notice Ends the announcement of an exit that was cancelled or paid without this level, by anyone. What stands here is
    /// what a Vault whose code has turned could draw at once.
    ///
    /// Requirements: announced here; the Vault says that it isn't open.
    function forget(bytes32 id) external;

    /// @notice Brings the Vault exactly what it lacks to pay this exit, and has it paid in the same call, by anyone. Takes
    /// from every level that is ready for the exit, the nearest first. While the asset is impaired it brings what the
    /// owner's share lacks and pays nothing: the owner releases next.
    ///
    /// Requirements: announced here, the delay is over, for less than 90 days, no veto is in force here; the exit has matured and its slot, if it
    /// took one, has come; the levels that are ready have enough; impaired (until it is being wound down): the caller is the
    /// owner, who is neither held nor listed.
    /// @return brought Raw units, from all levels together.
    function refill(Exit calldata exit) external returns (uint256 brought);

    /// @notice This level's part in another level's `refill`: what it has of what the Vault lacks for the exit.
    ///
    /// Requirements: the caller is one of the Vault's reserves; else as for `refill`, for this level.
    function cover(Exit calldata exit) external;

    // ---- by this reserve's Safe ----

    /// @notice Forbids to refill an exit from here for 30 days, once per exit (TREASURER).
    function veto(bytes32 id) external;

    /// @notice Ends a veto. It can't be put back (TREASURER).
    function unveto(bytes32 id) external;

    /// @notice Forbids all refills and returns from here for 30 days; not again until 60 days after its end (TREASURER). For a
    /// Vault whose code or ledger can't be believed: there a thief has more exits than anyone vetoes one by one.
    function vetoAll() external;

    /// @notice Ends that (TREASURER).
    function unvetoAll() external;

    /// @notice Brings the Vault `amount`, for whatever reason (TREASURER). A fee that the token takes on the way is borne.
    function send(AssetId asset, uint256 amount) external;

    // ---- between levels ----

    /// @notice Moves what exceeds KEEP, and what the Vault lacks for all open exits, to the colder reserve, by anyone.
    ///
    /// Requirements: there is a colder one, which is among the Vault's reserves; the asset is listed and not being wound
    /// down; there is an excess.
    function sweep(AssetId asset) external returns (uint256 amount);

    /// @notice Starts the delay of giving all back, while the asset is being wound down, by anyone.
    function announceReturn(AssetId asset) external returns (uint40 readyAt);

    /// @notice Gives all back to the Vault while the asset is being wound down, by anyone, whatever exits are vetoed.
    ///
    /// Requirements: announced, and ready for less than `RETURN_TERM`; not everything is vetoed.
    function returnAll(AssetId asset) external returns (uint256 amount);

    // ---- views ----

    function announcedOf(bytes32 id) external view returns (Announcement memory);

    /// @notice Until when everything is vetoed, Unix seconds; 0 = never was.
    function allVetoedUntil() external view returns (uint40);

    /// @notice From when all of an asset may be given back, Unix seconds; 0 = not announced.
    function returnReadyAt(AssetId asset) external view returns (uint40);

    /// @notice What the Vault lacks to pay this exit now, raw units.
    function lackingFor(Exit calldata exit) external view returns (uint256);

    /// @notice What a sweep would move, raw units.
    function sweepable(AssetId asset) external view returns (uint256);

    /// @notice The delay that an announcement made now would get, seconds.
    function refillDelay() external view returns (uint256);

    /// @notice The Vault that it serves.
    function vault() external view returns (address);

    /// @notice The next colder reserve; zero if this is the coldest.
    function colder() external view returns (address);
}
