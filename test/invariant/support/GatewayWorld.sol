// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {IVault} from "../../../contracts/custody/interfaces/IVault.sol";
import {IVaultAdmin} from "../../../contracts/custody/interfaces/IVaultAdmin.sol";
import {TokenClass} from "../../../contracts/custody/interfaces/IVaultTypes.sol";
import {ICommittee, Statement} from "../../../contracts/gateway/interfaces/ICommittee.sol";
import {IForeignAsset} from "../../../contracts/gateway/interfaces/IForeignAsset.sol";
import {IGateway} from "../../../contracts/gateway/interfaces/IGateway.sol";
import {IAuditRecord} from "../../../contracts/governance/interfaces/IAuditRecord.sol";
import {MockPriceRouter} from "../../../contracts/mocks/MockPriceRouter.sol";
import {MockSanctionsList} from "../../../contracts/mocks/MockSanctionsList.sol";
import {Mode} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {AssetId, AssetIds} from "../../../contracts/shared/AssetId.sol";
import {ParamKeys} from "../../../contracts/shared/ParamKeys.sol";
import {IParams} from "../../../contracts/shared/interfaces/IParams.sol";
import {Meter} from "./Meter.sol";

/// @notice The real gateway, committee and token on the real Vault; this contract stands for governance and all offices, as
/// the AccessManager's admin. Signs as any epoch of the committee.
abstract contract GatewayWorld is Meter {
    uint256 internal constant PEOPLE = 4;
    uint256 internal constant COIN = 1e8;
    uint256 internal constant TICK = 1e3;
    uint64 internal constant INSTANT = uint64(20 * COIN / TICK);
    uint64 internal constant CAP = uint64(150 * COIN / TICK);
    uint64 internal constant DELAY = 2 days;
    uint64 internal constant OUT = 200_000;
    uint64 internal constant WORTH = 10_000;
    uint64 internal constant LEAST = 100;
    string internal constant CHAIN_NAME = "bip122:12a765e31ffd4059bada1e25190f6e98";
    bytes32 internal constant CHAIN = keccak256(bytes(CHAIN_NAME));

    bytes32 private constant _STATEMENT = keccak256("Statement(bytes32 chain,bytes32 messageId,bytes32 content)");

    AccessManager internal manager;
    IVault internal vault;
    MockSanctionsList internal list;
    ICommittee internal committee;
    IGateway internal gateway;
    IForeignAsset internal token;
    AssetId internal asset;
    address internal stranger = address(0xA006);
    address[PEOPLE] internal people;
    address[PEOPLE] internal handles;

    function _open() internal {
        _warp(START);
        manager = new AccessManager(address(this));
        IAuditRecord record =
            IAuditRecord(ship("AuditRecord", abi.encode(manager, new AssetId[](0), new uint64[](0))));
        vault = IVault(
            address(
                new TransparentUpgradeableProxy(
                    ship("Vault", abi.encode(ship("VaultAdmin", abi.encode(record)))),
                    address(0xA007),
                    abi.encodeCall(IVaultAdmin.initialize, (address(manager)))
                )
            )
        );
        list = new MockSanctionsList();
        MockPriceRouter router = new MockPriceRouter();
        IParams policy = IParams(ship("ExitPolicy", abi.encode(manager, router, list)));
        committee = ICommittee(ship("Committee", abi.encode(manager, _verifier(1))));
        gateway = IGateway(ship("Gateway", abi.encode(manager, vault, committee, address(0))));
        token = IForeignAsset(
            ship(
                "ForeignAsset",
                abi.encode(vault, gateway, string.concat(CHAIN_NAME, "/slip44:2"), "Litecoin", "LTC", uint8(8))
            )
        );
        asset = AssetIds.erc20(address(token));
        record.serve(address(vault));
        record.declareCap(asset, (1 << 36) - 1);
        router.setPrice(asset, 100e12, Mode.NORMAL);
        _numbers(policy);
        vault.setPolicy(address(0), 0, type(uint40).max, address(policy));
        vault.list(asset, TokenClass.EXACT, 3);
        gateway.addAsset(asset);
        for (uint256 i; i < PEOPLE; ++i) {
            people[i] = address(uint160(0xBEEF00 + i));
            handles[i] = gateway.registerDestination(people[i], CHAIN, abi.encodePacked("script ", i));
            vault.setTier(people[i], 3, uint40(clock), type(uint40).max);
            vm.prank(people[i]);
            vault.setDestination(handles[i], true);
        }
    }

    function _numbers(IParams policy) private {
        _set(IParams(address(vault)), ParamKeys.global(ParamKeys.FRESH_PERIOD), 1);
        _set(IParams(address(vault)), ParamKeys.ofAsset(ParamKeys.HOLDINGS_CAP, asset), CAP);
        _set(IParams(address(vault)), ParamKeys.ofAsset(ParamKeys.SMALL_LANE_RATE, asset), 10_000);
        _set(IParams(address(vault)), ParamKeys.ofAsset(ParamKeys.LARGE_LANE_RATE, asset), 10_000);
        _set(policy, ParamKeys.ofAsset(ParamKeys.ASSET_BREAKER, asset), uint64(30 * COIN / TICK));
        _set(policy, ParamKeys.global(ParamKeys.UNVERIFIED_POOL), 1);
        for (uint8 t; t < 4; ++t) {
            _set(policy, ParamKeys.ofTier(ParamKeys.TIER_WINDOW, t), 300_000);
            _set(policy, ParamKeys.ofTier(ParamKeys.TIER_SINGLE, t), 100_000);
            _set(policy, ParamKeys.ofTier(ParamKeys.TIER_SOON, t), 1 hours);
            _set(policy, ParamKeys.ofTier(ParamKeys.TIER_LATE, t), 2 hours);
        }
        _set(IParams(address(gateway)), ParamKeys.ofAsset(ParamKeys.FOREIGN_CAP, asset), CAP);
        _set(IParams(address(gateway)), ParamKeys.ofAsset(ParamKeys.FOREIGN_INSTANT, asset), INSTANT);
        _set(IParams(address(gateway)), ParamKeys.ofAsset(ParamKeys.FOREIGN_WORTH, asset), WORTH);
        _set(IParams(address(gateway)), ParamKeys.ofAsset(ParamKeys.FOREIGN_LEAST, asset), LEAST);
        _set(IParams(address(gateway)), ParamKeys.ofChain(ParamKeys.FOREIGN_DELAY, CHAIN), DELAY);
        _set(IParams(address(gateway)), ParamKeys.ofChain(ParamKeys.CHAIN_OUT, CHAIN), OUT);
    }

    function _set(IParams where, bytes32 key, uint64 value) internal {
        where.set(key, where.param(key).version, type(uint40).max, value);
    }

    // ---- the committee: two of three keys for each epoch

    /// @dev Ascending by address.
    function _keysOf(uint256 epoch) internal pure returns (uint256[3] memory keys) {
        for (uint256 i; i < 3; ++i) keys[i] = uint256(keccak256(abi.encode("epoch", epoch, i)));
        for (uint256 i; i < 3; ++i) {
            for (uint256 j; j < 2; ++j) {
                if (vm.addr(keys[j]) > vm.addr(keys[j + 1])) (keys[j], keys[j + 1]) = (keys[j + 1], keys[j]);
            }
        }
    }

    function _verifier(uint256 epoch) internal returns (address) {
        uint256[3] memory keys = _keysOf(epoch);
        address[] memory signers = new address[](3);
        for (uint256 i; i < 3; ++i) signers[i] = vm.addr(keys[i]);
        return ship("MultisigVerifier", abi.encode(signers, uint256(2)));
    }

    /// @dev What two of an epoch's keys say, under the epoch given.
    function _say(uint256 by, uint256 as_, bytes32 messageId, bytes32 content) internal view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Strongroom Committee"),
                keccak256("1"),
                block.chainid,
                address(committee)
            )
        );
        bytes32 digest = keccak256(
            abi.encodePacked(hex"1901", domain, keccak256(abi.encode(_STATEMENT, CHAIN, messageId, content)))
        );
        uint256[3] memory keys = _keysOf(by);
        bytes memory signatures = abi.encodePacked(_sign(keys[0], digest), _sign(keys[2], digest));
        return abi.encode(uint32(as_), signatures);
    }

    function _sign(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _call(address from, address target, bytes memory data) internal returns (bool ok, bytes memory answer) {
        vm.prank(from);
        (ok, answer) = target.call(data);
    }
}
