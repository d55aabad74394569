import type { Caip2, ConflictToken } from "../chains/chain.ts";
import { TerminalError } from "../core/errors.ts";
import type { Append, Journal, Lease, NewEvent } from "../journal/journal.ts";
import type { Attention } from "./deciders/attention.ts";
import type { Command } from "./deciders/command.ts";
import type { Decider } from "./deciders/decider.ts";
import type { EffectEvent, Effects } from "./deciders/effect-decider.ts";
import type { Sighting } from "./deciders/sightings.ts";
import type { TokenState } from "./deciders/token-decider.ts";
import { isConflict } from "./failure.ts";
import { begins } from "./route-events.ts";
import {
  kindOf,
  OWN_KINDS,
  type StreamKind,
  type StreamNames,
  tokenOf,
  tokenPrefix,
  tokenPrefixes,
  tokenStream,
} from "./stream-names.ts";

/** The deciders of a route, by what a stream is about. */
export type RouteDeciders = Readonly<Record<StreamKind, Decider<StreamState>>>;

/** What all kinds of streams have. */
export interface StreamState {
  readonly effects: Effects;
  readonly attention: Attention;
}

export interface LoadedStream {
  readonly stream: string;
  readonly version: number;
  readonly state: StreamState;
  /** Of its first event, Unix milliseconds: for people. */
  readonly since: number;
}

export interface StoreDesk {
  readonly journal: Journal;
  readonly names: StreamNames;
  readonly deciders: RouteDeciders;
  readonly home: Caip2;
  readonly foreign: Caip2;
  /** What every write must hold. */
  lease(): Lease;
  /** Unix milliseconds: for people. */
  now(): number;
}

/** A sighting and the stream that it belongs to. */
export interface RoutedSighting {
  readonly stream: string;
  readonly sighting: Sighting;
}

/** Whether a token is the route's own and nobody has a use for it: until then its stream only says whose it is. */
const isLeft = (names: StreamNames, state: TokenState) =>
  state.abandoned !== undefined && names.haveToken(state);

/** Conflicts in a row that are still other workers' luck. */
const MOST_TRIES = 20;

/**
 * The streams of a route, as they are decided on: state in memory, events in the journal, and never the one without the other.
 * What a command decides is stored with all that goes with it, in one commit under the lease; if somebody wrote first, it is read
 * and decided again.
 */
export class StreamStore {
  readonly #desk: StoreDesk;
  readonly #loaded = new Map<string, LoadedStream>();

  constructor(desk: StoreDesk) {
    this.#desk = desk;
  }

  decider(stream: string): Decider<StreamState> {
    return this.#desk.deciders[kindOf(stream)];
  }

  /** From memory, else from the journal. */
  async load(stream: string): Promise<LoadedStream> {
    const known = this.#loaded.get(stream);
    if (known !== undefined) return known;
    const read = await this.#read(stream);
    // Somebody may have loaded it meanwhile, and gone on with it.
    const later = this.#loaded.get(stream);
    return later !== undefined && later.version >= read.version ? later : this.#keep(read);
  }

  /** The state of a stream, from memory or the journal, by which nothing is decided: memory stays as it is. */
  async peek(stream: string): Promise<StreamState> {
    return (this.#loaded.get(stream) ?? (await this.#read(stream))).state;
  }

  async #read(stream: string): Promise<LoadedStream> {
    const events = await this.#desk.journal.read(stream);
    const decider = this.decider(stream);
    const state = events.reduce(decider.evolve, decider.initial);
    return { stream, version: events.length, state, since: events[0]?.at ?? this.#desk.now() };
  }

  /** In memory stay the route's own streams for which something may have to be done: what has ended has no place there. */
  #keep(loaded: LoadedStream): LoadedStream {
    const { stream, state } = loaded;
    const { names } = this.#desk;
    const wanted = kindOf(stream) !== "token" || isLeft(names, state as TokenState);
    if (wanted && this.decider(stream).isOpen(state)) this.#loaded.set(stream, loaded);
    else this.forget(stream);
    return loaded;
  }

  /** Those in memory. */
  loaded(): Iterable<LoadedStream> {
    return this.#loaded.values();
  }

