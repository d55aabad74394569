import type { ConflictToken, EffectStatus, FeeQuote, SignedTx, UnsignedTx } from "../chains/chain.ts";
import { RetryableError, TerminalError } from "../core/errors.ts";
import { tokenWord } from "../gateway/statement.ts";
import type { Command } from "./deciders/command.ts";
import type { Side } from "./deciders/decider.ts";
import type { Intention, Part } from "./deciders/intention.ts";
import type { OutboundState } from "./deciders/outbound-decider.ts";
import { isAuthorisedWith, NO_SIGHTINGS } from "./deciders/sightings.ts";
import { restored, type StoredSigned, type StoredUnsigned, stored } from "./deciders/stored-tx.ts";
import type { RouteDesk, RouteSide } from "./route-desk.ts";
import type { LoadedStream, StreamStore } from "./stream-store.ts";

type To<D extends Intention["do"]> = Extract<Intention, { do: D }>;

/** A replacement offers a quarter more than what it replaces: every node takes that. */
const MORE = { numerator: 5n, denominator: 4n };

/** What hands need of their worker. */
export interface HandsDesk {
  readonly desk: RouteDesk;
  readonly store: StreamStore;
  /** Throws `LEASE_LOST`: asked before anything leaves. */
  check(): void;
  /** Whether this worker has read what the ledger says, up to its head. */
  isLedgerRead(): boolean;
}

/**
 * Does what streams want done, and tells them what came of it. Whatever leaves was stored before: what is signed is what is
 * stored as built, what is sent is what is stored as signed.
 */
