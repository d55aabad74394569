import { expect } from "chai";
import type { Effect } from "../../src/chains/chain.ts";
import { signedContent } from "../../src/chains/utxo/signed-content.ts";
import { readUpkeepTransaction } from "../../src/chains/utxo/upkeep-transaction.ts";
import { readWalletTransaction } from "../../src/chains/utxo/wallet-transaction.ts";
import { execute } from "../../src/journal/decider.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import type { Command } from "../../src/relayer/deciders/command.ts";
import { type UpkeepState, upkeepDecider } from "../../src/relayer/deciders/upkeep-decider.ts";
import { machineClock } from "../../src/relayer/machine-clock.ts";
import { statusOf } from "../../src/relayer/message-status.ts";
import type { RouteSide } from "../../src/relayer/route-desk.ts";
import { StreamNames } from "../../src/relayer/stream-names.ts";
import { Worker } from "../../src/relayer/worker.ts";
import { type LitecoinStage, openLitecoinStage, signaturesAlone } from "../support/litecoin-stage.ts";
import { deskOf, nobody, sideOf, still } from "./given-desk.ts";
import { HOME, signed, TERMS, TOKEN, Told, tx, unsigned } from "./given-route.ts";

const EFFECT: Effect = { id: "ab".repeat(32), kind: "anchors", data: { count: "3" } };
const asked: Command = { is: "asked", effect: EFFECT, by: "ana" };
const reserved: Command = { is: "reserved", part: "upkeep", side: "foreign", effect: EFFECT, token: TOKEN };
const built: Command = { is: "built", part: "upkeep", mode: "act", unsigned: unsigned("payment") };
const sign: Command = { is: "signed", part: "upkeep", mode: "act", signed: signed("payment") };
const sent: Command = { is: "sent", part: "upkeep", txId: tx("1"), result: "accepted", at: 0 };
const looked = (is: "done" | "impossible"): Command => ({
  ...{ is: "looked", part: "upkeep", status: { is, txId: tx("1"), final: true }, at: 0 },
});
const given: Command = { is: "giveUp", by: "ana", why: "not needed" };
const upkeep = () => new Told(upkeepDecider(TERMS));

describe("The upkeep decider", () => {
  it("given what an operator asks for, has it done once: token, built, signed, sent, each stored before the next", () => {
    const told = upkeep();
    expect(told.open).to.equal(false);
    told.tell(asked);
    expect(told.tell(asked), "once").to.deep.equal([]);
    expect(told.next()).to.deep.equal({ do: "reserve", part: "upkeep", side: "foreign", effect: EFFECT });
    told.tell(reserved);
    expect(told.tell({ ...reserved, token: { ...TOKEN, value: "other:0" } })).to.deep.equal([]);
    expect(told.next()).to.deep.include({ do: "build", token: TOKEN, mode: "act" });
    expect(told.all(built).next()).to.include({ do: "sign" });
    expect(told.all(sign).next()).to.include({ do: "broadcast" });
    expect(told.all(sent).next()).to.include({ do: "watch" });
    expect(told.replayed().next()).to.deep.equal(told.next());
    expect(told.tell(looked("done"))).to.deep.equal(["EffectEnded", "Ended"]);
    expect([told.state.ended, told.open]).to.deep.equal(["done", false]);
    expect(told.tell(reserved), "never twice").to.deep.equal([]);
  });

  it("given that its token was spent otherwise, ends as impossible", () => {
    const told = upkeep().all(asked, reserved, looked("impossible"));
    expect([told.state.ended, told.open]).to.deep.equal(["impossible", false]);
  });

  it("given up, is left where it has no token, and voided where it has one", () => {
    expect(upkeep().all(asked).tell(given)).to.deep.equal(["GivenUp", "Ended"]);
    const told = upkeep().all(asked, reserved, built, sign, sent);
    expect(told.tell(given)).to.deep.equal(["GivenUp", "EffectVoiding"]);
    expect(told.tell(given), "once").to.deep.equal([]);
    expect(told.next()).to.deep.include({ do: "build", mode: "void" });
    expect(upkeep().tell(given), "what nobody asked for").to.deep.equal([]);
  });

  it("given what can't be, is a dead letter that is watched and can be taken up again", () => {
    const failed: Command = { is: "failed", kind: "permanent", reason: { code: "WHY", why: "a reason" } };
    const told = upkeep().all(asked, failed);
    expect(told.next()).to.deep.equal({ do: "wait", for: "an operator" });
    expect(told.tell({ is: "retry", by: "ana" })).to.deep.equal(["TakenBack"]);
    expect(told.all(reserved, built, sign, failed).next()).to.include({ do: "watch" });
  });
});

