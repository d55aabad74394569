import { expect } from "chai";
import type { ConflictToken, Effect } from "../../src/chains/chain.ts";
import { execute } from "../../src/journal/decider.ts";
import { failureOf } from "../../src/relayer/failure.ts";
import { routeDeciders } from "../../src/relayer/route-deciders.ts";
import { StreamNames, tokenStream } from "../../src/relayer/stream-names.ts";
import { StreamStore } from "../../src/relayer/stream-store.ts";
import {
  brought,
  FOREIGN,
  final,
  HOME,
  NONCE,
  PAYOUT,
  sighting,
  signed,
  stores,
  TERMS,
  TOKEN,
} from "./given-route.ts";

const REQUEST = sighting("PayoutRequested", { payoutId: PAYOUT, amount: "5", script: "0x", attempt: "1" });
const effect: Effect = { id: "ab".repeat(32), kind: "payout", data: {} };
const reserved = (token: ConflictToken) =>
  ({ is: "reserved", part: "payment", side: "foreign", effect, token }) as const;

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => failureOf(error).reason.code,
  );

describe("A route's streams", () => {
  it("given one token for two payouts, lets the first have it, whoever asks", async () => {
    const { journal, all } = await stores(2);
    const [first, second] = all as [StreamStore, StreamStore];
    for (const [store, stream] of [
      [first, "r/out/1"],
      [second, "r/out/2"],
    ] as const) {
      for (const command of final(REQUEST)) await store.tell(stream, command);
    }
    expect(await first.tell("r/out/1", reserved(TOKEN))).to.equal(true);
    expect(await codeOf(second.tell("r/out/2", reserved(TOKEN)))).to.equal("VERSION_CONFLICT");
    expect(await second.taken(FOREIGN)).to.deep.equal([TOKEN]);
    expect((await journal.read("r/out/2")).some(({ type }) => type === "EffectReserved")).to.equal(false);
    await journal.close();
  });

  it("given that a payment is final, has its token spent in the same commit", async () => {
    const { journal, all } = await stores(1);
    const [store] = all as [StreamStore];
    for (const command of [...final(REQUEST), ...brought("payment", TOKEN)])
      await store.tell("r/out/1", command);
    expect((await journal.read(tokenStream(TOKEN))).map(({ type }) => type)).to.deep.equal([
      "TokenTaken",
      "TokenSpent",
    ]);
    expect(await store.taken(FOREIGN)).to.deep.equal([]);
    await journal.close();
  });

  it("given that others have done what a nonce was for, has the nonce spent on nothing", async () => {
    const { journal, all } = await stores(1);
    const [store] = all as [StreamStore];
    const commands = [...final(REQUEST), reserved(TOKEN), ...brought("authorise", NONCE).slice(0, -1)];
    for (const command of commands) await store.tell("r/out/1", command);
    const status = { is: "done", txId: "somebody-else", final: true } as const;
    await store.tell("r/out/1", { is: "looked", part: "authorise", status, at: 0 });
    const types = (await journal.read(tokenStream(NONCE))).map(({ type }) => type);
    expect(types).to.deep.equal(["TokenTaken", "TokenAbandoned", "EffectReserved", "EffectVoiding"]);
    expect((await store.open()).map(({ stream }) => stream)).to.include(tokenStream(NONCE));
    await journal.close();
  });

  it("given that somebody else has written, reads again and decides anew", async () => {
    const { journal, names, all } = await stores(1);
    const [store] = all as [StreamStore];
    const stream = names.outbound(PAYOUT);
    for (const command of final(REQUEST)) await store.tell(stream, command);
    const decider = routeDeciders(TERMS).out;
    const given = { is: "giveUp", by: "ana", why: "by hand" } as const;
    const written = await execute(journal, decider, stream, given);
    expect(written.map(({ type }) => type)).to.deep.equal(["GivenUp"]);
    // Which of the two streams was written to isn't known: the executor is asked for a token again.
    expect(await codeOf(store.tell(stream, reserved(TOKEN)))).to.equal("VERSION_CONFLICT");
    await store.tell(stream, reserved(TOKEN));
    const types = (await journal.read(stream)).map(({ type }) => type);
    expect(types.slice(-3)).to.deep.equal(["GivenUp", "EffectReserved", "EffectVoiding"]);
    await journal.close();
  });

  it("given a payout that has ended, keeps neither it nor its tokens in memory, however often they are read", async () => {
    const { journal, all } = await stores(1);
    const [store] = all as [StreamStore];
    const stream = "r/out/1";
    const kept = () => [...store.loaded()].map((one) => one.stream);
    for (const command of [...final(REQUEST), reserved(TOKEN)]) await store.tell(stream, command);
    expect(kept()).to.deep.equal([stream]);
    const settled = final(sighting("PayoutCancelled", { payoutId: PAYOUT }, 20));
    for (const command of settled) await store.tell(stream, command);
    // As a worker does after each step, and a scan of a late block.
    await store.load(stream);
    await store.sight([{ stream, sighting: REQUEST }], { scan: "1" });
    await store.tell(stream, { is: "retry", by: "ana" });
    expect(kept(), "its token is still to be voided").to.deep.equal([]);
    await store.load(tokenStream(TOKEN));
    expect(kept()).to.deep.equal([tokenStream(TOKEN)]);
    const voided = brought("void", TOKEN, "impossible", "void").slice(1);
    for (const command of voided) await store.tell(tokenStream(TOKEN), command);
    await store.load(tokenStream(TOKEN));
    expect(kept()).to.deep.equal([]);
    await journal.close();
  });

  it("given two routes in one journal, works on its own streams and tokens alone, and shares no token", async () => {
    const { journal, all, lease } = await stores(1);
    const [store] = all as [StreamStore];
    const names = new StreamNames("r2");
    const of = { journal, names, deciders: routeDeciders(TERMS), home: HOME, foreign: FOREIGN };
    const other = new StreamStore({ ...of, lease: () => lease, now: () => 0 });
    const cancelled = sighting("PayoutCancelled", { payoutId: PAYOUT }, 20);
    const another = { ...TOKEN, value: `${"ce".repeat(32)}:0` };
    for (const command of [...final(REQUEST), reserved(TOKEN), ...final(cancelled)])
      await store.tell("r/out/1", command);
    for (const command of [...final(REQUEST), reserved(another), ...final(cancelled)])
      await other.tell("r2/out/1", command);
    const open = async (route: StreamStore) => (await route.open()).map(({ stream }) => stream);
    expect(await open(store)).to.deep.equal([tokenStream(TOKEN)]);
    expect(await open(other)).to.deep.equal([tokenStream(another)]);
    await store.load(tokenStream(another));
    const kept = [...store.loaded()].map(({ stream }) => stream);
    expect(kept, "nor in memory and metrics").to.not.include(tokenStream(another));
    expect(await store.taken(FOREIGN), "whoever has it, it is taken").to.have.deep.members([TOKEN, another]);
    await journal.close();
  });

  it("given a lease that is lost, stores nothing", async () => {
    const { journal, all, lease } = await stores(1);
    const [store] = all as [StreamStore];
    await journal.release(lease);
    const other = await journal.acquire("r", "another", 60_000);
    expect(other?.fence).to.equal(lease.fence + 1n);
    expect(await codeOf(store.tell("r/out/1", { is: "sighted", sighting: REQUEST }))).to.equal("LEASE_LOST");
    expect(await journal.read("r/out/1")).to.deep.equal([]);
    expect(signed("payment").txId).to.have.length(64);
    await journal.close();
  });
});
