import { ZeroAddress, ZeroHash } from "ethers";
import {
  ACCOUNT_KIND,
  KINDS,
  parameterRows,
  paramKey,
  TOKEN_CLASS,
} from "../../src/governance/parameters.ts";
import { FACES } from "../../src/governance/role-graph.ts";
import { ProxyAdmin__factory } from "../../typechain-types/factories/@openzeppelin/contracts/proxy/transparent/ProxyAdmin__factory.ts";
import { DepositFactory__factory } from "../../typechain-types/factories/contracts/custody/DepositFactory__factory.ts";
import type { SuiteAddresses } from "../addresses.ts";
import type { SuiteConfig } from "../config/schema.ts";
import type { Chain, Findings } from "./chain.ts";

/** EIP-1967. */
const IMPLEMENTATION_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const ADMIN_SLOT = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103";
const HALTED_ON = 240n;

/** The proxy's pointers, who may move them, and the Vault's own. */
async function checkProxy(chain: Chain, a: SuiteAddresses, f: Findings): Promise<void> {
  f.equal(
    "proxy.implementation",
    "the Vault's proxy runs the declared implementation",
    await chain.addressIn(a.vault, IMPLEMENTATION_SLOT),
    a.vaultImplementation,
  );
  f.equal(
    "proxy.admin",
    "the proxy obeys the declared ProxyAdmin",
    await chain.addressIn(a.vault, ADMIN_SLOT),
    a.proxyAdmin,
  );
  const proxyAdmin = chain.at(a.proxyAdmin, ProxyAdmin__factory.createInterface());
  f.equal(
    "proxy.admin-owner",
    "the UpgradeController owns the ProxyAdmin",
    await chain.view<string>(proxyAdmin, "owner"),
    a.upgradeController,
  );
  const controller = chain.at(a.upgradeController, FACES.upgradeController);
  const governed = await chain.view<[string, bigint, string, string]>(controller, "governedOf", a.vault);
  f.equal(
    "controller.vault",
    "the UpgradeController governs the Vault's proxy, in the code that it was adopted with",
    [...governed],
    [a.proxyAdmin, 0n, a.vaultImplementation, ZeroHash],
  );
  f.sameSet("controller.proxies", "and no other proxy", await chain.view<string[]>(controller, "proxies"), [
    a.vault,
  ]);
}

async function checkPointers(chain: Chain, a: SuiteAddresses, f: Findings): Promise<void> {
  const vault = chain.at(a.vault, FACES.vault);
  const policy = chain.at(a.policy, FACES.policy);
  const view = (contract: typeof vault, name: string) => chain.view<string>(contract, name);
  f.equal("vault.policy", "the Vault asks the declared policy", await view(vault, "policy"), a.policy);
  f.equal(
    "vault.sanctions",
    "the Vault asks the declared sanctions list",
    await view(vault, "sanctionsList"),
    a.sanctionsList,
  );
  f.equal(
    "policy.sanctions",
    "the policy asks the same list",
    await view(policy, "sanctionsList"),
    a.sanctionsList,
  );
  f.equal(
    "policy.router",
    "the policy asks the declared router",
    await view(policy, "priceRouter"),
    a.router,
  );
  const around = {
    registry: FACES.registry,
    guardian: FACES.guardian,
    recovery: FACES.recovery,
    reserve: FACES.reserve,
    auditRecord: FACES.auditRecord,
    paymentRules: FACES.paymentRules,
    factory: DepositFactory__factory.createInterface(),
  };
  for (const [name, face] of Object.entries(around)) {
    const address = a[name as keyof typeof around];
    f.equal(
      `${name}.vault`,
      `the ${name} serves this Vault`,
      await view(chain.at(address, face), "vault"),
      a.vault,
    );
  }
}

/** The accounts that the Vault lets be called: the payment apps, and nothing else that anyone ever registered. */
async function checkApps(chain: Chain, a: SuiteAddresses, f: Findings): Promise<void> {
  const vault = chain.at(a.vault, FACES.vault);
  f.sameSet(
    "vault.apps",
    "the payment apps are the Vault's apps, and no others were registered",
    (await chain.logs(vault, "KindSet")).map(({ args }) => String(args[0])),
    [a.payments, a.netting],
  );
  for (const name of ["payments", "netting"] as const) {
    const { kind } = await chain.view<{ kind: bigint }>(vault, "accountOf", a[name]);
    f.equal(`vault.app.${name}`, `the Vault takes ${name} for an app`, kind, ACCOUNT_KIND.APP);
  }
}

