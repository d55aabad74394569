import type { ConflictToken, EffectStatus } from "../../chains/chain.ts";
import { tokenWord } from "../../gateway/statement.ts";
import type { Append, Commit, Journal } from "../../journal/journal.ts";
import { paymentObjection } from "../../signing/payout-objections.ts";
import type { Command } from "../deciders/command.ts";
import type { Decider } from "../deciders/decider.ts";
import type { Intention } from "../deciders/intention.ts";
import type { OutboundState } from "../deciders/outbound-decider.ts";
import { restored, stored } from "../deciders/stored-tx.ts";
import { Hands, type Tell } from "../hands.ts";
import type { RouteDesk } from "../route-desk.ts";
import type { RouteDeciders, StreamState } from "../stream-store.ts";
import { GatewayModel } from "./gateway-model.ts";
import type { Mutant } from "./simulate.ts";
import { signedWith } from "./simulated-executor.ts";

type OfDecider = Decider<StreamState>;
type Build = Extract<Intention, { do: "build" }>;
type Sign = Extract<Intention, { do: "sign" }>;
type Watch = Extract<Intention, { do: "watch" }>;

/** Changes one decider of the route's. */
const changed = (kind: keyof RouteDeciders, change: (real: OfDecider) => Partial<OfDecider>): Mutant => ({
  deciders: (_terms, real) => ({ ...real, [kind]: { ...real[kind], ...change(real[kind]) } }),
});

/** Changes what a decider is told. */
const told = (kind: keyof RouteDeciders, change: (command: Command, state: StreamState) => Command): Mutant =>
  changed(kind, (real) => ({ decide: (state, command) => real.decide(state, change(command, state)) }));

/** Changes the journal under a worker. */
const onJournal = (change: (journal: Journal) => Partial<Journal>): Mutant => ({
  desk: (desk) => ({ ...desk, journal: over(desk.journal, change(desk.journal)) }),
});

