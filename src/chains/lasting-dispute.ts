/** How long honest nodes may differ about what waits in their pools, milliseconds: they tell each other within minutes. */
export const GOSSIP = 600_000;

/** Disputes that are kept: those that began first are forgotten first. */
const MOST_KEPT = 10_000;

/**
 * Since when nodes have differed about something that they can honestly differ about for a while. It is kept in memory only: what is
 * forgotten at a restart is noticed a while later.
 */
export class LastingDispute {
  readonly #patience: number;
  readonly #now: () => number;
  readonly #since = new Map<string, number>();

  /** @param now milliseconds, rising */
  constructor(patience: number, now: () => number) {
    this.#patience = patience;
    this.#now = now;
  }

  /** Whether they have differed for longer than honest nodes do, as they were each time that this was asked. */
  lasts(about: string, differ: boolean): boolean {
    if (!differ) {
      this.#since.delete(about);
      return false;
    }
    const now = this.#now();
    const since = this.#since.get(about);
    if (since !== undefined) return now - since >= this.#patience;
    this.#since.set(about, now);
    const [first] = this.#since.keys();
    if (this.#since.size > MOST_KEPT && first !== undefined) this.#since.delete(first);
    return false;
  }
}
