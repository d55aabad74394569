import { Contract, type Provider } from "ethers";
import { bad, good, type Symptom, warning } from "../src/core/symptom.ts";
import { DAY } from "../src/core/time.ts";
import type { SuiteConfig } from "./config/schema.ts";
import type { DeployingChain } from "./factories/deploying-chain.ts";

type Asset = SuiteConfig["assets"][number];
type Feed = Asset["feeds"][number];

const AGGREGATOR = [
  "function decimals() view returns (uint8)",
  "function latestRoundData() view returns (uint80, int256 answer, uint256, uint256 updatedAt, uint80)",
];
const PYTH = [
  "function getPriceUnsafe(bytes32) view returns (tuple(int64 price, uint64 conf, int32 expo, uint256 publishTime))",
];
const TOKEN = ["function decimals() view returns (uint8)", "function totalSupply() view returns (uint256)"];
const SANCTIONS = ["function isSanctioned(address) view returns (bool)"];
/** Prices have 12 decimals. */
const PRICE_DECIMALS = 12n;

/** Rollups, whose prices go stale while their sequencer is down. */
const ROLLUPS: ReadonlySet<bigint> = new Set([10n, 8_453n, 42_161n, 84_532n, 421_614n, 11_155_420n]);

/** Asks a contract; undefined if nothing that understands the question is there. */
async function ask<T>(
  provider: Provider,
  address: string,
  face: string[],
  name: string,
  ...args: readonly unknown[]
): Promise<T | undefined> {
  if ((await provider.getCode(address)) === "0x") return undefined;
  try {
    return (await new Contract(address, face, provider).getFunction(name).staticCall(...args)) as T;
  } catch {
    return undefined;
  }
}

async function chainlinkSymptom(
  provider: Provider,
  name: string,
  feed: Feed,
  address: string,
  now: bigint,
): Promise<Symptom> {
  const where = `${name}: ${address}`;
  const decimals = await ask<bigint>(provider, address, AGGREGATOR, "decimals");
  const round = await ask<{ answer: bigint; updatedAt: bigint }>(
    provider,
    address,
    AGGREGATOR,
    "latestRoundData",
  );
  if (decimals === undefined || round === undefined) {
    return bad("feed", `${where} does not answer`, "Name the network's real feed.");
  }
  const price = (round.answer * 10n ** PRICE_DECIMALS) / 10n ** decimals;
  if (price < feed.minPrice || price > feed.maxPrice) {
    return bad(
      "feed",
      `${where} says ${price}, outside ${feed.minPrice} to ${feed.maxPrice}`,
      "Correct its bounds, or name the right feed.",
    );
  }
  const age = now - round.updatedAt;
  if (age > feed.maxAgeSeconds) {
    return bad(
      "feed",
      `${where} is ${age} s old, allowed are ${feed.maxAgeSeconds}`,
      "Take a feed that is updated, or set maxAgeSeconds to its heartbeat and some slack.",
    );
  }
  return good("feed", `${where} answers, ${age} s old`);
}

async function pythSymptom(
  provider: Provider,
  name: string,
  pyth: string,
  priceId: string,
): Promise<Symptom> {
  if ((await provider.getCode(pyth)) === "0x") {
    return bad("feed", `${name}: no Pyth contract at ${pyth}`, "Name the network's own.");
  }
  const known = await ask(provider, pyth, PYTH, "getPriceUnsafe", priceId);
  return known === undefined
    ? warning(
        "feed",
        `${name}: the Pyth contract has no price ${priceId} yet`,
        "See that the id is right; a price comes with the first who brings it.",
      )
    : good("feed", `${name}: the Pyth contract knows ${priceId}`);
}

async function tokenSymptom(
  provider: Provider,
  { symbol, tickExponent }: Asset,
  token: string,
): Promise<Symptom> {
  const decimals = await ask<bigint>(provider, token, TOKEN, "decimals");
  if (decimals === undefined) {
    return bad("token", `${symbol}: no token answers at ${token}`, "Name the real token.");
  }
  return tickExponent > decimals
    ? warning(
        "token",
        `${symbol} has ${decimals} decimals: a tick of 10^${tickExponent} is more than one of it`,
        "Choose tickExponent so that a tick is worth about a dollar or less.",
      )
    : good("token", `${symbol}: ${token}, ${decimals} decimals`);
}

function expirySymptoms({ guardianKeys }: SuiteConfig, now: bigint): readonly Symptom[] {
  return guardianKeys.flatMap(({ key, expires }): Symptom[] => {
    if (typeof expires !== "string") return [];
    const left = BigInt(Date.parse(expires)) / 1_000n - now;
    if (left > 30n * DAY) return [];
    return [
      left <= 0n
        ? bad("guardian key", `${key} has expired on ${expires}`, "Give a later date.")
        : warning(
            "guardian key",
            `${key} expires in ${left / DAY} days`,
            "Give a later date, at most a year from now.",
          ),
    ];
  });
}

/** What a parameter file names of its chain: tokens, feeds, the sanctions list, dates. Mocks are made with the rest. */
export async function lookAtWorld(
  { provider, chainId }: DeployingChain,
  config: SuiteConfig,
): Promise<readonly Symptom[]> {
  const now = BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);
  const symptoms: Symptom[] = [];
  for (const asset of config.assets) {
    if (typeof asset.token === "string" && asset.token !== "native") {
      symptoms.push(await tokenSymptom(provider, asset, asset.token));
    }
    for (const feed of asset.feeds) {
      const name = `${asset.symbol} from ${feed.upstream}`;
      if (feed.kind === "chainlink" && typeof feed.aggregator === "string") {
        symptoms.push(await chainlinkSymptom(provider, name, feed, feed.aggregator, now));
      }
      if (feed.kind === "pyth" && config.pyth !== undefined) {
        symptoms.push(await pythSymptom(provider, name, config.pyth, feed.priceId));
      }
      if (ROLLUPS.has(chainId) && feed.sequencer === undefined) {
        symptoms.push(
          warning(
            "feed",
            `${name} names no sequencer feed, and this chain is a rollup`,
            "Name its sequencer uptime feed, if it has one: while the sequencer is down prices stand still.",
          ),
        );
      }
    }
  }
  const list = config.sanctionsList;
  if (list !== "none" && list !== "mock") {
    const answer = await ask<boolean>(provider, list, SANCTIONS, "isSanctioned", list);
    symptoms.push(
      answer === undefined
        ? bad("sanctions", `no list answers at ${list}`, "Name the real list, or none.")
        : good("sanctions", list),
    );
  }
  return [...symptoms, ...expirySymptoms(config, now)];
}
