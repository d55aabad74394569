// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BaseSource, SourceTerms} from "./BaseSource.sol";
import {IPriceSource} from "./interfaces/IPriceSource.sol";
import {Feeds} from "./libraries/Feeds.sol";

/// @notice How far a Pyth price may be unsure, and in what unit it comes.
/// @param maxConfBps Confidence over price, in 1/10,000, 1 to 1,000; wider is not valid.
/// @param sigmas The spread is this many confidences, 1 to 10; together at most the price itself.
/// @param minExpo, maxExpo Exponents that are expected, -24 to 0.
struct PythTerms {
    uint16 maxConfBps;
    uint8 sigmas;
    int32 minExpo;
    int32 maxExpo;
}

/// @title PythSource
/// @notice One price of a Pyth contract. Nothing that contract does makes `read` revert: what doesn't pass every check is
/// not valid.
///
/// Whoever brings an update chooses it among all that Pyth has signed and that are newer than the stored one: anybody picks
/// the price that suits them out of the last `MAX_AGE` seconds. So the window is short (one hour at most; a minute is
/// better), and what is uncertain is charged: the spread is `SIGMAS` confidences, and exits are charged at ask.
contract PythSource is BaseSource {
    uint256 private constant _MAX_MAX_AGE = 1 hours;
    uint256 private constant _MAX_CONF_BPS = 1_000;
    uint256 private constant _MAX_SIGMAS = 10;
    int256 private constant _MIN_EXPO = -24;
    // What Pyth's dollar prices come in: no power to compute.
    int256 private constant _USUAL_EXPO = -8;
    uint256 private constant _USUAL_MULTIPLIER = 10_000;
    uint256 private constant _BPS = 10_000;
    uint256 private constant _MAX_INT64 = uint64(type(int64).max);

    address public immutable PYTH;
    bytes32 public immutable PRICE_ID;
    /// @notice Confidence over price above this is not valid, in 1/10,000.
    uint256 public immutable MAX_CONF_BPS;
    /// @notice How many confidences the spread is.
    uint256 public immutable SIGMAS;
    int256 public immutable MIN_EXPO;
    int256 public immutable MAX_EXPO;

    error PythSource_NoPriceId();
    error PythSource_ConfOutOfBounds(uint256 maxConfBps, uint256 max);
    error PythSource_SigmasOutOfBounds(uint256 sigmas, uint256 max);
    error PythSource_ExpoBounds(int256 minExpo, int256 maxExpo);

    /// @param pyth The network's Pyth contract (its proxy).
    /// @param priceId Which of its prices: US dollars for one whole token.
    constructor(address pyth, bytes32 priceId, SourceTerms memory terms, PythTerms memory own)
        BaseSource(terms, _MAX_MAX_AGE)
    {
        // Check
        _checkCode(pyth);
        if (priceId == 0) revert PythSource_NoPriceId();
        if (own.maxConfBps == 0 || own.maxConfBps > _MAX_CONF_BPS) {
            revert PythSource_ConfOutOfBounds(own.maxConfBps, _MAX_CONF_BPS);
        }
        // At most ten confidences of a tenth of the price each: the spread stays below the price.
        if (own.sigmas == 0 || own.sigmas > _MAX_SIGMAS) revert PythSource_SigmasOutOfBounds(own.sigmas, _MAX_SIGMAS);
        if (own.minExpo < _MIN_EXPO || own.minExpo > own.maxExpo || own.maxExpo > 0) {
            revert PythSource_ExpoBounds(own.minExpo, own.maxExpo);
        }
        // Effect
        PYTH = pyth;
        PRICE_ID = priceId;
        MAX_CONF_BPS = own.maxConfBps;
        SIGMAS = own.sigmas;
        MIN_EXPO = own.minExpo;
        MAX_EXPO = own.maxExpo;
    }

    /// @inheritdoc IPriceSource
    /// @dev Reverts only for lack of gas. The price is rounded down, the spread up.
    function read() external view returns (bool valid, uint64 mid, uint64 spread, uint40 updatedAt) {
        // Check: the sequencer first, so that a broken uptime feed leaves Pyth unread.
        if (!_sequencerUp()) return (false, 0, 0, 0);

        (bool ok, uint256 price, uint256 conf, int256 expo, uint256 published) = Feeds.pythPrice(PYTH, PRICE_ID);
        // Check: well-formed, positive (a negative one has the top bit set), in the expected unit.
        uint256 width;
        // Once checked, both words are below 2^64, sigmas at most ten, and -24 <= expo <= 0: every product stays under
        // 2^112. A price of 0 wraps, and is out of range then.
        unchecked {
            if (!ok || price - 1 >= _MAX_INT64 || conf > type(uint64).max) return (false, 0, 0, 0);
            if (expo < MIN_EXPO || expo > MAX_EXPO || !_isFresh(published)) return (false, 0, 0, 0);
            // Check: sure enough of itself.
            if (conf * _BPS > price * MAX_CONF_BPS) return (false, 0, 0, 0);
            width = conf * SIGMAS;
            if (expo == _USUAL_EXPO) {
                price *= _USUAL_MULTIPLIER;
                width *= _USUAL_MULTIPLIER;
            } else if (expo < -12) {
                uint256 divisor = 10 ** uint256(-12 - expo);
                price /= divisor;
                width = (width + divisor - 1) / divisor;
            } else {
                uint256 multiplier = 10 ** uint256(expo + 12);
                price *= multiplier;
                width *= multiplier;
            }
        }
        // Check: our own bounds; and no wider than the price, which rounding could otherwise bring about.
        if (!_isInBounds(price) || width > price) return (false, 0, 0, 0);
        _answer(price, width, published);
    }
}
