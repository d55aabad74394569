import { TerminalError } from "../core/errors.ts";
import type { Price } from "../core/money.ts";
import { SUITE_ASSETS, type SuiteAsset } from "./assets.ts";
import { type Chain, callOf } from "./chain.ts";
import { DAY } from "./parameters.ts";
import { FEEDS, loadRounds, type ReplayedRound, type Round, replayRounds, roundAt } from "./rounds.ts";
import { addressOf } from "./stage.ts";

/** How far ahead of the start rounds are laid out: longer than any replay lasts. */
const HORIZON = 120 * DAY;
const DECIMALS = 8;
/** `Illness.REVERTS` of contracts/mocks/oracle/MockAggregator.sol. */
const REVERTS = 1;
const ONE_DOLLAR = 100_000_000n;

/** The round that each asset's feeds stand at. */
export type FeedMark = ReadonlyMap<SuiteAsset, bigint>;

/** Rounds of each asset's feeds, in the order of the chain's clock. */
type Rounds = Readonly<Record<"eth" | "btc", readonly ReplayedRound[]>>;

/**
 * Keeps the embedded chain's price feeds at the Chainlink round in force. Between two requests nobody reads a price, so only
 * the last round before each is pushed. The dollar token is priced at one dollar.
 */
export class FeedPlayer {
  readonly #chain: Chain;
  readonly #feeds: Readonly<Record<SuiteAsset, readonly string[]>>;
  readonly #rounds: Rounds;
  #silent = false;
  /** How many of an asset's feeds answer nothing. */
  readonly #dead = new Map<SuiteAsset, number>();
  /** The round that each asset's feeds stand at. */
  readonly #played = new Map<SuiteAsset, bigint>();

  /** @param start the chain's time at which the recorded slice begins. */
  constructor(chain: Chain, feeds: Readonly<Record<SuiteAsset, readonly string[]>>, start: number) {
    this.#chain = chain;
    this.#feeds = feeds;
    this.#rounds = {
      eth: [...replayRounds(loadRounds("eth-usd"), start, start + HORIZON)],
      btc: [...replayRounds(loadRounds("btc-usd"), start, start + HORIZON)],
    };
  }

  /** The price in force at the chain's time. */
  price(asset: SuiteAsset): Price {
    return this.priceAt(asset, this.#chain.time);
  }

  /** The price that will be in force at `time`. */
  priceAt(asset: SuiteAsset, time: number): Price {
    return { answer: this.#round(asset, time).answer, decimals: DECIMALS };
  }

  /** Pushes what has been published since. Call before anything that reads the prices of `assets`. */
  async play(assets: readonly SuiteAsset[] = SUITE_ASSETS): Promise<void> {
    if (this.#silent) return;
    for (const asset of assets) {
      const round = this.#round(asset, this.#chain.time);
      if (this.#played.get(asset) === round.roundId) continue;
      this.#played.set(asset, round.roundId);
      const values = [round.roundId, round.answer, round.startedAt, round.updatedAt];
      for (const feed of this.#feeds[asset].slice(this.#dead.get(asset) ?? 0)) {
        await this.#chain.must(addressOf("oracle"), callOf("feed", feed, "push", values));
      }
    }
  }

  /** The first `count` feeds of an asset answer nothing until others are named; a round in force heals the rest. */
  async kill(asset: SuiteAsset, count: number): Promise<void> {
    this.#dead.set(asset, count);
    for (const feed of this.#feeds[asset].slice(0, count)) {
      await this.#chain.must(addressOf("oracle"), callOf("feed", feed, "fallIll", [REVERTS]));
    }
    this.#played.delete(asset);
  }

  /** From now on no round is published. */
  fallSilent(): void {
    this.#silent = true;
  }

  /** Which rounds the feeds stand at, for `rewind`. */
  mark(): FeedMark {
    return new Map(this.#played);
  }

  /** After the chain went back in time: the feeds stand where they stood then, and speak again. */
  rewind(mark: FeedMark): void {
    this.#played.clear();
    for (const [asset, round] of mark) this.#played.set(asset, round);
    this.#silent = false;
    this.#dead.clear();
  }

  #round(asset: SuiteAsset, time: number): Round {
    // A dollar's feed writes once an hour.
    const hour = time - (time % FEEDS["eth-usd"].heartbeatSeconds);
    if (asset === "usd")
      return { roundId: BigInt(hour), answer: ONE_DOLLAR, startedAt: hour, updatedAt: hour };
    const round = roundAt(this.#rounds[asset], time);
    if (round === undefined) throw new TerminalError("ROUNDS_NONE", `There are no rounds for ${asset}`);
    return round;
  }
}
