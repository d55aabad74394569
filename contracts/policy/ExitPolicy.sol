// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceRouter, Mode, Price} from "../oracle/interfaces/IPriceRouter.sol";
import {ParamKeys} from "../shared/ParamKeys.sol";
import {Parametrised} from "../shared/Parametrised.sol";
import {Params} from "../shared/Params.sol";
import {Units} from "../shared/Units.sol";
import {WindowKeys} from "../shared/WindowKeys.sol";
import {IParams, ParamSpec} from "../shared/interfaces/IParams.sol";
import {Charge, Facts, IExitPolicy, Terms} from "./interfaces/IExitPolicy.sol";
import {Lattice, Request, Verdict} from "./libraries/Lattice.sol";
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
    using Lattice for Verdict;
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
    function quote(Facts memory facts) external view returns (Terms memory, Charge[3] memory) {
        Price memory price = _router.peek(facts.asset);
        uint64 cents = price.mode == Mode.HALT
            ? type(uint64).max
            : Units.to64(Units.centsUp(facts.amount, price.ask, facts.decimals));
        (bool screened, bool listed) = _screen(facts.owner, facts.to);
        Verdict memory v = _meetOfSlices(Request(facts, cents, price.mode == Mode.NORMAL, listed, screened));

        // The ABI encoding of terms and charges by hand, for gas: twelve static words.
        uint256[12] memory answer;
        (answer[0], answer[1], answer[2]) = (v.soon, v.late, v.reasons);
        (answer[3], answer[4], answer[5]) = (uint256(WindowKeys.subject(facts.subject)), cents, v.limit);
        answer[6] = uint256(WindowKeys.asset(facts.asset));
        answer[7] = Units.to64(Units.stepsUp(facts.amount, Units.tick(facts.tickExponent)));
        answer[8] = _table.inForce(ParamKeys.ofAsset(ParamKeys.ASSET_BREAKER, facts.asset));
        // An unknown tier is the bottom row here as in `TierLimits`.
        if (facts.tier == 0 || facts.tier > TierLimits.TOP_TIER) {
            uint256 pool = _table.inForce(ParamKeys.global(ParamKeys.UNVERIFIED_POOL));
            (answer[9], answer[10], answer[11]) = (uint256(WindowKeys.POOL), cents, pool);
        }
        assembly ("memory-safe") {
            return(answer, 0x180)
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

    function _meetOfSlices(Request memory r) private view returns (Verdict memory) {
        return TierSlice.verdict(r, _tiers, _table).meet(OwnCapSlice.verdict(r)).meet(DestinationSlice.verdict(r))
            .meet(FreshnessSlice.verdict(r)).meet(SanctionsSlice.verdict(r)).meet(OracleSlice.verdict(r));
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
