import { expect } from "chai";
import type {
  BroadcastResult,
  ChainObserver,
  ConflictToken,
  Effect,
  EffectExecutor,
} from "../../src/chains/chain.ts";
import { RetryableError } from "../../src/core/errors.ts";
import { tokenWord } from "../../src/gateway/statement.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import type { Command } from "../../src/relayer/deciders/command.ts";
import type { InboundState } from "../../src/relayer/deciders/inbound-decider.ts";
import type { OutboundState } from "../../src/relayer/deciders/outbound-decider.ts";
import { failureOf } from "../../src/relayer/failure.ts";
import { Hands } from "../../src/relayer/hands.ts";
import { machineClock } from "../../src/relayer/machine-clock.ts";
import { routeDeciders } from "../../src/relayer/route-deciders.ts";
import type { RouteDesk } from "../../src/relayer/route-desk.ts";
import { StreamNames, tokenStream } from "../../src/relayer/stream-names.ts";
import { StreamStore } from "../../src/relayer/stream-store.ts";
import { Worker } from "../../src/relayer/worker.ts";
import { until } from "../../src/testing/until.ts";
import { deskOf, sideOf, still } from "./given-desk.ts";
import {
  at,
  brought,
  EFFECT,
  FOREIGN,
  final,
  HOME,
  moment,
  NONCE,
  sighting,
  TERMS,
  TOKEN,
  tx,
} from "./given-route.ts";

const OTHER: ConflictToken = { ...TOKEN, value: `${"ce".repeat(32)}:0` };
const WORD = tokenWord(TOKEN);
const names = new StreamNames("r");
const P = names.outbound(`0x${"aa".repeat(32)}`);
const Q = names.outbound(`0x${"bb".repeat(32)}`);

const requested = (stream: string): readonly Command[] => {
  const payoutId = stream.slice(stream.lastIndexOf("/") + 1);
  const said = { payoutId, account: "0x01", handle: "0x02", asset: "7", amount: "500", script: "0x0014aa" };
  return final(sighting("PayoutRequested", { ...said, attempt: "1" }));
};
const authorised = sighting("PayoutAuthorised", { attempt: "1", token: WORD }, 11);
const effect: Effect = { id: "bb".repeat(32), kind: "payout", data: {} };
const reserved: Extract<Command, { is: "reserved" }> = {
  is: "reserved",
  part: "payment",
  side: "foreign",
  effect,
  token: TOKEN,
};

/** Both tokens are free on the chain, and TOKEN is the better one. */
const executor: Partial<EffectExecutor> = {
  reserve: async (_, taken) => {
    const free = [TOKEN, OTHER].find(({ value }) => !taken.some((one) => one.value === value));
    if (free === undefined) throw new RetryableError("NO_TOKEN_FREE", "none is free");
    return free;
  },
  findToken: async (is) => [TOKEN, OTHER].find(is),
};

/** The ledger is read up to its head. */
const ledger = still(HOME, 20, "final");

function tokensDesk(
  journal: SqliteJournal,
  home: ChainObserver,
  foreign: Partial<EffectExecutor> = {},
): RouteDesk {
  const coins = sideOf(still(FOREIGN, 20, "final"), { ...executor, ...foreign }, at(20));
  return deskOf(
    journal,
    { home: sideOf(home, {}, at(20)), foreign: coins },
    {
      clock: { ...machineClock, now: () => 0 },
      pace: { poll: 1, look: 1, lease: 60_000, survey: 60_000, atOnce: 4 },
    },
  );
}