  /** All payouts that are open. */
  async payouts(): Promise<readonly LoadedStream[]> {
    const { journal, names } = this.#desk;
    const open = await journal.open(names.prefix("out"));
    return Promise.all(open.map(({ stream }) => this.load(stream)));
  }

  forget(stream: string): void {
    this.#loaded.delete(stream);
  }

  /**
   * All streams of the route that want attention. One that somebody else has written to is forgotten, so that it is read again;
   * of tokens only the route's own that nobody has a use for are listed.
   */
  async open(): Promise<readonly { readonly stream: string; readonly version: number }[]> {
    const { journal, names } = this.#desk;
    const own = await Promise.all(OWN_KINDS.map((kind) => journal.open(names.prefix(kind))));
    const tokens = tokenPrefixes(this.#desk).map((prefix) => journal.open(prefix));
    const left = (await Promise.all(tokens)).flat().filter(({ version }) => version > 1);
    const streams = [...own.flat(), ...left];
    for (const { stream, version } of streams) {
      const known = this.#loaded.get(stream);
      if (known !== undefined && known.version < version) this.forget(stream);
    }
    const others = new Set<string>();
    for (const { stream } of left) {
      if (!isLeft(names, (await this.load(stream)).state as TokenState)) others.add(stream);
    }
    return streams.filter(({ stream }) => !others.has(stream));
  }

  /** The tokens of a chain that effects have, of whatever route. */
  async taken(chain: Caip2): Promise<readonly ConflictToken[]> {
    const open = await this.#desk.journal.open(tokenPrefix(chain));
    return open.map(({ stream }) => tokenOf(chain, stream));
  }

  /**
   * Decides a command on a stream and stores what it decides.
   *
   * @returns whether there was anything
   * @throws RetryableError `VERSION_CONFLICT` where a token was taken by somebody else meanwhile
   */
  async tell(stream: string, command: Command): Promise<boolean> {
    return this.#retried(async (again) => {
      const appends = await this.#decided(stream, command, again);
      if (appends.length === 0) return false;
      await this.#commit(appends);
      return true;
    }, command.is !== "reserved");
  }

  /**
   * Gives a payout the token that the ledger has for it, be it from another one that has it here and has done nothing by it.
   *
   * @returns whether there was anything to decide
   * @throws TerminalError `TOKEN_HELD` where something may have been done by it; RetryableError `VERSION_CONFLICT`
   */
  async takeOver(stream: string, command: Extract<Command, { is: "reserved" }>): Promise<boolean> {
    const { side, effect, token } = command;
    const held = await this.load(tokenStream(token));
    const { taken } = held.state as TokenState;
    if (taken === undefined) return this.tell(stream, command);
    const [own, other] = [await this.load(stream), await this.load(taken.stream)];
    const isBound = held.version > 1 || other === own || !this.#desk.names.haveToken({ taken });
    const left = isBound
      ? []
      : this.decider(taken.stream).decide(other.state, { is: "displaced", by: stream });
    if (left.length === 0) {
      const why = `The ledger's token for it, ${held.stream}, is that of ${taken.stream} in this journal`;
      throw new TerminalError("TOKEN_HELD", why, {
        advice: "Find out what was done by the token, and whether both payouts were authorised with it.",
        docs: "docs/runbooks/journal-lost.md",
      });
    }
    const events = this.decider(stream).decide(own.state, command);
    if (events.length === 0) return false;
    const again = { type: "TokenTaken", data: { side, effect, token, stream } };
    await this.#commit([this.#append(own, events), this.#append(other, left), this.#append(held, [again])]);
    return true;
  }

  /** Stores what a chain's blocks say together with where its reader has come to. */
  async sight(
    sightings: readonly RoutedSighting[],
    cursors: Readonly<Record<string, string>>,
  ): Promise<readonly string[]> {
    return this.#retried(async () => {
      const drafts = new Map<
        string,
        { readonly from: LoadedStream; events: NewEvent[]; state: StreamState }
      >();
      for (const { stream, sighting } of sightings) {
        const from = drafts.get(stream)?.from ?? (await this.load(stream));
        if (from.version === 0 && !drafts.has(stream) && !begins({ stream, sighting })) continue;
        const draft = drafts.get(stream) ?? { from, events: [], state: from.state };
        const decider = this.decider(stream);
        const events = decider.decide(draft.state, { is: "sighted", sighting });
        drafts.set(stream, {
          from,
          events: [...draft.events, ...events],
          state: events.reduce(decider.evolve, draft.state),
        });
      }
      const changed = [...drafts.values()].filter(({ events }) => events.length > 0);
      const appends = changed.map(({ from: { stream, version }, events, state }) => ({
        ...{ stream, expected: version, events },
        open: this.decider(stream).isOpen(state),
      }));
      await this.#commit(appends, cursors);
      return changed.map(({ from }) => from.stream);
    });
  }

  async #retried<T>(work: (again: boolean) => Promise<T>, mayRetry = true): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work(tries > 1);
      } catch (error) {
        if (!isConflict(error) || !mayRetry || tries >= MOST_TRIES) throw error;
      }
    }
  }

  #append({ stream, version, state }: LoadedStream, events: readonly NewEvent[]): Append {
    const decider = this.decider(stream);
    return { stream, expected: version, events, open: decider.isOpen(events.reduce(decider.evolve, state)) };
  }

  async #decided(stream: string, command: Command, again: boolean): Promise<readonly Append[]> {
    const loaded = await this.load(stream);
    const events = this.decider(stream).decide(loaded.state, command);
    if (events.length === 0) return [];
    const tokens =
      kindOf(stream) === "token" ? [] : await this.#tokensOf(loaded, events as EffectEvent[], again);
    return [this.#append(loaded, events), ...tokens];
  }

  /** What happens to tokens by what happens to effects: taken, spent, or of no use. */
  async #tokensOf(
    { stream, state }: LoadedStream,
    events: readonly EffectEvent[],
    again: boolean,
  ): Promise<readonly Append[]> {
    const appends: Append[] = [];
    for (const event of events) {
      if (event.type === "EffectReserved") {
        const { side, effect, token } = event.data;
        const taken = { type: "TokenTaken", data: { side, effect, token, stream } };
        appends.push({ stream: tokenStream(token), expected: 0, events: [taken], open: true });
      }
      if (event.type !== "EffectEnded" && event.type !== "EffectAbandoned") continue;
      const effect = state.effects[event.data.part];
      if (effect === undefined) continue;
      const { token, versions } = effect;
      const name = tokenStream(token);
      if (again) this.forget(name);
      const known = await this.load(name);
      // Done by others, an effect leaves a nonce that nothing has used; an output is only ever spent by what ended it.
      const txId = event.type === "EffectEnded" ? event.data.txId : undefined;
      const spent =
        txId !== undefined &&
        (token.kind === "outpoint" || versions.some(({ signed }) => signed.txId === txId));
      const why = event.type === "EffectAbandoned" ? event.data.why : "somebody else has done it";
      const decided = spent
        ? [{ type: "TokenSpent", data: { txId } }]
        : this.decider(name).decide(known.state, { is: "abandoned", why });
      if (decided.length > 0) appends.push(this.#append(known, decided));
    }
    return appends;
  }

  async #commit(appends: readonly Append[], cursors?: Readonly<Record<string, string>>): Promise<void> {
    const { journal, lease } = this.#desk;
    try {
      await journal.commit({ appends, lease: lease(), ...(cursors === undefined ? {} : { cursors }) });
    } catch (error) {
      // Whether it is stored is not known, or somebody else wrote: memory is no longer what the journal says.
      for (const { stream } of appends) this.forget(stream);
      throw error;
    }
    for (const { stream, expected, events } of appends) {
      const known = this.#loaded.get(stream);
      const decider = this.decider(stream);
      const before = known?.version === expected ? known.state : expected === 0 ? decider.initial : undefined;
      if (before === undefined) this.forget(stream);
      else {
        const state = events.reduce(decider.evolve, before);
        const since = known?.since ?? this.#desk.now();
        this.#keep({ stream, version: expected + events.length, state, since });
      }
    }
  }
}
