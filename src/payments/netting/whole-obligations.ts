import type { NettingGraph } from "./netting-graph.ts";

/** How often all obligations are gone through for one whose addition pays, at most. */
const PASSES = 40;
/** How many parties one addition may put beyond their limits, one after another, until it is given up. */
const CHAIN = 12;
/** How many obligations are added or dropped at random when a choice is shaken. */
const SHAKEN = 30;
/** How often it is shaken at most. */
const SHAKES = 100;

/**
 * A choice of whole obligations within all limits, found by local search in exact arithmetic. Obligations are named by their
 * place in the graph, where the largest come first.
 *
 * The one move: an obligation is added although its debtor has no room; to make room, another is added that is owed to the
 * debtor, or one that it owes is dropped, which may put the next party beyond its limit, and so on in a chain. What then fits is
 * added. The move stands if more is cleared than before.
 */
export class WholeObligations {
  readonly #graph: NettingGraph;
  readonly #chosen: Uint8Array;
  /** By party: what it may still give; negative = it gives too much. */
  readonly #room: bigint[];
  /** By party: what it owes, and what it is owed, the largest first. */
  readonly #owing: readonly number[][];
  readonly #owed: readonly number[][];
  /** What was added or dropped, to take it back. */
  #log: number[] = [];
  #gross = 0n;

  private constructor(graph: NettingGraph, rounding: ArrayLike<number>) {
    this.#graph = graph;
    this.#chosen = new Uint8Array(graph.amounts.length);
    this.#room = [...graph.limits];
    this.#owing = graph.limits.map(() => []);
    this.#owed = graph.limits.map(() => []);
    for (let i = 0; i < this.#chosen.length; i++) {
      this.#owing[this.#debtor(i)]?.push(i);
      this.#owed[this.#creditor(i)]?.push(i);
      if (rounding[i] === 1) this.#flip(i);
    }
  }

  /** The best choice that is found from where roundings of shares are; of equal ones the first. */
  static best(graph: NettingGraph, roundings: readonly ArrayLike<number>[]): WholeObligations {
    return roundings
      .map((rounding) => WholeObligations.#near(graph, rounding))
      .reduce((most, other) => (other.gross > most.gross ? other : most));
  }

  static #near(graph: NettingGraph, rounding: ArrayLike<number>): WholeObligations {
    const choice = new WholeObligations(graph, rounding);
    choice.#dropUntilWithin();
    choice.#fill(choice.#room.keys());
    choice.#climb();
    return choice;
  }

