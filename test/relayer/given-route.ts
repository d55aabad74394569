import type { ConflictToken, Point } from "../../src/chains/chain.ts";
import type { NewEvent } from "../../src/journal/journal.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import type { Command } from "../../src/relayer/deciders/command.ts";
import type { Decider, Now, Side } from "../../src/relayer/deciders/decider.ts";
import type { Mode, Part } from "../../src/relayer/deciders/intention.ts";
import type { RouteTerms } from "../../src/relayer/deciders/route-terms.ts";
import type { Sighting } from "../../src/relayer/deciders/sightings.ts";
import type { StoredSigned, StoredUnsigned } from "../../src/relayer/deciders/stored-tx.ts";
import { routeDeciders } from "../../src/relayer/route-deciders.ts";
import { StreamNames } from "../../src/relayer/stream-names.ts";
import { StreamStore } from "../../src/relayer/stream-store.ts";

export const HOME = "eip155:31337";
export const FOREIGN = "bip122:00000000000000000000000000000000";
export const PAYOUT = `0x${"ab".repeat(32)}`;
export const EFFECT = "ab".repeat(32);

export const TERMS: RouteTerms = {
  homeChainId: 31_337n,
  vault: `0x${"11".repeat(20)}`,
  home: HOME,
  foreign: FOREIGN,
  assets: { [`${FOREIGN}/slip44:2`]: 7n },
  leastDeposit: 100n,
  patience: { home: 1_000, foreign: 5_000 },
};

export const TOKEN: ConflictToken = { chain: FOREIGN, kind: "outpoint", value: `${"cd".repeat(32)}:0` };
export const NONCE: ConflictToken = { chain: HOME, kind: "nonce", value: "0xabc:7" };

export const at = (height: number): Point => ({ height, hash: height.toString(16).padStart(64, "0") });

/** A moment at which everything up to a height is final. */
export const moment = (time: number, height = 100): Now => ({
  time,
  final: { home: height, foreign: height },
});

export function sighting(
  kind: string,
  data: Readonly<Record<string, string>>,
  height = 10,
  side: Side = "home",
): Sighting {
  const key = data.attempt === undefined ? kind : `${kind}#${data.attempt}`;
  return {
    key,
    side,
    kind,
    txId: "ee".repeat(32),
    index: 0,
    point: at(height),
    parent: at(height - 1).hash,
    data,
  };
}

export function unsigned(part: "payment" | "other", name = "1"): StoredUnsigned {
  const [chain, token] = part === "payment" ? [FOREIGN, TOKEN] : [HOME, NONCE];
  return { chain, effect: EFFECT, token, body: name, fee: "100", rate: "10" };
}

/** A transaction's id. */
export const tx = (name: string) => Buffer.from(name).toString("hex").padStart(64, "0");

export function signed(part: "payment" | "other", name = "1"): StoredSigned {
  const { body: raw, ...rest } = unsigned(part, name);
  return { ...rest, txId: tx(name), raw };
}

/** A stream that is told one thing after another: what it has stored, and what it wants. */
export class Told<State> {
  readonly #decider: Decider<State>;
  readonly events: NewEvent[] = [];
  state: State;

  constructor(decider: Decider<State>) {
    this.#decider = decider;
    this.state = decider.initial;
  }

  /** @returns the types of what was decided */
  tell(command: Command): readonly string[] {
    const events = this.#decider.decide(this.state, command);
    this.events.push(...events);
    this.state = events.reduce(this.#decider.evolve, this.state);
    return events.map(({ type }) => type);
  }

  all(...commands: readonly Command[]): this {
    for (const command of commands) this.tell(command);
    return this;
  }

  next(time = 0, height = 100) {
    return this.#decider.next(this.state, moment(time, height));
  }

  get open(): boolean {
    return this.#decider.isOpen(this.state);
  }

  /** The same stream, read from its events: as after a restart. */
  replayed(): Told<State> {
    const again = new Told(this.#decider);
    again.state = this.events.reduce(this.#decider.evolve, this.#decider.initial);
    again.events.push(...this.events);
    return again;
  }
}

/** Seen, and final. */
export const final = (seen: Sighting): readonly Command[] => [
  { is: "sighted", sighting: seen },
  { is: "settled", sighting: seen, as: "final" },
];

/** An effect's way until it is finally done, or its token finally spent otherwise. */
export function brought(
  part: Part,
  token: ConflictToken,
  is: "done" | "impossible" = "done",
  mode: Mode = "act",
): readonly Command[] {
  const of = part === "payment" ? "payment" : "other";
  const side = of === "payment" ? "foreign" : "home";
  const own = { ...signed(of, part), token };
  return [
    { is: "reserved", part, side, effect: { id: EFFECT, kind: part, data: {} }, token },
    { is: "built", part, mode, unsigned: { ...unsigned(of, part), token } },
    { is: "signed", part, mode, signed: own },
    { is: "sent", part, txId: own.txId, result: "accepted", at: 0 },
    { is: "looked", part, status: { is, txId: own.txId, final: true }, at: 0 },
  ];
}

/** Stores of the route `r` with one lease on one journal in memory. */
export async function stores(count: number) {
  const journal = SqliteJournal.open({ file: ":memory:" });
  const names = new StreamNames("r");
  const lease = await journal.acquire("r", "test", 60_000);
  if (lease === undefined) throw new Error("nobody else has it");
  const of = { journal, names, deciders: routeDeciders(TERMS), home: HOME, foreign: FOREIGN };
  const all = Array.from(
    { length: count },
    () => new StreamStore({ ...of, lease: () => lease, now: () => 0 }),
  );
  return { journal, names, all, lease };
}
