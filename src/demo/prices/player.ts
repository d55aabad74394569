import { TerminalError } from "../../core/errors.ts";
import { callOf } from "../chain.ts";
import { addressOf } from "../stage.ts";
import { MODES } from "./model.ts";
import { observationAt } from "./records.ts";
import type { PriceReplay } from "./replays.ts";
import type { PriceStep } from "./result.ts";
import type { PriceStage, ReplayAsset } from "./stage.ts";

/** Drives a replay's mock feeds by their records, and reads what the router makes of them. */
export class RecordPlayer {
  readonly #stage: PriceStage;
  readonly #replay: PriceReplay;
  readonly #asset: ReplayAsset;
  /** When what each feed says was observed. */
  readonly #said: (number | undefined)[];
  #round = 0n;

  constructor(stage: PriceStage, replay: PriceReplay, asset: ReplayAsset) {
    this.#stage = stage;
    this.#replay = replay;
    this.#asset = asset;
    this.#said = replay.sources.map(() => undefined);
  }

  /** Feeds of Chainlink proxies answer the all-zero round until their phase's first. */
  async begin(): Promise<void> {
    for (const [index, { zeroRound }] of this.#replay.sources.entries()) {
      if (zeroRound) await this.#push(index, 0n, 0);
    }
  }

  /** Moves the clock to `at`, with whatever the sources published by then; only the last of it, as nobody read before. */
  async playTo(at: number): Promise<PriceStep> {
    const { chain } = this.#stage;
    const news = this.#replay.sources.flatMap(({ record }, index) => {
      const seen = observationAt(record, Math.min(at, this.#replay.until));
      return seen?.answer === undefined || seen.at === this.#said[index]
        ? []
        : [{ index, at: seen.at, answer: seen.answer }];
    });
    if (news.length === 0) await chain.advanceTo(at);
    else chain.setTime(at);
    for (const { index, answer, at: observed } of news) {
      this.#said[index] = observed;
      await this.#push(index, answer, observed);
    }
    const [price] = await chain.view("router", this.#stage.router, "peek", [this.#asset.id]);
    const { bid, mid, ask, mode, sourceMask } = price as Record<
      "bid" | "mid" | "ask" | "mode" | "sourceMask",
      bigint
    >;
    const name = MODES[Number(mode)];
    if (name === undefined) throw new TerminalError("NO_MODE", `The router answered the mode ${mode}`);
    return { at, mode: name, bid, mid, ask, mask: Number(sourceMask) };
  }

  async #push(index: number, answer: bigint, observed: number): Promise<void> {
    const feed = this.#asset.feeds[index];
    if (feed === undefined) throw new TerminalError("NO_FEED", "A source has no feed on the chain");
    this.#round += 1n;
    const values = [this.#round, answer, observed, observed];
    await this.#stage.chain.must(addressOf("oracle"), callOf("feed", feed, "push", values));
  }
}