/** What the Vault may hold while no audit covers its code: declared once, for every asset. */
async function checkCaps(chain: Chain, a: SuiteAddresses, config: SuiteConfig, f: Findings): Promise<void> {
  const record = chain.at(a.auditRecord, FACES.auditRecord);
  f.equal(
    "vault.audit-record",
    "the Vault asks the declared audit record",
    await chain.view<string>(chain.at(a.vault, FACES.vault), "auditRecord"),
    a.auditRecord,
  );
  for (const { symbol, unverifiedCapTicks } of config.assets) {
    const id = a.assets.find((asset) => asset.symbol === symbol)?.id ?? 0n;
    f.equal(
      `audit.cap.${symbol}`,
      `${symbol}: the cap while unverified, ticks`,
      await chain.view<bigint>(record, "unverifiedCap", id),
      unverifiedCapTicks,
    );
  }
  const declared = (await chain.logs(record, "UnverifiedCapDeclared")).map(({ args }) => String(args[0]));
  f.sameSet(
    "audit.caps",
    "the declared assets have such a cap, and no others",
    declared,
    a.assets.map(({ id }) => id),
  );
}

/** Which reserves count, and what the nearest one was told. */
async function checkReserves(
  chain: Chain,
  a: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
): Promise<void> {
  const vault = chain.at(a.vault, FACES.vault);
  f.equal(
    "vault.reserves",
    "the declared reserve counts, and no other",
    [...(await chain.view<string[]>(vault, "reserves"))],
    [a.reserve],
  );
  f.equal(
    "vault.instant-closed",
    "instant exits are open",
    await chain.view<boolean>(vault, "instantClosed"),
    false,
  );
  f.equal(
    "reserve.delay",
    "a refill waits as long as declared, seconds",
    await chain.view<bigint>(chain.at(a.reserve, FACES.reserve), "inForce", paramKey(KINDS.REFILL_DELAY)),
    config.reserve.refillDelaySeconds,
  );
}

/** What the feed's source reads; undefined for a mock, which has no declared address. */
function declaredFeed(
  feed: SuiteConfig["assets"][number]["feeds"][number],
  pyth: string | undefined,
): string | undefined {
  if (feed.kind === "pyth") return pyth;
  if (feed.kind === "redstone") return ZeroAddress;
  return typeof feed.aggregator === "string" ? feed.aggregator : undefined;
}

async function checkAssets(chain: Chain, a: SuiteAddresses, config: SuiteConfig, f: Findings): Promise<void> {
  const vault = chain.at(a.vault, FACES.vault);
  const router = chain.at(a.router, FACES.router);
  const listed = (await chain.logs(vault, "AssetListed")).map(({ args }) => String(args[0]));
  f.sameSet(
    "vault.listed",
    "the declared assets are listed, and no others",
    listed,
    a.assets.map(({ id }) => id),
  );
  for (const asset of config.assets) {
    const where = a.assets.find(({ symbol }) => symbol === asset.symbol);
    f.equal(`asset.${asset.symbol}.known`, `${asset.symbol} has addresses`, where !== undefined, true);
    if (where === undefined) continue;
    const record = await chain.view<{ class: bigint; tickExponent: bigint }>(vault, "assetOf", where.id);
    f.equal(
      `asset.${asset.symbol}.listing`,
      `${asset.symbol}: class and tick`,
      [record.class, record.tickExponent],
      [TOKEN_CLASS[asset.tokenClass], asset.tickExponent],
    );
    f.equal(
      `asset.${asset.symbol}.feed-set`,
      `${asset.symbol}: the router reads the declared feed set`,
      await chain.view<string>(router, "feedSetOf", where.id),
      where.feedSet,
    );
    f.equal(
      `asset.${asset.symbol}.no-halt`,
      `${asset.symbol}: its price was not halted`,
      (await chain.view<bigint>(router, "storedOf", where.id)) >> HALTED_ON,
      0n,
    );
    if (typeof asset.token === "string" && asset.token !== "native") {
      f.equal(`asset.${asset.symbol}.token`, `${asset.symbol}: the declared token`, where.token, asset.token);
    }
    for (const [index, feed] of asset.feeds.entries()) {
      const source = where.sources[index];
      const declared = declaredFeed(feed, config.pyth);
      // Which mock stands for a feed, only the deployment knows.
      f.equal(
        `asset.${asset.symbol}.feed.${index}`,
        `${asset.symbol}: the declared feed`,
        [source?.kind, declared === undefined ? "a mock" : source?.feed],
        [feed.kind, declared ?? "a mock"],
      );
    }
  }
}

