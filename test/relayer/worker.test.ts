import { setTimeout as passed } from "node:timers/promises";
import { expect } from "chai";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { Hands, type HandsDesk } from "../../src/relayer/hands.ts";
import { RouteControl } from "../../src/relayer/route-control.ts";
import type { RouteLine } from "../../src/relayer/route-desk.ts";
import { StreamNames } from "../../src/relayer/stream-names.ts";
import type { LoadedStream } from "../../src/relayer/stream-store.ts";
import { Worker } from "../../src/relayer/worker.ts";
import { until } from "../../src/testing/until.ts";
import { Chain } from "./given-chain.ts";
import { deskOf, sideOf } from "./given-desk.ts";
import { at, FOREIGN } from "./given-route.ts";

/** Milliseconds: rounds follow each other fast, so that a wait of some hundred is many of them. */
const POLL = 2;

/** A worker whose hands hold what they have begun until they are let go, and say each time that it changed something. */
class HeldWorker {
  readonly home = new Chain();
  readonly foreign = new Chain(FOREIGN);
  readonly journal = SqliteJournal.open({ file: ":memory:" });
  readonly names = new StreamNames("r");
  readonly begun: string[] = [];
  readonly lines: RouteLine[] = [];
  readonly #held = Promise.withResolvers<void>();
  readonly #end = new AbortController();
  #running: Promise<void> = Promise.resolve();

  start(atOnce: number): void {
    const { begun } = this;
    const held = this.#held.promise;
    class Held extends Hands {
      override async perform({ stream }: LoadedStream): Promise<boolean> {
        begun.push(stream);
        await held;
        // As long as a real step takes at least: others have their turn.
        await passed(POLL);
        return true;
      }
    }
    const desk = deskOf(
      this.journal,
      { home: sideOf(this.home, {}, at(0)), foreign: sideOf(this.foreign, {}, at(0)) },
      {
        pace: { poll: POLL, look: POLL, lease: 60_000, survey: 3_600_000, atOnce },
        log: (line) => void this.lines.push(line),
      },
    );
    const worker = new Worker(desk, (given: HandsDesk) => new Held(given));
    this.#running = worker.run(this.#end.signal);
  }

  letGo(): void {
    this.#held.resolve();
  }

  async stored(type: string): Promise<boolean> {
    return (await this.journal.read(this.names.control())).some((event) => event.type === type);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.letGo();
    this.#end.abort();
    await this.#running;
    await this.journal.close();
  }
}

describe("A worker", () => {
  it("given final blocks taken back in the middle of much work, takes no further step and begins nothing until it is resumed", async () => {
    await using held = new HeldWorker();
    const payouts = ["a", "b", "c", "d", "e", "f"].map((digit) => `0x${digit.repeat(64)}`);
    held.home.request("1", ...payouts).final = 1;
    held.foreign.add("x").add("y").final = 2;
    held.start(2);
    await until("two are under way", () => held.begun.length === 2);
    await until("the coins' chain is read", async () => {
      return (await held.journal.cursor(held.names.cursor(FOREIGN))) !== undefined;
    });

    held.foreign.blocks = [];
    held.foreign.add("X").add("Y").add("Z");
    await until("the break is stored", () => held.stored("FinalityBroken"));
    held.letGo();
    await passed(100 * POLL);
    expect(held.begun, "the two that were under way, a step each").to.have.length(2);

    expect(await new RouteControl(held.journal, held.names).resume("operator")).to.equal(true);
    await until("all go on", () => new Set(held.begun).size === payouts.length);
    expect(new Set(held.begun)).to.deep.equal(new Set(payouts.map((id) => held.names.outbound(id))));
    expect(held.lines.filter(({ event }) => event === "finality-broken")).to.have.length(1);
  });
});