  /**
   * Shakes the choice again and again, and keeps what clears more. The numbers it is shaken by are the same in every run.
   *
   * @param work how many obligations to go through, about: it bounds the time, the same on every machine
   */
  improve(work: number): void {
    const random = sequence();
    const count = this.#chosen.length;
    for (let round = 0; round < Math.min(SHAKES, work / count); round++) {
      const [chosen, room, gross] = [this.#chosen.slice(), [...this.#room], this.#gross];
      for (let i = 0; i < SHAKEN; i++) this.#flip(Math.floor(random() * count));
      this.#dropUntilWithin();
      this.#fill(this.#room.keys());
      this.#climb();
      if (this.#gross >= gross) continue;
      this.#chosen.set(chosen);
      this.#room.splice(0, room.length, ...room);
      this.#gross = gross;
    }
  }

  /** Moves as long as moves clear more. */
  #climb(): void {
    for (let pass = 0, before = -1n; pass < PASSES && this.#gross > before; pass++) {
      before = this.#gross;
      for (let i = 0; i < this.#chosen.length; i++) if (!this.has(i)) this.#try(i);
    }
  }

  has(obligation: number): boolean {
    return this.#chosen[obligation] === 1;
  }

  /** Sum of what is chosen, raw units. */
  get gross(): bigint {
    return this.#gross;
  }

  /** Drops what parties beyond their limits owe, until none is. What one no longer gets, it may have to drop in turn. */
  #dropUntilWithin(): void {
    const beyond = this.#room.flatMap((room, party) => (room < 0n ? [party] : []));
    for (let party = beyond.pop(); party !== undefined; party = beyond.pop()) {
      while (this.#roomOf(party) < 0n) {
        // A party beyond its limit owes something, or its room would be no less than the limit.
        const dropped = this.#leastHarm(party) ?? this.#owing[party]?.find((i) => this.has(i)) ?? 0;
        this.#flip(dropped);
        if (this.#roomOf(this.#creditor(dropped)) < 0n) beyond.push(this.#creditor(dropped));
      }
    }
  }

  /** Adds an obligation and what makes room for it; takes it all back if that doesn't clear more. */
  #try(added: number): void {
    const before = this.#gross;
    this.#log = [];
    this.#flip(added);
    let party = this.#debtor(added);
    for (let step = 0; this.#roomOf(party) < 0n; step++) {
      const next = step < CHAIN ? this.#makeRoom(party) : undefined;
      if (next === undefined) break;
      this.#flip(next);
      party = this.has(next) ? this.#debtor(next) : this.#creditor(next);
    }
    // The chain goes from one party beyond its limit to the next, so the last one is the only one that can be left so.
    if (this.#roomOf(party) >= 0n) {
      this.#fill(new Set(this.#log.flatMap((i) => [this.#debtor(i), this.#creditor(i)])));
      if (this.#gross > before) return;
    }
    for (const i of this.#log.splice(0).reverse()) this.#flip(i);
  }

  /** What to add or drop so that a party is within its limit: best what puts nobody else beyond theirs. */
  #makeRoom(party: number): number | undefined {
    const missing = -this.#roomOf(party);
    const untouched = (i: number) => !this.#log.includes(i);
    const due = (this.#owed[party] ?? []).filter(
      (i) => !this.has(i) && this.#amount(i) >= missing && untouched(i),
    );
    const free = due.find((i) => this.#roomOf(this.#debtor(i)) >= this.#amount(i));
    if (free !== undefined) return free;
    const harmless = this.#leastHarm(party);
    if (harmless !== undefined && untouched(harmless) && this.#isHarmless(harmless)) return harmless;
    // The smallest: what it puts its debtor beyond is the least.
    return due.at(-1) ?? (harmless !== undefined && untouched(harmless) ? harmless : undefined);
  }

  /** The smallest obligation without which a party is within its limit, best one whose creditor then is too. */
  #leastHarm(party: number): number | undefined {
    const missing = -this.#roomOf(party);
    const enough = (this.#owing[party] ?? []).filter((i) => this.has(i) && this.#amount(i) >= missing);
    return enough.findLast((i) => this.#isHarmless(i)) ?? enough.at(-1);
  }

  /** Whether its creditor stays within its limit without it. */
  #isHarmless(i: number): boolean {
    return this.#roomOf(this.#creditor(i)) >= this.#amount(i);
  }

  /** Adds what fits of what these parties owe, the largest first. Each gives its creditor room for more. */
  #fill(parties: Iterable<number>): void {
    const waiting = [...parties];
    for (let party = waiting.pop(); party !== undefined; party = waiting.pop()) {
      for (const i of this.#owing[party] ?? []) {
        if (this.has(i) || this.#amount(i) > this.#roomOf(party)) continue;
        this.#flip(i);
        waiting.push(this.#creditor(i));
      }
    }
  }

  /** Adds an obligation, or drops it. */
  #flip(i: number): void {
    const amount = this.has(i) ? -this.#amount(i) : this.#amount(i);
    this.#chosen[i] = this.has(i) ? 0 : 1;
    this.#room[this.#debtor(i)] = this.#roomOf(this.#debtor(i)) - amount;
    this.#room[this.#creditor(i)] = this.#roomOf(this.#creditor(i)) + amount;
    this.#gross += amount;
    this.#log.push(i);
  }

  #roomOf(party: number): bigint {
    return this.#room[party] ?? 0n;
  }

  #amount(i: number): bigint {
    return this.#graph.amounts[i] ?? 0n;
  }

  #debtor(i: number): number {
    return this.#graph.debtors[i] ?? 0;
  }

  #creditor(i: number): number {
    return this.#graph.creditors[i] ?? 0;
  }
}

/** Numbers in 0…1, always the same ones (a linear congruence; Numerical Recipes' constants). */
function sequence(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
