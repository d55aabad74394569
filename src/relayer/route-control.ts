import type { Journal, Lease, NewEvent } from "../journal/journal.ts";
import {
  type Break,
  decideBroken,
  decideResumed,
  evolveRoute,
  NEW_ROUTE,
  type RouteState,
} from "./deciders/route-decider.ts";
import type { StreamNames } from "./stream-names.ts";

/** The stream about a route itself. */
export class RouteControl {
  readonly #journal: Journal;
  readonly #names: StreamNames;
  readonly #lease: (() => Lease) | undefined;
  #version = 0;
  #state: RouteState = NEW_ROUTE;

  /** @param lease what a worker's writes must hold; an operator has none */
  constructor(journal: Journal, names: StreamNames, lease?: () => Lease) {
    this.#journal = journal;
    this.#names = names;
    this.#lease = lease;
  }

  /** As it was read last. */
  get state(): RouteState {
    return this.#state;
  }

  async read(): Promise<RouteState> {
    const events = await this.#journal.read(this.#names.control(), this.#version);
    this.#state = events.reduce(evolveRoute, this.#state);
    this.#version += events.length;
    return this.#state;
  }

  /** A chain took back what it had called final: nothing goes on. */
  async broken(by: Break): Promise<void> {
    await this.#append(decideBroken(await this.read(), by), true);
  }

  /**
   * @param from the height from which blocks are read again; where the chain is the same again unless given
   * @returns whether there was anything to resume
   * @throws TerminalError `RESUME_FROM_UNKNOWN`
   */
  async resume(by: string, from?: number): Promise<boolean> {
    const events = decideResumed(await this.read(), by, from);
    await this.#append(events, false);
    return events.length > 0;
  }

  /** Has the blocks of the chain of coins from a height on read again, by whichever worker has the route. */
  async lookBack(since: number, account: string, by: string): Promise<void> {
    await this.read();
    await this.#append([{ type: "LookBackAsked", data: { since, account, by } }]);
  }

  async #append(events: readonly NewEvent[], open?: boolean): Promise<void> {
    if (events.length === 0) return;
    const lease = this.#lease === undefined ? {} : { lease: this.#lease() };
    const opened = open === undefined ? {} : { open };
    const append = { stream: this.#names.control(), expected: this.#version, events, ...opened };
    await this.#journal.commit({ appends: [append], ...lease });
    await this.read();
  }
}
