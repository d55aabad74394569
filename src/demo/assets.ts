import { type Cents, cents, lessOrZero, shareDown, sumCents } from "../core/money.ts";
import type { Incident } from "./incidents.ts";
import type { ReplayParameters } from "./parameters.ts";

/** What the deployed suite lists: the chain's own coin, a bitcoin-like token, a dollar token. */
export const SUITE_ASSETS = ["eth", "btc", "usd"] as const;
export type SuiteAsset = (typeof SUITE_ASSETS)[number];

/** Amounts per suite asset. */
export type PerAsset = Readonly<Record<SuiteAsset, Cents>>;

const ETHER = new Set(["ETH", "WETH", "stETH", "mETH", "cmETH"]);
const BITCOIN = new Set(["BTC", "WBTC", "renBTC", "BTCB"]);

/**
 * The suite asset that carries a recorded one: ether and its wrappings as the chain's coin, bitcoin and its wrappings as
 * the bitcoin-like token, everything else (dollars, small tokens, mixed groups) as dollars, since only its value matters.
 */
export function suiteAssetOf(symbol: string): SuiteAsset {
  if (ETHER.has(symbol)) return "eth";
  return BITCOIN.has(symbol) ? "btc" : "usd";
}

function perAsset(value: (asset: SuiteAsset) => Cents): PerAsset {
  return { eth: value("eth"), btc: value("btc"), usd: value("usd") };
}

/** Splits a sum in proportion to `weights`, whose sum is above zero; the largest weight takes what rounding leaves. */
export function inProportion(sum: Cents, weights: PerAsset): PerAsset {
  const total = sumCents(Object.values(weights));
  const largest = SUITE_ASSETS.reduce((best, asset) => (weights[asset] > weights[best] ? asset : best));
  const shares = perAsset((asset) => shareDown(sum, weights[asset], total));
  const left = lessOrZero(sum, sumCents(Object.values(shares)));
  return { ...shares, [largest]: cents(shares[largest] + left) };
}

/** The record's rows per suite asset. */
export function itemisedByAsset(incident: Incident): PerAsset {
  return perAsset((asset) =>
    sumCents(
      incident.outflows.filter((flow) => suiteAssetOf(flow.asset) === asset).map((flow) => flow.cents),
    ),
  );
}

/** What the thief has to steal per suite asset; the unallocated part is spread like the rows. */
export function stakeByAsset(incident: Incident): PerAsset {
  const rows = itemisedByAsset(incident);
  const rest = inProportion(incident.unallocated, rows);
  return perAsset((asset) => cents(rows[asset] + rest[asset]));
}

/** What the vault holds per suite asset when the theft begins, and whether the total is a published figure. */
export interface Holdings {
  readonly perAsset: PerAsset;
  readonly total: Cents;
  readonly published: boolean;
}

/** Published reserves where there are any, otherwise the assumed multiple of the stake; never less than the stake. */
export function holdingsOf(incident: Incident, parameters: ReplayParameters): Holdings {
  const published = incident.record.reserves.usd;
  const wanted = published ?? cents(incident.stake * parameters.unknownReservesMultiple);
  const total = cents(incident.stake + lessOrZero(wanted, incident.stake));
  const stake = stakeByAsset(incident);
  const others = inProportion(lessOrZero(total, incident.stake), stake);
  return {
    perAsset: perAsset((asset) => cents(stake[asset] + others[asset])),
    total,
    published: published !== null,
  };
}

/** The asset breaker: how much of each asset may leave at once in any trailing day. */
export function breakersOf(holdings: Holdings, parameters: ReplayParameters): PerAsset {
  return perAsset((asset) => shareDown(holdings.perAsset[asset], parameters.breakerBps, 10_000n));
}
