import { type Cents, dollars } from "../../core/money.ts";
import { DAY, HOUR, type Tier } from "../parameters.ts";
import { loadRecord, type Observation } from "./records.ts";

/** One source of a replay's feed set. */
export interface ReplaySource {
  readonly name: string;
  readonly record: readonly Observation[];
  /** Heartbeat and slack. */
  readonly maxAgeSeconds: number;
  /** The feed answers the all-zero round before its first: what a real phase of a Chainlink proxy begins with. */
  readonly zeroRound: boolean;
}

/** Who asks for exits. Amounts of `units` and `early` are raw units. */
export type CustomerPlan =
  | {
      readonly id: "dollars";
      readonly tier: Tier;
      readonly cents: Cents;
      readonly every: number;
      readonly deposit: bigint;
    }
  | {
      readonly id: "units";
      readonly tier: Tier;
      readonly amount: bigint;
      readonly every: number;
      readonly deposit: bigint;
    }
  | { readonly id: "early"; readonly tier: Tier; readonly amount: bigint; readonly deposit: bigint };
export type CustomerId = CustomerPlan["id"];

/** How the customers are called in front of people. */
export const CUSTOMER_NAMES: Readonly<Record<CustomerId, string>> = {
  dollars: "same dollars each time",
  units: "same units each time",
  early: "asked before it began",
};

/** One stretch of recorded prices, with the asset and the people it is played to. */
export interface PriceReplay {
  readonly id: string;
  readonly title: string;
  readonly asset: {
    /** In the embedded suite's parameter file. */
    readonly key: string;
    readonly symbol: string;
    readonly decimals: number;
    readonly tickExponent: number;
  };
  readonly sources: readonly ReplaySource[];
  readonly deltaBps: bigint;
  /** The sources' own bounds, 12 decimals. */
  readonly minPrice: bigint;
  readonly maxPrice: bigint;
  /** Unix seconds. */
  readonly from: number;
  readonly until: number;
  readonly stepSeconds: number;
  /** Raw units that others hold in the vault. */
  readonly others: bigint;
  /** Ticks that may leave at once in any trailing day. */
  readonly breakerTicks: bigint;
  readonly customers: readonly CustomerPlan[];
  readonly scale: "linear" | "log";
  /** Where the prices come from and what they are not. */
  readonly caveats: readonly string[];
}

const VENUE_AGE = HOUR + 900;
const TETHER =
  "Venues that quote in USDT are taken as if USDT were a dollar; its own premium shows as a difference.";

function at(text: string): number {
  return Date.parse(`${text}:00Z`) / 1000;
}

function source(name: string, file: string, more: Partial<ReplaySource> = {}): ReplaySource {
  return { name, record: loadRecord(file), maxAgeSeconds: VENUE_AGE, zeroRound: false, ...more };
}

/** The three customers, with amounts in whole tokens. */
function customers(
  decimals: number,
  told: {
    tier: Tier;
    cents: Cents;
    every?: number;
    units: bigint;
    early: bigint;
    deposits: readonly [bigint, bigint];
  },
): CustomerPlan[] {
  const one = 10n ** BigInt(decimals);
  const [forDollars, forUnits] = told.deposits;
  return [
    {
      id: "dollars",
      tier: told.tier,
      cents: told.cents,
      every: told.every ?? 4 * HOUR,
      deposit: forDollars * one,
    },
    { id: "units", tier: told.tier, amount: told.units * one, every: 6 * HOUR, deposit: forUnits * one },
    { id: "early", tier: told.tier, amount: told.early * one, deposit: told.early * one },
  ];
}

/** One percent of `tokens`, in ticks. */
function onePercent(tokens: bigint, decimals: number, tickExponent: number): bigint {
  return (tokens * 10n ** BigInt(decimals - tickExponent)) / 100n;
}

const BTC = { key: "btcalone", symbol: "BTC", decimals: 8, tickExponent: 3 } as const;
const PAIR = { key: "ethpair", symbol: "ETH", decimals: 18, tickExponent: 15 } as const;
const CRASH = { key: "ethcrash", symbol: "ETH", decimals: 18, tickExponent: 15 } as const;
const LUNA = { key: "luna", symbol: "LUNA", decimals: 6, tickExponent: 6 } as const;
const THREE = { key: "usdcthree", symbol: "USDC", decimals: 6, tickExponent: 6 } as const;
const TWO = { key: "usdctwo", symbol: "USDC", decimals: 6, tickExponent: 6 } as const;

const usual = { tier: 2 as const, cents: dollars(14_000n) };

