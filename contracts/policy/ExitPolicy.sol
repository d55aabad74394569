// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceRouter, Mode} from "../oracle/interfaces/IPriceRouter.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {Parametrised} from "../shared/Parametrised.sol";
import {Params} from "../shared/Params.sol";
import {Units} from "../shared/Units.sol";
import {WindowKeys} from "../shared/WindowKeys.sol";
import {IParams, ParamSpec} from "../shared/interfaces/IParams.sol";
import {Facts, IExitPolicy, Quote} from "./interfaces/IExitPolicy.sol";
import {Verdict} from "./libraries/Lattice.sol";
import {PolicyParams} from "./libraries/PolicyParams.sol";
import {Screening} from "./libraries/Screening.sol";
import {TierLimits} from "./libraries/TierLimits.sol";
import {DestinationSlice} from "./slices/DestinationSlice.sol";
import {FreshnessSlice} from "./slices/FreshnessSlice.sol";
import {OracleSlice} from "./slices/OracleSlice.sol";
import {OwnCapSlice} from "./slices/OwnCapSlice.sol";
import {SanctionsSlice} from "./slices/SanctionsSlice.sol";
import {TierSlice} from "./slices/TierSlice.sol";

/// @title ExitPolicy
/// @notice The fold of all slices over one request. A new rule is one slice and one line in `_meetOfSlices`.
contract ExitPolicy is IExitPolicy, Parametrised, AccessManaged {
    using Params for Params.Table;
    using TierLimits for TierLimits.Digests;

    IPriceRouter private immutable _router;
    address private immutable _list;
    Params.Table private _table;
    TierLimits.Digests private _tiers;

    /// @param authority The AccessManager.
    /// @param router Prices of charges.
    /// @param list The sanctions list; zero = this deployment screens nobody.
    constructor(address authority, IPriceRouter router, address list) AccessManaged(authority) {
        if (authority == address(0) || address(router) == address(0)) revert ExitPolicy_ZeroAddress();
        _router = router;
        _list = list;
    }

    /// @inheritdoc IExitPolicy
    function quote(Facts calldata f) external view returns (Quote memory q) {
        (uint256 cents, bool normal) = _worth(f);
        Verdict v = _meetOfSlices(f, cents, normal);
        (q.soon, q.late, q.reasons) = (v.soon(), v.late(), v.reasons());
        (q.subjectWindow, q.subjectAmount, q.subjectLimit) = (WindowKeys.subject(f.subject), cents, v.limit());
        q.assetWindow = WindowKeys.asset(f.asset);
        q.assetAmount = Units.to64(Units.stepsUp(f.amount, Units.tick(f.tickExponent)));
        q.assetLimit = _table.inForce(ParamKeys.ofAsset(ParamKeys.ASSET_BREAKER, f.asset));
        // An unknown tier is the bottom row here as in `TierLimits`.
        if (f.tier == 0 || f.tier > TierLimits.TOP_TIER) {
            q.poolLimit = _table.inForce(ParamKeys.global(ParamKeys.UNVERIFIED_POOL));
            (q.poolWindow, q.poolAmount) = (WindowKeys.POOL, cents);
        }
        // In memory twelve static words lie as the ABI wants them.
        assembly ("memory-safe") {
            return(q, 0x180)
        }
    }

    /// @inheritdoc IExitPolicy
    function sanctionsList() external view returns (address) {
        return _list;
    }

    /// @inheritdoc IExitPolicy
    function priceRouter() external view returns (address) {
        return address(_router);
    }

    /// @inheritdoc IParams
    function tighten(bytes32 key, uint64 value) external restricted {
        _tighten(key, value);
        _tiers.refresh(_table, key);
    }

    /// @inheritdoc IParams
    function set(bytes32 key, uint32 expectedVersion, uint40 validUntil, uint64 value) external restricted {
        _set(key, expectedVersion, validUntil, value);
        _tiers.refresh(_table, key);
    }

    function _meetOfSlices(Facts calldata f, uint256 cents, bool normal) private view returns (Verdict v) {
        (bool screened, bool listed) = _screen(f.owner, f.to);
        v = TierSlice.verdict(f.tier, cents, _tiers, _table);
        v = v.meet(OwnCapSlice.verdict(f.cap));
        v = v.meet(DestinationSlice.verdict(f.usableFrom, f.instantFrom, f.freshPeriod));
        v = v.meet(FreshnessSlice.verdict(f.amount, f.seasoned, f.freshPeriod));
        v = v.meet(SanctionsSlice.verdict(screened, listed));
        v = v.meet(OracleSlice.verdict(normal));
    }

    /// @dev What the exit is worth at ask, in cents rounded up, max uint64 if no price says so; and whether the price may
    /// be trusted.
    function _worth(Facts calldata f) private view returns (uint256 cents, bool normal) {
        (uint256 price, Mode mode) = _router.ask(f.asset);
        if (mode == Mode.HALT) return (type(uint64).max, false);
        return (Units.to64(Units.centsUp(f.amount, price, f.decimals)), mode == Mode.NORMAL);
    }

    function _screen(address owner, address to) private view returns (bool answered, bool listed) {
        (answered, listed) = Screening.ask(_list, owner);
        if (to != owner) {
            (bool toAnswered, bool toListed) = Screening.ask(_list, to);
            answered = answered && toAnswered;
            listed = listed || toListed;
        }
    }

    function _params() internal view override returns (Params.Table storage) {
        return _table;
    }

    function _spec(bytes32 key) internal pure override returns (ParamSpec memory) {
        return PolicyParams.spec(key);
    }
}
