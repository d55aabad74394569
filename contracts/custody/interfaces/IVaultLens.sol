// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Facts} from "../../policy/interfaces/IExitPolicy.sol";
import {AssetId} from "../../shared/AssetId.sol";
import {Exit, Phase} from "./IVaultTypes.sol";

/// @notice What a request would meet if it were made now.
enum Verdict {
    INSTANT,
    QUEUED,
    REFUSED
}

/// @notice One window that an instant exit is charged to. Subject and pool in cents, asset in ticks.
/// @param window Zero = not charged.
/// @param used In the trailing day, with at most one sub-period more.
/// @param room Limit less used.
struct WindowState {
    bytes32 window;
    uint64 charge;
    uint64 limit;
    uint64 used;
    uint64 room;
}

/// @notice A verdict in advance.
/// @param reasons Bits of `Reason`: the policy's, the windows' and the Vault's own.
/// @param refusal Why the Vault would revert, as the error it would revert with; empty unless refused.
/// @param soon Unix seconds at which a queued exit would mature if endorsed.
/// @param late Unix seconds at which it would mature in any case.
/// @param instantNow The most that would be instant now to this recipient, raw units.
/// @param moreFrom Unix seconds from which more may be instant, if nothing else changes; 0 if time alone changes nothing.
struct Explanation {
    Verdict verdict;
    uint256 reasons;
    bytes refusal;
    uint40 soon;
    uint40 late;
    uint112 instantNow;
    uint40 moreFrom;
    WindowState[3] windows;
    Facts facts;
}

/// @notice What stands between an open exit and its payment.
/// @param payableFrom Unix seconds from which a call pays, or takes the slot if none is taken; 0 if it is gone.
/// @param slotTaken Whether its lane slot is known.
/// @param blocked Why a release would revert now, as the error it would revert with; empty if it wouldn't.
struct ExitStatus {
    bytes32 id;
    Phase phase;
    uint40 payableFrom;
    bool slotTaken;
    bytes blocked;
}

/// @notice What an account has of an asset.
/// @param seasoned Raw units that are no longer fresh.
/// @param seasonsAt Unix seconds at which more will have seasoned; 0 if nothing is fresh.
struct Holding {
    uint256 total;
    uint256 seasoned;
    uint40 seasonsAt;
}

/// @notice What an account may do, for a screen.
/// @param tier In force.
/// @param cap The subject's own limit in cents; max uint40 = none.
/// @param heldUntil Unix seconds; the later of its own hold and the one on everyone.
struct Standing {
    address subject;
    uint8 tier;
    uint40 cap;
    uint40 heldUntil;
    bool listed;
    bool app;
    uint40 instantFrom;
}

/// @notice What the Vault takes in of an asset.
/// @param verified Whether an audit covers all the code that the Vault runs.
/// @param verifiedUntil Unix seconds; max uint40 = no end, 0 = not verified.
/// @param cap Raw units that deposits may bring the liabilities to now.
/// @param unverifiedCap Raw units of it that count while the Vault isn't verified.
/// @param room Raw units that deposits may still bring.
struct Intake {
    bool verified;
    uint40 verifiedUntil;
    uint256 cap;
    uint256 unverifiedCap;
    uint256 room;
}

/// @notice Explains a Vault in advance: verdicts, when and how much would be instant, and what an exit waits for. A view
/// over the Vault's own views and the policy in force: it holds nothing and decides nothing.
interface IVaultLens {
    function vault() external view returns (address);

    /// @notice What asking for `amount` to leave to `to` would meet now, and why.
    function explain(address owner, AssetId asset, uint112 amount, address to)
        external
        view
        returns (Explanation memory);

    /// @notice What stands between an exit and its payment.
    /// @param caller Who would call `release`; matters under impairment only.
    function statusOf(Exit calldata exit, address caller) external view returns (ExitStatus memory);

    /// @notice How much deposits may bring, and whether the Vault's code is verified.
    function intakeOf(AssetId asset) external view returns (Intake memory);

    function holdingOf(address account, AssetId asset) external view returns (Holding memory);

    function standingOf(address account) external view returns (Standing memory);
}
