// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Till} from "./Till.sol";

/// @notice What a hostile migration does.
enum Harm {
    NONE,
    CORRUPT, // empties the target's balance
    REPACK, // swaps the halves of the packed word
    REINITIALISE, // makes the target the owner
    POINTER, // points the proxy at the target
    CALL, // calls the target and goes on whatever comes of it
    TAKE, // sends the target all ether
    REFUSE,
    BURN // all gas
}

/// @notice How a hostile implementation's views answer.
enum Mood {
    HONEST,
    LYING, // as before the migration
    FEIGNING, // honest in the transaction of the migration, nonsense afterwards
    BRICKED,
    BURNING, // all gas
    BOMBING, // far more than a view says
    SILENT // nothing
}

/// @notice A next version that nobody should have scheduled.
contract HostileTill is Till {
    bytes32 private constant _POINTER = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    Mood public immutable mood;

    bool public called;
    bool public succeeded;
    bytes public answer;
    uint256 public migrations;
    uint256 private _remembered;
    address private _remembers;
    bool private transient _rehearsing;

    error HostileTill_Refused();

    constructor(Mood mood_) {
        mood = mood_;
    }

    function migrate(Harm harm, address target, bytes calldata data) external {
        ++migrations;
        _rehearsing = true;
        (_remembers, _remembered) = (target, _balances[target]);
        if (harm == Harm.CORRUPT) _balances[target] = 0;
        if (harm == Harm.REPACK) _packed = (_packed << 128) | (_packed >> 128);
        if (harm == Harm.REINITIALISE) _reinitialise(target);
        if (harm == Harm.POINTER) {
            assembly {
                sstore(_POINTER, target)
            }
        }
        if (harm == Harm.CALL) {
            called = true;
            (succeeded, answer) = target.call(data);
        }
        if (harm == Harm.TAKE) {
            (bool sent,) = target.call{value: address(this).balance}("");
            if (!sent) revert HostileTill_Refused();
        }
        if (harm == Harm.REFUSE) revert HostileTill_Refused();
        while (harm == Harm.BURN) {}
    }

    function balanceOf(address account) external view override returns (uint256) {
        _answer();
        if (mood == Mood.LYING && account == _remembers) return _remembered;
        if (mood == Mood.FEIGNING && !_rehearsing) return type(uint256).max;
        return _balances[account];
    }

    function owner() external view override returns (address) {
        _answer();
        return _owner;
    }

    function used() external view override returns (uint256) {
        _answer();
        return mood == Mood.LYING ? _packed >> 128 : uint128(_packed);
    }

    function version() external pure override returns (uint256) {
        return 66;
    }

    /// @dev The initialised version is 0 again, and the door open.
    function _reinitialise(address target) private {
        bytes32 slot = _initializableStorageSlot();
        assembly {
            sstore(slot, 0)
        }
        this.initialize(target);
    }

    function _answer() private view {
        if (mood == Mood.BRICKED) revert HostileTill_Refused();
        while (mood == Mood.BURNING) {}
        uint256 size = mood == Mood.BOMBING ? 60_000 : 0;
        if (mood == Mood.BOMBING || mood == Mood.SILENT) {
            assembly {
                return(0x80, size)
            }
        }
    }
}