/** An object with some of its methods changed, whatever class it is of. */
function over<T extends object>(real: T, changes: Partial<T>): T {
  return new Proxy(real, {
    get(target, name) {
      const own = changes[name as keyof T];
      if (own !== undefined) return own;
      const value = target[name as keyof T];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const asFinal = (status: EffectStatus): EffectStatus =>
  "final" in status ? { ...status, final: true } : status;

/** Milliseconds after which the impatient mutant calls a payment void. */
const DEADLINE = 20_000;

class SendsFirst extends Hands {
  protected override async sign(_stream: string, intention: Sign, tell: Tell): Promise<boolean> {
    const signed = stored(await this.signed(intention));
    await this.sides[intention.side].executor.broadcast(restored(signed));
    return tell({ is: "signed", part: intention.part, mode: intention.mode, signed });
  }
}

class WatchesTheLastOnly extends Hands {
  protected override async watch(intention: Watch, tell: Tell): Promise<boolean> {
    return super.watch(intention, (command) => {
      if (command.is !== "looked" || command.status.is !== "done" || intention.part !== "payment")
        return tell(command);
      const other = command.status.txId !== intention.last.txId;
      return tell(other ? { ...command, status: { ...command.status, is: "impossible" } } : command);
    });
  }
}

class TakesTheFeeFromThePayment extends Hands {
  protected override async build(stream: string, intention: Build, tell: Tell): Promise<boolean> {
    const { effect } = intention;
    if (intention.part !== "payment") return super.build(stream, intention, tell);
    const amount = String(BigInt(effect.data.amount ?? "0") - 1n);
    return super.build(
      stream,
      { ...intention, effect: { ...effect, data: { ...effect.data, amount } } },
      tell,
    );
  }
}

/** A worker that thinks its lease much longer than the store does, and writes without it. */
function ignoresFences(desk: RouteDesk): RouteDesk {
  const { journal, pace } = desk;
  const changes: Partial<Journal> = {
    commit: ({ lease: _lease, ...rest }) => journal.commit(rest),
    acquire: (name, holder) => journal.acquire(name, holder, pace.lease),
    renew: async (lease) => lease,
  };
  return { ...desk, journal: over(journal, changes), pace: { ...pace, lease: 3_600_000 } };
}

const withoutTokens = (appends: readonly Append[]) =>
  appends.filter(({ stream }) => !stream.startsWith("token/"));

/** Where it has come to is stored first, what it has seen there afterwards. */
async function cursorFirst(journal: Journal, { cursors, ...rest }: Commit) {
  if (cursors !== undefined) await journal.commit({ appends: [], cursors, ...withLease(rest) });
  return rest.appends.length === 0 ? [] : journal.commit(rest);
}

const withLease = ({ lease }: Commit) => (lease === undefined ? {} : { lease });

/**
 * Relayers, and the signers and the gateway beside them, with one rule broken each: all defects that others have shipped, or nearly.
 * The simulation must notice every one, else it would notice nothing.
 */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  "after an ambiguous answer it begins anew with another token": changed("out", (real) => ({
    evolve(state, event) {
      const next = real.evolve(state, event);
      const { part, result } = event.data as { part?: string; result?: string };
      if (part !== "payment") return next;
      if (event.type === "EffectReserved") {
        // It takes what the ledger has authorised for whatever it has now, else it would find the former token again.
        const token = tokenWord((event.data as { token: ConflictToken }).token);
        const { sightings } = next as OutboundState;
        const confirmed = sightings.confirmed.map((one) =>
          one.kind === "PayoutAuthorised" ? { ...one, data: { ...one.data, token } } : one,
        );
        return { ...next, sightings: { ...sightings, confirmed } };
      }
      if (event.type !== "EffectSent" || result !== "ambiguous") return next;
      const { payment: _forgotten, ...effects } = next.effects;
      return { ...next, effects };
    },
    next(state, now) {
      const wanted = real.next(state, now);
      if (wanted.do !== "reserve" || wanted.part !== "payment") return wanted;
      const { word: _ledgers, ...another } = wanted;
      return another;
    },
  })),
  "it sends what isn't stored yet": { hands: (desk) => new SendsFirst(desk) },
  "it tells the outcome before it is final": told("out", (command) =>
    command.is === "looked" && command.part === "payment"
      ? { ...command, status: asFinal(command.status) }
      : command,
  ),
  "it pays before the authorisation is final": told("out", (command) =>
    command.is === "looked" && command.part === "authorise"
      ? { ...command, status: asFinal(command.status) }
      : command,
  ),
  "it calls a payment void after a while": told("out", (command, { effects: { payment } }) => {
    const last = payment?.versions.at(-1);
    if (command.is !== "looked" || command.part !== "payment" || last?.sent === undefined) return command;
    if (command.at < last.sent.at + DEADLINE) return command;
    return { ...command, status: { is: "impossible", txId: last.signed.txId, final: true } };
  }),
  "it watches the last version of a transaction only": { hands: (desk) => new WatchesTheLastOnly(desk) },
  "it takes the network's fee from the payment": { hands: (desk) => new TakesTheFeeFromThePayment(desk) },
  "it writes and sends without its lease": { desk: ignoresFences },
  "it doesn't keep who has a token": onJournal((journal) => ({
    commit: (commit) => journal.commit({ ...commit, appends: withoutTokens(commit.appends) }),
  })),
  "it credits deposits that aren't final": changed("in", (real) => ({
    decide(state, command) {
      const events = real.decide(state, command);
      if (command.is !== "sighted" || events.length === 0 || command.sighting.kind !== "deposit")
        return events;
      return [...events, { type: "Confirmed", data: { key: command.sighting.key } }];
    },
  })),
  "it stores how far it has read before what it has read": onJournal((journal) => ({
    commit: (commit) => cursorFirst(journal, commit),
  })),
  "it leaves tokens that nobody needs": changed("token", (_real) => ({
    next: () => ({ do: "wait", for: "nothing" }),
  })),
  "its signers void the tokens of authorised payouts only": {
    signers: { voidObjection: paymentObjection },
  },
  "it takes whatever signers give for a signature": {
    desk: (desk) => {
      const side = desk.sides.foreign;
      const executor = over(side.executor, { attach: signedWith });
      return { ...desk, sides: { ...desk.sides, foreign: { ...side, executor } } };
    },
  },
  "its gateway takes any statement of the committee for the one that is due": {
    gateway: () => new GatewayModel(false),
  },
  "it doesn't look at forks": {
    desk: (desk) => {
      const side = desk.sides.foreign;
      const observer = over(side.observer, {
        commonAncestor: async (saved) => saved.at(-1) ?? side.from,
      });
      return { ...desk, sides: { ...desk.sides, foreign: { ...side, observer } } };
    },
  },
  "it takes a node's no for the end": told("out", (command, { effects: { payment } }) => {
    const last = payment?.versions.at(-1);
    if (command.is !== "looked" || command.part !== "payment" || last?.sent?.result !== "rejected")
      return command;
    return { ...command, status: { is: "impossible", txId: last.signed.txId, final: true } };
  }),
};