/** Reads the records and lays out every replay, in the order they are told. */
export function loadReplays(): PriceReplay[] {
  const luna = "luna-usdt-binance-2022-05.csv";
  return [
    {
      id: "chainlink-alone",
      title: "One good source alone: Chainlink BTC/USD, January 2024",
      asset: BTC,
      sources: [source("Chainlink", "chainlink-btc-usd.csv")],
      deltaBps: 200n,
      minPrice: 10n ** 15n,
      maxPrice: 10n ** 18n,
      from: at("2024-01-08T01:00"),
      until: at("2024-01-15T23:00"),
      stepSeconds: HOUR,
      others: 2_000n * 10n ** 8n,
      breakerTicks: onePercent(2_000n, 8, 3),
      customers: customers(8, { ...usual, units: 1n, early: 6n, deposits: [40n, 40n] }),
      scale: "linear",
      caveats: ["Real rounds of the mainnet proxy, phase 6."],
    },
    {
      id: "chainlink-venue",
      title: "Two that agree: Chainlink ETH/USD from its first round, and Binance, April 2023",
      asset: PAIR,
      sources: [
        source("Chainlink", "chainlink-eth-usd-2023-04.csv", { zeroRound: true }),
        source("Binance", "eth-usdt-binance-2023-04.csv"),
      ],
      deltaBps: 200n,
      minPrice: 10n ** 13n,
      maxPrice: 10n ** 17n,
      from: at("2023-04-05T20:00"),
      until: at("2023-04-14T00:00"),
      stepSeconds: HOUR,
      others: 30_000n * 10n ** 18n,
      breakerTicks: onePercent(30_000n, 18, 15),
      customers: customers(18, { ...usual, units: 6n, early: 150n, deposits: [1_000n, 400n] }),
      scale: "linear",
      caveats: [
        "Before the phase's first round its proxy answers an all-zero round 0, which no check may take for a price.",
        TETHER,
      ],
    },
    {
      id: "march-2020",
      title: "Three venues in the crash of March 2020: ETH",
      asset: CRASH,
      sources: [
        source("Binance", "eth-usdt-binance-2020-03.csv"),
        source("Bitstamp", "eth-usd-bitstamp-2020-03.csv"),
        source("Gemini", "eth-usd-gemini-2020-03.csv"),
      ],
      deltaBps: 200n,
      minPrice: 10n ** 12n,
      maxPrice: 10n ** 16n,
      from: at("2020-03-09T12:00"),
      until: at("2020-03-15T12:00"),
      stepSeconds: HOUR,
      others: 200_000n * 10n ** 18n,
      breakerTicks: onePercent(200_000n, 18, 15),
      customers: customers(18, { ...usual, units: 60n, early: 1_500n, deposits: [8_000n, 4_000n] }),
      scale: "linear",
      caveats: [
        "Gemini's candle of 13 March 04:00 UTC has no trades: it repeats the last price, and is played as the feed of a venue that stands still would answer.",
        TETHER,
      ],
    },
    {
      id: "luna",
      title: "The end of LUNA, May 2022",
      asset: LUNA,
      // One record is all there is: the worst case for the defence is that every source follows it and none dissents.
      sources: ["first feed", "second feed", "third feed"].map((name) => source(name, luna)),
      deltaBps: 200n,
      // A tenth of a thousandth of a dollar: below it no source is believed, and nothing is clamped to it.
      minPrice: 10n ** 8n,
      maxPrice: 10n ** 15n,
      from: at("2022-05-08T00:00"),
      until: at("2022-05-13T02:00"),
      stepSeconds: HOUR,
      others: 10_000_000n * 10n ** 6n,
      breakerTicks: onePercent(10_000_000n, 6, 6),
      customers: customers(6, {
        tier: 3,
        cents: dollars(100_000n),
        units: 5_000n,
        early: 50_000n,
        deposits: [3_000_000n, 400_000n],
      }),
      scale: "log",
      caveats: [
        "Only one venue's record is at hand (Binance LUNA/USDT, hourly closes): all three feeds follow it, so that no source ever objects. That is the worst case for limits in dollars.",
        "The record stops on 13 May at $0.00005, which the sources' own lower bound of $0.0001 takes for no price: HALT, not $0.0001. What traded under the same symbol 18 days later is another coin and is not played.",
      ],
    },
    {
      id: "usdc-depeg",
      title: "USDC loses its peg, March 2023: three sources",
      asset: THREE,
      sources: [
        source("Uniswap v3", "usdc-usdt-uniswap-2023-03.csv"),
        source("Binance", "usdc-usdt-binance-2023-03.csv"),
        source("15-minute record", "usdc-usd-unsourced-2023-03.csv"),
      ],
      deltaBps: 100n,
      minPrice: 10n ** 11n,
      maxPrice: 2n * 10n ** 12n,
      from: at("2023-03-09T07:00"),
      until: at("2023-03-14T12:00"),
      stepSeconds: HOUR,
      others: 20_000_000n * 10n ** 6n,
      breakerTicks: onePercent(20_000_000n, 6, 6),
      customers: customers(6, {
        ...usual,
        units: 14_000n,
        early: 300_000n,
        deposits: [2_000_000n, 1_000_000n],
      }),
      scale: "linear",
      caveats: [
        "Binance's record has no rows before 11 March 15:00 UTC. The 15-minute record's origin is uncertain; it is thinned to the last row of each hour.",
        TETHER,
      ],
    },
    {
      id: "two-venues",
      title: "Two venues that disagree: USDC on Binance and Uniswap, March 2023",
      asset: TWO,
      sources: [
        source("Uniswap v3", "usdc-usdt-uniswap-2023-03.csv"),
        source("Binance", "usdc-usdt-binance-2023-03.csv"),
      ],
      deltaBps: 10n,
      minPrice: 10n ** 11n,
      maxPrice: 2n * 10n ** 12n,
      from: at("2023-03-11T00:00"),
      until: at("2023-03-14T12:00"),
      stepSeconds: HOUR,
      others: 20_000_000n * 10n ** 6n,
      breakerTicks: onePercent(20_000_000n, 6, 6),
      customers: customers(6, {
        tier: 2,
        cents: dollars(3_000n),
        every: HOUR,
        units: 14_000n,
        early: 300_000n,
        deposits: [2_000_000n, 1_000_000n],
      }),
      scale: "linear",
      caveats: [
        "Binance's record has no rows before 11 March 15:00 UTC: until then there is one source.",
        TETHER,
      ],
    },
  ];
}

/** How long a replay's opening takes: deposits season, tiers and destinations come into force. */
export const OPENING = 2 * DAY + HOUR;