/** A journal, restored from before P's reservation: P and Q are requested, and neither has a token. */
async function restored() {
  const journal = SqliteJournal.open({ file: ":memory:" });
  const deciders = routeDeciders(TERMS);
  const lease = await journal.acquire("r/test", "test", 60_000);
  if (lease === undefined) throw new Error("nobody else has it");
  const of = { journal, names, deciders, home: HOME, foreign: FOREIGN, lease: () => lease, now: () => 0 };
  const fresh = () => new StreamStore(of);
  const store = fresh();
  const tell = async (stream: string, ...commands: readonly Command[]) => {
    for (const command of commands) await store.tell(stream, command);
  };
  await tell(P, ...requested(P));
  await tell(Q, ...requested(Q));
  const stateOf = async (stream: string) => (await fresh().load(stream)).state as OutboundState;
  /** Does the next thing for a stream, by a worker that has just begun. */
  const step = async (
    stream: string,
    { isLedgerRead = true, time = 0, home = ledger, foreign = {} as Partial<EffectExecutor> } = {},
  ) => {
    const own = fresh();
    const hands = new Hands({
      desk: tokensDesk(journal, home, foreign),
      ...{ store: own, check: () => {}, isLedgerRead: () => isLedgerRead },
    });
    const loaded = await own.load(stream);
    const next = own.decider(stream).next(loaded.state, moment(time));
    if (next.do === "wait") throw new Error(`it waits for ${next.for}`);
    return hands.perform(loaded, next);
  };
  return { journal, tell, stateOf, step };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => failureOf(error).reason.code,
  );

describe("Reserving tokens by a journal that was restored", () => {
  it("given that the ledger has a token for another payout, gives none of the ledger's, whichever payout is worked first", async () => {
    const { journal, tell, stateOf, step } = await restored();
    await tell(P, { is: "sighted", sighting: authorised });
    expect(await step(Q)).to.equal(true);
    expect((await stateOf(Q)).effects.payment?.token).to.deep.equal(OTHER);
    await tell(P, { is: "settled", sighting: authorised, as: "final" });
    expect(await step(P)).to.equal(true);
    expect((await stateOf(P)).effects.payment?.token).to.deep.equal(TOKEN);
    await journal.close();
  });

  it("given that the ledger wasn't read yet, gives none at all", async () => {
    const { journal, stateOf, step } = await restored();
    expect(await step(Q, { isLedgerRead: false })).to.equal(false);
    expect((await stateOf(Q)).effects.payment).to.equal(undefined);
    await journal.close();
  });

  it("given that the ledger gives a token that was given here meanwhile, takes it back from a payout that did nothing by it", async () => {
    const { journal, tell, stateOf, step } = await restored();
    const reason = { code: "SIGNING_REFUSED", why: "the token is another payout's" };
    await tell(Q, reserved, { is: "failed", kind: "permanent", reason });
    await tell(P, ...final(authorised));
    expect(await step(P)).to.equal(true);
    expect((await stateOf(P)).effects.payment?.token).to.deep.equal(TOKEN);
    expect((await journal.read(tokenStream(TOKEN))).map(({ type }) => type)).to.deep.equal([
      ...["TokenTaken", "TokenTaken"],
    ]);
    const left = await stateOf(Q);
    expect([left.effects.payment, left.attention.dead]).to.deep.equal([undefined, undefined]);
    expect(await step(Q)).to.equal(true);
    expect((await stateOf(Q)).effects.payment?.token).to.deep.equal(OTHER);
    await journal.close();
  });

  it("given that something was done by it, or that nobody wants it any more, says so, and takes nothing", async () => {
    const ways: readonly (readonly Command[])[] = [
      [reserved, ...brought("authorise", NONCE).slice(0, 1)],
      [reserved, ...final(authorised)],
      [reserved, ...final(sighting("PayoutCancelled", {}, 12))],
    ];
    for (const commands of ways) {
      const { journal, tell, step } = await restored();
      await tell(Q, ...commands);
      await tell(P, ...final(authorised));
      expect(await codeOf(step(P))).to.equal("TOKEN_HELD");
      await journal.close();
    }
  });

  it("given that the ledger can't be read, its worker gives no token until it can", async () => {
    const { journal, stateOf } = await restored();
    let reads = 0;
    const isDown = { yes: true };
    const observer: ChainObserver = {
      ...ledger,
      head: async () => {
        reads += 1;
        if (isDown.yes) throw new RetryableError("NODES_UNAVAILABLE", "they are down");
        return ledger.head();
      },
    };
    const stop = new AbortController();
    const ends = new Worker(tokensDesk(journal, observer)).run(stop.signal);
    const isReserved = async (stream: string) => (await stateOf(stream)).effects.payment !== undefined;
    try {
      await until("the ledger is asked", () => reads > 0);
      await new Promise((done) => setTimeout(done, 100));
      expect([await isReserved(P), await isReserved(Q)]).to.deep.equal([false, false]);
      isDown.yes = false;
      await until("both have a token", async () => (await isReserved(P)) && (await isReserved(Q)));
      expect([await isReserved(P), await isReserved(Q)]).to.deep.equal([true, true]);
    } finally {
      stop.abort();
      await ends;
      await journal.close();
    }
  });
});

