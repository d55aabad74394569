import type { Clock } from "../clock.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** Whoever runs: a worker, a chain, a user. What is dead runs no more; what is paused runs later. */
export interface Actor {
  readonly name: string;
  alive: boolean;
  pausedUntil: number;
  /** What its wall clock is wrong by, milliseconds. */
  readonly skew: number;
}

interface Item {
  readonly at: number;
  readonly order: number;
  readonly actor: Actor;
  readonly run: () => void;
}

/** When every simulation begins: Unix milliseconds. */
export const START = 1_800_000_000_000;

/** A line of a history: when, who, what. */
export type HistoryLine = readonly [at: number, who: string, what: string];

/** All promises that a step has resolved have run on when the next turn of the event loop comes. */
const settled = () => new Promise<void>((done) => setImmediate(done));

const before = (a: Item, b: Item) => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * Time and order of everything in a simulation. Nothing happens but by its queue: what comes next is the earliest, and among those
 * of one time whichever the seed chooses. Between two steps anyone may be killed.
 */
export class VirtualTime {
  /** Unix milliseconds. */
  now = START;
  readonly history: HistoryLine[] = [];
  readonly #random: SeededRandom;
  readonly #heap: Item[] = [];
  readonly #asleep = new Set<() => void>();
  steps = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  note(actor: Actor, what: string): void {
    this.history.push([this.now, actor.name, what]);
  }

  /** Has something done after so many milliseconds. */
  after(actor: Actor, milliseconds: number, run: () => void): void {
    this.#push({ at: this.now + Math.ceil(milliseconds), order: this.#random.next(), actor, run });
  }

  #push(item: Item): void {
    const heap = this.#heap;
    let at = heap.push(item) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up] as Item;
      if (!before(item, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = item;
  }

  #pop(): Item | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= heap.length) break;
      if (down + 1 < heap.length && before(heap[down + 1] as Item, heap[down] as Item)) down += 1;
      const child = heap[down] as Item;
      if (!before(child, last)) break;
      heap[at] = child;
      at = down;
    }
    heap[at] = last;
    return first;
  }

  /** One step: false when nothing is left. */
  async step(): Promise<boolean> {
    const item = this.#pop();
    if (item === undefined) return false;
    const { at, actor, run } = item;
    if (at > this.now) this.now = at;
    if (!actor.alive) return true;
    if (actor.pausedUntil > this.now) {
      this.#push({ ...item, at: actor.pausedUntil });
      return true;
    }
    this.steps += 1;
    run();
    await settled();
    return true;
  }

  /** An actor's clock: its wall clock may be wrong, its monotonic one isn't. */
  clock(actor: Actor): Clock {
    return {
      now: () => this.now + actor.skew,
      monotonic: () => this.now,
      sleep: (milliseconds, signal) =>
        new Promise((done) => {
          if (signal?.aborted === true) return done();
          const forget = () => {
            signal?.removeEventListener("abort", wake);
            this.#asleep.delete(forget);
          };
          const wake = () => {
            forget();
            done();
          };
          this.#asleep.add(forget);
          signal?.addEventListener("abort", wake);
          this.after(actor, Math.max(1, milliseconds), wake);
        }),
    };
  }

  /** Who was killed in its sleep never wakes: Node keeps a signal, with all that hangs on it, for as long as someone listens. */
  end(): void {
    for (const forget of this.#asleep) forget();
  }
}
