import type { Side } from "./deciders/decider.ts";

interface Entry {
  /** Milliseconds of the monotonic clock; undefined: when something happens. */
  due: number | undefined;
  /** Chains whose next block makes it due. */
  wakes: readonly Side[];
  failures: number;
  running: boolean;
  /** Something happened while it was worked on. */
  again: boolean;
}

/** When each open stream is looked at again. Kept in memory only: after a restart everything is due. */
export class Agenda {
  readonly #entries = new Map<string, Entry & { version: number }>();

  #entry(stream: string): Entry & { version: number } {
    const known = this.#entries.get(stream);
    if (known !== undefined) return known;
    const entry = { due: 0, wakes: [], failures: 0, running: false, again: false, version: 0 };
    this.#entries.set(stream, entry);
    return entry;
  }

  /** The streams that are open, as stored: others leave, and those that somebody wrote to are due. */
  adopt(open: readonly { readonly stream: string; readonly version: number }[]): void {
    const there = new Set<string>();
    for (const { stream, version } of open) {
      there.add(stream);
      const entry = this.#entry(stream);
      if (entry.version !== version) this.touch(stream);
      entry.version = version;
    }
    for (const [stream, { running }] of this.#entries) {
      if (!there.has(stream) && !running) this.#entries.delete(stream);
    }
  }

  /** Something happened to a stream. One that is failing keeps its pause. */
  touch(stream: string): void {
    const entry = this.#entry(stream);
    entry.again = entry.running;
    if (entry.failures === 0) entry.due = 0;
  }

  /** A chain has a new block, or new final ones. */
  wake(side: Side): void {
    for (const entry of this.#entries.values()) {
      if (!entry.wakes.includes(side)) continue;
      entry.again = entry.running;
      entry.due = 0;
    }
  }

  /** The next stream that is due and not being worked on; it is from now on. */
  take(now: number): string | undefined {
    for (const [stream, entry] of this.#entries) {
      if (entry.running || entry.due === undefined || entry.due > now) continue;
      entry.running = true;
      entry.again = false;
      // Behind the others: nobody is kept waiting by one that is always due.
      this.#entries.delete(stream);
      this.#entries.set(stream, entry);
      return stream;
    }
    return undefined;
  }

  /** It was worked on, and is looked at again then. */
  wait(stream: string, due: number | undefined, wakes: readonly Side[]): void {
    const entry = this.#entry(stream);
    entry.running = false;
    entry.due = entry.again && entry.failures === 0 ? 0 : due;
    entry.wakes = wakes;
    entry.again = false;
  }

  progressed(stream: string): void {
    this.#entry(stream).failures = 0;
  }

  /** @returns failures in a row */
  failed(stream: string): number {
    const entry = this.#entry(stream);
    entry.failures += 1;
    return entry.failures;
  }
}
