import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type BaseContract, getCreateAddress, MaxUint256, ZeroAddress } from "ethers";
import { TerminalError } from "../core/errors.ts";
import { erc20Asset, KINDS, NEVER, paramKey } from "../governance/parameters.ts";
import type { Chain } from "./chain.ts";
import { pushSources } from "./price-sources.ts";

const DAY = 86_400n;
const TIER = 3n;
const WARM_FOR = 900n;

/** `TokenClass.EXACT`. */
const EXACT = 2n;

/** What measurements need of the deployed suite. */
export interface Suite {
  readonly vault: BaseContract;
  readonly policy: BaseContract;
  readonly router: BaseContract;
  readonly feedSet: BaseContract;
  readonly sources: readonly BaseContract[];
  readonly feeds: readonly BaseContract[];
  readonly sanctions: BaseContract;
  readonly token: BaseContract;
  readonly implementation: BaseContract;
  readonly proxyAdmin: string;
  readonly asset: bigint;
  readonly governor: HardhatEthersSigner;
  /** A tier-3 subject with an own cap, two accounts' balances and a recipient in its book. */
  readonly owner: HardhatEthersSigner;
  readonly friend: HardhatEthersSigner;
  readonly recipient: string;
  /** Makes the price of every source young again. */
  freshenFeeds(): Promise<void>;
}

/**
 * Deploys the suite with everything on: proxy, policy, real router with three sources (of Chainlink, unless others are
 * made), sanctions list, own cap, destination book. One key governs: who governs costs the measured verbs nothing.
 */
export async function deploySuite(chain: Chain, makeSources = pushSources): Promise<Suite> {
  const [governor, owner, friend, other] = chain.signers;
  if (!governor || !owner || !friend || !other)
    throw new TerminalError("NO_SIGNERS", "The chain has no accounts");
  const manager = await chain.deploy("AccessManager", [governor.address]);
  const token = await chain.deploy("MockERC20", ["Dollar", 18]);
  const asset = erc20Asset(chain.address(token));
  // Not verified, which costs a deposit one slot more than verified.
  const record = await chain.deploy("AuditRecord", [manager, [asset], [10_000_000_000n]]);
  const implementation = await chain.deploy("Vault", [await chain.deploy("VaultAdmin", [record])]);
  const admin = (await chain.ethers.getContractFactory("VaultAdmin")).interface;
  const proxy = await chain.deploy("TransparentUpgradeableProxy", [
    implementation,
    governor,
    admin.encodeFunctionData("initialize", [manager.target]),
  ]);
  const vault = await chain.at("IVault", chain.address(proxy));
  // A contract's first creation has nonce 1.
  const proxyAdmin = getCreateAddress({ from: chain.address(proxy), nonce: 1 });
  const router = await chain.deploy("PriceRouter", [manager, WARM_FOR]);
  const sanctions = await chain.deploy("PlainSanctionsList");
  const policy = await chain.deploy("ExitPolicy", [manager, router, sanctions]);

  const { sources, feeds, freshen: freshenFeeds } = await makeSources(chain, governor);
  await freshenFeeds();
  const feedSet = await chain.deploy("FeedSet", [sources.map((source) => source.target), 100]);
  await chain.send(governor, router, "setFeedSet", [asset, ZeroAddress, feedSet]);

  const set = (contract: BaseContract, kind: bigint, argument: bigint, value: bigint) =>
    chain.send(governor, contract, "set", [paramKey(kind, argument), 0, NEVER, value]);
  await set(vault, KINDS.FRESH_PERIOD, 0n, 24n);
  await set(vault, KINDS.HOLDINGS_CAP, asset, 10_000_000_000n);
  await set(vault, KINDS.SMALL_LANE_RATE, asset, 1_000n);
  await set(vault, KINDS.LARGE_LANE_RATE, asset, 500n);
  await set(policy, KINDS.ASSET_BREAKER, asset, 1_000_000_000n);
  await set(policy, KINDS.UNVERIFIED_POOL, 0n, 200_000n);
  for (let tier = 0n; tier <= TIER; tier++) {
    await set(policy, KINDS.TIER_WINDOW, tier, 5_000n * 10n ** tier);
    await set(policy, KINDS.TIER_SINGLE, tier, 2_500n * 10n ** tier);
    await set(policy, KINDS.TIER_SOON, tier, 3_600n * (4n - tier));
    await set(policy, KINDS.TIER_LATE, tier, 43_200n * (4n - tier));
  }
  await chain.send(governor, vault, "setPolicy", [ZeroAddress, 0, NEVER, policy]);
  await chain.send(governor, vault, "list", [asset, EXACT, 15]);
  await chain.send(governor, vault, "setTier", [owner.address, TIER, 0, NEVER]);
  await chain.send(owner, vault, "setCap", [4_000_000n]);
  await chain.send(owner, vault, "setDestination", [other.address, true]);

  for (const account of [owner, friend]) {
    await chain.send(governor, token, "mint", [account, 10n ** 24n]);
    await chain.send(account, token, "approve", [vault, MaxUint256]);
    await chain.send(account, vault, "deposit", [asset, 4n * 10n ** 23n, account]);
  }
  await chain.send(governor, token, "mint", [other, 1n]);
  // Until what was deposited has seasoned and the recipient is usable.
  await chain.pass(3n * DAY);
  await freshenFeeds();
  return {
    vault,
    policy,
    router,
    feedSet,
    sources,
    feeds,
    sanctions,
    token,
    implementation,
    proxyAdmin,
    asset,
    governor,
    owner,
    friend,
    recipient: other.address,
    freshenFeeds,
  };
}