export class Hands {
  readonly #desk: RouteDesk;
  readonly #store: StreamStore;
  readonly #check: () => void;
  readonly #isLedgerRead: () => boolean;
  /** One transaction of a side is built at a time, so that no two take the same coins. */
  readonly #building: Record<Side, Promise<unknown>> = {
    home: Promise.resolve(),
    foreign: Promise.resolve(),
  };
  /** What transactions spend that are built and not stored yet. */
  readonly #unstored: Record<Side, Set<readonly string[]>> = { home: new Set(), foreign: new Set() };
  /** What stored ones spend: read once each. */
  readonly #inputs = new WeakMap<object, readonly string[]>();

  constructor({ desk, store, check, isLedgerRead }: HandsDesk) {
    this.#desk = desk;
    this.#store = store;
    this.#check = check;
    this.#isLedgerRead = isLedgerRead;
  }

  protected get sides(): Readonly<Record<Side, RouteSide>> {
    return this.#desk.sides;
  }

  /** `signed`: its bytes aren't stored yet. `sending`: they are, and nobody has them. `sent`: what came of it isn't stored. */
  #reach(part: Part, place: "signed" | "sending" | "sent"): void {
    this.#desk.faults?.reach(`relay.${part}.${place}`);
  }

  #side(side: Side): RouteSide {
    return this.#desk.sides[side];
  }

  /** @returns whether anything changed: else there is no use in asking again at once */
  async perform({ stream }: LoadedStream, intention: Exclude<Intention, { do: "wait" }>): Promise<boolean> {
    const tell = (command: Command) => this.#store.tell(stream, command);
    switch (intention.do) {
      case "confirm":
        return this.confirm(intention, tell);
      case "prove": {
        this.#check();
        const { what, statement, facts } = intention;
        return tell({ is: "proved", what, proof: await this.#desk.committee.prove(statement, facts) });
      }
      case "reserve":
        return this.reserve(stream, intention, tell);
      case "build":
        return this.build(stream, intention, tell);
      case "sign":
        return this.sign(stream, intention, tell);
      case "broadcast":
        return this.broadcast(intention, tell);
      case "watch":
        return this.watch(intention, tell);
    }
  }

  protected async confirm({ sighting }: To<"confirm">, tell: Tell): Promise<boolean> {
    const { observer } = this.#side(sighting.side);
    const is = await observer.finality(sighting);
    if (is === "final") {
      // Its transaction may say something else in the block that it is in now: that one is read by itself.
      const { hash } = await observer.at(sighting.point.height);
      return tell({ is: "settled", sighting, as: hash === sighting.point.hash ? "final" : "gone" });
    }
    if (is === "orphaned" || is === "unseen") return tell({ is: "settled", sighting, as: "gone" });
    return false;
  }

  protected async reserve(
    stream: string,
    { part, side, effect, word }: To<"reserve">,
    tell: Tell,
  ): Promise<boolean> {
    const { executor } = this.#side(side);
    if (word !== undefined) {
      const token = await executor.findToken((one) => tokenWord(one) === word);
      if (token !== undefined)
        return this.#store.takeOver(stream, { is: "reserved", part, side, effect, token });
      throw new TerminalError("OTHER_TOKEN", "The ledger has a token for it that isn't this wallet's", {
        facts: { effect: effect.id, word },
        advice: "Stop, and find out which wallet pays it: a second relayer, or a committee that cheats.",
      });
    }
    // A journal that was restored has tokens as free that the ledger may have given since.
    if (side === "foreign" && !this.#isLedgerRead()) return false;
    const taken = [...(await this.#store.taken(executor.chain))];
    for (;;) {
      const token = await executor.reserve(effect, taken);
      if (side === "home" || !(await this.#isAuthorised(token)))
        return tell({ is: "reserved", part, side, effect, token });
      taken.push(token);
    }
  }

  /** Whether the ledger has given a token to a payout, whatever this journal, restored from before that, knows of it. */
  async #isAuthorised(token: ConflictToken): Promise<boolean> {
    const word = tokenWord(token);
    return (await this.#store.payouts()).some(({ state }) => {
      const { sightings = NO_SIGHTINGS } = state as Partial<OutboundState>;
      return isAuthorisedWith(sightings, word);
    });
  }

  async #status(intention: To<"build"> | To<"watch">): Promise<EffectStatus> {
    const { executor } = this.#side(intention.side);
    const sent = intention.do === "watch" ? intention.sent : intention.previous.map(({ txId }) => txId);
    return executor.effectStatus(intention.effect, intention.token, sent);
  }

  protected async build(stream: string, intention: To<"build">, tell: Tell): Promise<boolean> {
    const { part, side, mode, again } = intention;
    const status = await this.#status(intention);
    if (await tell({ is: "looked", part, status, at: this.#desk.clock.now() })) return true;
    if (status.is === "done" || status.is === "impossible") return false;
    // A version that this journal has lost: another one would only compete with it.
    if (status.is === "pending" && intention.previous.length === 0 && mode === "act") return false;
    if (again !== undefined && status.is === "absent") {
      if (await this.broadcast({ ...intention, do: "broadcast", signed: again }, tell)) return true;
    }
    const [unsigned, inputs] = await this.#alone(side, async () => {
      const built = await this.#built(stream, intention);
      const spends = this.#side(side).inputsOf(built);
      this.#unstored[side].add(spends);
      return [built, spends] as const;
    });
    try {
      return await tell({ is: "built", part, mode, unsigned: stored(unsigned) });
    } finally {
      this.#unstored[side].delete(inputs);
    }
  }

  async #built(stream: string, intention: To<"build">): Promise<UnsignedTx> {
    const { side, effect, token, mode } = intention;
    const { executor } = this.#side(side);
    const previous = intention.previous.map((one) => restored<SignedTx>(one));
    const quote = await executor.fee(previous.length === 0 ? "normal" : "urgent");
    const fee = more(quote, previous);
    const spent = this.#spentBeside(stream, side);
    if (mode === "void") return executor.voidToken(effect, token, fee, previous, spent);
    if (previous.length > 0) return executor.replace(previous, effect, fee, spent);
    return executor.build(effect, token, fee, spent);
  }

  /** What transactions of other streams spend, as far as they haven't ended. */
  #spentBeside(stream: string, side: Side): readonly string[] {
    const spent = [...this.#unstored[side]].flat();
    for (const { stream: other, state } of this.#store.loaded()) {
      if (other === stream) continue;
      for (const { side: of, end, versions, built } of Object.values(state.effects)) {
        if (of !== side || end !== undefined) continue;
        for (const { signed } of versions) spent.push(...this.#inputsOf(side, signed));
        if (built !== undefined) spent.push(...this.#inputsOf(side, built.unsigned));
      }
    }
    return spent;
  }

  #inputsOf(side: Side, tx: StoredSigned | StoredUnsigned): readonly string[] {
    const known = this.#inputs.get(tx) ?? this.#side(side).inputsOf(restored<SignedTx | UnsignedTx>(tx));
    this.#inputs.set(tx, known);
    return known;
  }

  async #alone<T>(side: Side, work: () => Promise<T>): Promise<T> {
    const before = this.#building[side];
    const own = before.then(work, work);
    this.#building[side] = own.catch(() => undefined);
    return own;
  }

  protected async signed({ side, unsigned: kept }: To<"sign">): Promise<SignedTx> {
    const { executor, signer } = this.#side(side);
    const unsigned = restored<UnsignedTx>(kept);
    const payloads = executor.signingPayloads(unsigned);
    this.#check();
    const signatures = await signer.sign({
      id: `${this.#desk.route}/${unsigned.effect}/${payloads[0]?.digest ?? ""}`,
      key: signer.key,
      purpose: { kind: "transaction", unsigned },
      payloads,
    });
    const signed = executor.attach(unsigned, signatures);
    if (signed.token.value === unsigned.token.value && signed.effect === unsigned.effect) return signed;
    throw new TerminalError("TX_CHANGED", "What was signed isn't what was built", {
      facts: { effect: unsigned.effect, txId: signed.txId },
    });
  }

  protected async sign(_stream: string, intention: To<"sign">, tell: Tell): Promise<boolean> {
    const { part, mode } = intention;
    const signed = stored(await this.signed(intention));
    this.#reach(part, "signed");
    return tell({ is: "signed", part, mode, signed });
  }

  protected async broadcast({ part, side, signed }: To<"broadcast">, tell: Tell): Promise<boolean> {
    this.#check();
    this.#reach(part, "sending");
    const result = await this.#side(side).executor.broadcast(restored<SignedTx>(signed));
    this.#reach(part, "sent");
    return tell({ is: "sent", part, txId: signed.txId, result, at: this.#desk.clock.now() });
  }

  protected async watch(intention: To<"watch">, tell: Tell): Promise<boolean> {
    const { part, last } = intention;
    const status = await this.#status(intention);
    const changed = await tell({ is: "looked", part, status, at: this.#desk.clock.now() });
    if (status.is !== "absent") return changed;
    return (await this.broadcast({ ...intention, do: "broadcast", signed: last }, tell)) || changed;
  }
}

export type Tell = (command: Command) => Promise<boolean>;

/**
 * What a transaction offers: what is asked now, and more than what it replaces.
 *
 * @throws RetryableError `FEE_AT_CAP`
 */
function more({ rate, cap }: FeeQuote, previous: readonly SignedTx[]): FeeQuote {
  if (previous.length === 0) return { rate, cap };
  let highest = 0n;
  for (const tx of previous) if (tx.rate > highest) highest = tx.rate;
  if (previous.some(({ fee }) => fee >= cap)) {
    throw new RetryableError("FEE_AT_CAP", "The transaction pays as much as it may already", {
      facts: { cap },
      advice:
        "It is waited for. The cap is its chain's (feeCap in src/chains/utxo/network.ts), and each signer has its own.",
    });
  }
  const least = (highest * MORE.numerator) / MORE.denominator + 1n;
  return { rate: rate > least ? rate : least, cap };
}