describe("A worker with upkeep to do", () => {
  let stage: LitecoinStage;
  const journal = SqliteJournal.open({ file: ":memory:" });
  const names = new StreamNames("ltc");
  const decider = upkeepDecider(TERMS);
  const stop = new AbortController();
  let ends: Promise<void>;

  before(async () => {
    stage = await openLitecoinStage();
    const { chain } = stage.wallet.network;
    const from = await stage.observer.finalized();
    const terms = { ...TERMS, foreign: chain };
    const foreign: RouteSide = {
      observer: stage.observer,
      executor: stage.executor,
      signer: {
        ...nobody,
        publicKey: async () => stage.wallet.groupKey,
        sign: async ({ purpose, payloads }) => {
          if (purpose.kind !== "transaction") throw new Error("no statement is asked for");
          // As signers judge it: it pays nobody, and spends no lane.
          readUpkeepTransaction(purpose.unsigned.body, stage.wallet);
          return signaturesAlone(payloads);
        },
      },
      inputsOf: (one) =>
        "raw" in one
          ? signedContent(one).spends
          : readWalletTransaction(stage.wallet, one.body).inputs.map(({ outpoint }) => outpoint),
      from,
    };
    const desk = deskOf(
      journal,
      { home: sideOf(still(HOME)), foreign },
      { route: "ltc", terms, pace: { poll: 100, look: 100, lease: 10_000, survey: 60_000, atOnce: 4 } },
    );
    ends = new Worker(desk).run(stop.signal);
  });
  after(async () => {
    stop.abort();
    await ends;
    await journal.close();
    await stage.close();
  });

  const stateOf = async (id: string) =>
    (await journal.read(names.upkeep(id))).reduce(decider.evolve, decider.initial) as UpkeepState;

  /** Mines until it has ended; its last transaction. */
  async function brought(effect: Effect) {
    const id = `0x${effect.id}`;
    const command = { is: "asked", effect, by: "ana" } as const;
    expect(await execute(journal, decider, names.upkeep(id), command)).to.have.length(1);
    for (let tries = 0; tries < 1_000; tries++) {
      const { ended, effects } = await stateOf(id);
      if (ended !== undefined) return { ended, versions: effects.upkeep?.versions ?? [] };
      if (effects.upkeep?.where === "pool" || effects.upkeep?.where === "block") await stage.mine(1);
      await machineClock.sleep(200, stop.signal);
    }
    return expect.fail(
      JSON.stringify((await journal.read(names.upkeep(id))).map(({ type, data }) => [type, data])),
    );
  }

  it("given anchors and coins to make one of, does each once, and pays nobody but the network", async () => {
    const { executor, wallet } = stage;
    const before = await executor.reconcile();
    const made = await brought(stage.effect("anchors", { count: "2" }));
    expect(made.ended).to.equal("done");
    const after = await executor.reconcile();
    expect(after.free.length - before.free.length, "lanes").to.equal(2);
    const joined = await brought(stage.effect("consolidate", { inputs: "3" }));
    expect(joined.ended).to.equal("done");
    for (const { versions } of [made, joined]) expect(versions).to.have.length(1);
    const fees = [made, joined].reduce(
      (sum, { versions }) => sum + BigInt(versions[0]?.signed.fee ?? "0"),
      0n,
    );
    const { balance } = await executor.reconcile();
    expect(before.balance - balance).to.equal(fees + 2n * wallet.network.anchor);
    expect(
      (await journal.open("")).map(({ stream }) => stream),
      "nothing is left over",
    ).to.deep.equal([]);
  });

  it("given a history of upkeep, tells it", async () => {
    const effect = stage.effect("anchors", { count: "1" });
    await execute(journal, decider, names.upkeep(`0x${effect.id}`), { is: "asked", effect, by: "ana" });
    const stream = names.upkeep(`0x${effect.id}`);
    const status = statusOf(stream, await journal.read(stream), decider, 0);
    expect([status.direction, status.stage]).to.deep.equal(["up", "keepingUp"]);
  });
});