describe("Building again what nobody has", () => {
  /** What is done for a payment of which nobody knows whether anyone has it, where nodes answer its bytes like that. */
  async function lost(answer: BroadcastResult) {
    const { journal, tell, stateOf, step } = await restored();
    const [, ...made] = brought("payment", TOKEN).slice(0, -2);
    await tell(P, ...final(authorised), { ...reserved, effect: { ...effect, id: EFFECT } }, ...made);
    await tell(P, { is: "sent", part: "payment", txId: tx("payment"), result: "ambiguous", at: 0 });
    const did: string[] = [];
    const changed = await step(P, {
      time: TERMS.patience.foreign,
      foreign: {
        effectStatus: async () => ({ is: "absent" }),
        fee: async () => ({ rate: 10n, cap: 1_000n }),
        broadcast: async ({ txId }) => {
          did.push(`sent ${txId}`);
          return answer;
        },
        replace: async ([first]) => {
          did.push(`replaced ${first?.txId}`);
          return { chain: FOREIGN, effect: EFFECT, token: TOKEN, body: "2", fee: 200n, rate: 20n };
        },
      },
    });
    const { payment } = (await stateOf(P)).effects;
    await journal.close();
    return { did, changed, payment };
  }

  it("given that nodes don't take its bytes, has it built of what they have; given that one does, leaves it", async () => {
    const dead = await lost("ambiguous");
    expect(dead.did).to.deep.equal([`sent ${tx("payment")}`, `replaced ${tx("payment")}`]);
    expect(dead.payment?.built?.unsigned).to.include({ body: "2" });
    const alive = await lost("accepted");
    expect(alive.did).to.deep.equal([`sent ${tx("payment")}`]);
    expect([alive.changed, alive.payment?.built]).to.deep.equal([true, undefined]);
  });
});

describe("Confirming what was seen", () => {
  it("given a transaction that says something else in the block that it is in since a fork, counts what it says there", async () => {
    const { journal, tell, stateOf, step } = await restored();
    const stream = names.inbound(`0x${"dd".repeat(32)}`);
    const said = {
      depositId: `0x${"dd".repeat(32)}`,
      account: `0x${"a1".repeat(20)}`,
      asset: "7",
      amount: "300",
    };
    // By the same log of one transaction: credited in a block that left the chain, delayed in the one that took its place.
    const credited = { ...sighting("DepositCredited", said, 10), point: { height: 10, hash: "a" } };
    const delayed = {
      ...sighting("DepositDelayed", { ...said, from: "5" }, 11),
      point: { height: 11, hash: "b" },
    };
    await tell(stream, ...final(sighting("deposit", said, 10, "foreign")));
    for (const one of [credited, delayed]) await tell(stream, { is: "sighted", sighting: one });
    const hashes: Readonly<Record<number, string>> = { 10: "other", 11: "b" };
    const home = { ...ledger, at: async (height: number) => ({ height, hash: hashes[height] ?? "" }) };
    for (let times = 0; times < 2; times++) expect(await step(stream, { home })).to.equal(true);
    const { ended, sightings } = (await stateOf(stream)) as unknown as InboundState;
    expect([ended, sightings.pending]).to.deep.equal([undefined, []]);
    expect(sightings.confirmed.map(({ kind }) => kind)).to.deep.equal(["deposit", "DepositDelayed"]);
    await journal.close();
  });
});