interface Row {
  readonly base: bigint;
  readonly until: bigint;
  readonly version: bigint;
}

async function checkParameters(
  chain: Chain,
  a: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
): Promise<void> {
  const assets = config.assets.flatMap((asset) => {
    const where = a.assets.find(({ symbol }) => symbol === asset.symbol);
    return where === undefined ? [] : [{ ...asset, id: BigInt(where.id) }];
  });
  const rows = parameterRows(config, assets);
  const now = await chain.now();
  for (const { target, key, value, label } of rows) {
    const contract = chain.at(a[target], FACES[target]);
    const row = await chain.view<Row>(contract, "param", key);
    f.equal(`parameter.${target}.${key}`, `${label}: its base value`, row.base, value);
    f.equal(`overlay.${target}.${key}`, `${label}: no tightening is over it`, row.until > now, false);
    f.equal(
      `in-force.${target}.${key}`,
      `${label}: in force`,
      await chain.view<bigint>(contract, "inForce", key),
      value,
    );
  }
  for (const target of ["vault", "policy", "registry", "paymentRules", "gateway"] as const) {
    const contract = chain.at(a[target], FACES[target]);
    const set = (await chain.logs(contract, "ParamSet")).map(({ args }) => String(args[0]));
    const declared = rows.filter((row) => row.target === target).map(({ key }) => key);
    f.sameSet(
      `parameters.${target}`,
      `${target}: the declared numbers are set, and no others`,
      set,
      declared,
    );
  }
}

/** Guardian keys by replaying the logs, and their terms by the views. */
async function checkGuardianKeys(
  chain: Chain,
  a: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
): Promise<void> {
  const guardian = chain.at(a.guardian, FACES.guardian);
  const keys = new Set<string>();
  const changes = [...(await chain.logs(guardian, "KeySet")), ...(await chain.logs(guardian, "KeyRemoved"))];
  changes.sort((x, y) => x.blockNumber - y.blockNumber || x.index - y.index);
  for (const { eventName, args } of changes) {
    if (eventName === "KeySet") keys.add(String(args[0]));
    else keys.delete(String(args[0]));
  }
  const declared = config.guardianKeys.map(({ key }) => (key === "guardian-safe" ? a.safes.guardian : key));
  f.sameSet("guardian.keys", "the Guardian's keys are the declared ones", keys, declared);
  for (const [index, key] of declared.entries()) {
    const row = await chain.view<{ expiry: bigint; budget: bigint }>(guardian, "keyOf", key);
    f.equal(
      `guardian.budget.${key}`,
      "its budget, seconds",
      row.budget,
      config.guardianKeys[index]?.budgetSeconds,
    );
    f.equal(
      `guardian.expiry.${key}`,
      "its expiry, Unix seconds",
      row.expiry,
      a.guardianKeys.find((known) => known.key === key)?.expiry,
    );
  }
}

/** Pointers, assets, feeds, numbers and guardian keys are the declared ones. */
export async function checkCustody(
  chain: Chain,
  addresses: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
): Promise<void> {
  await checkProxy(chain, addresses, f);
  await checkPointers(chain, addresses, f);
  await checkApps(chain, addresses, f);
  await checkCaps(chain, addresses, config, f);
  await checkReserves(chain, addresses, config, f);
  await checkAssets(chain, addresses, config, f);
  await checkParameters(chain, addresses, config, f);
  await checkGuardianKeys(chain, addresses, config, f);
}
