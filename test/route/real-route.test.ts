import { expect } from "chai";
import type { JsonRpcSigner } from "ethers";
import { addressOfScript, scriptOfAddress } from "../../src/chains/utxo/address.ts";
import { depositScript, ownScript } from "../../src/chains/utxo/deposit-address.ts";
import { UTXO_NETWORKS } from "../../src/chains/utxo/network.ts";
import { depositId } from "../../src/gateway/statement.ts";
import type { MessageStatus } from "../../src/relayer/message-status.ts";
import type { Daemon } from "../../src/testing/daemon.ts";
import { LANES, openRelayStage, type RelayStage } from "../../src/testing/relay-stage.ts";
import { strongroom } from "../../src/testing/strongroom.ts";
import { survivesEveryCrash } from "./crash-points.behavior.ts";
import { type RequestedPayout, survivesFailovers } from "./failover.behavior.ts";
import { survivesLateBlocks } from "./late-blocks.behavior.ts";
import { survivesLostAnswers } from "./lost-answers.behavior.ts";
import type { RouteGiven, SentDeposit } from "./route-given.ts";

const NETWORK = UTXO_NETWORKS.litecoinRegtest;
const COIN = 100_000_000n;
const DEPOSIT = 8n * COIN;
/** Of deposits that are sent later. */
const MORE = COIN;
const AMOUNT = COIN / 2n;
/** Where payouts go, one each: named before the two days in which destinations season. */
const PAYOUTS = 16;
/** For which the committee's former epoch counts beside the next one, seconds. */
const OVERLAP = 86_400;

interface StatusAnswer {
  readonly open: readonly MessageStatus[];
}

describe("a route with everything for real: anvil, litecoind, three signers, a relayer", () => {
  let stage: RelayStage;
  let config: string;
  let user: JsonRpcSigner;
  let relayer: Daemon | undefined;
  const destinations: { readonly script: string; readonly handle: string }[] = [];
  const done: string[] = [];
  let deposited = 0n;
  let paidOut = 0n;
  /** The account's own script. */
  let into = "";
  let journal = { file: "" };

  const start = async (faults = "", file = config) => {
    relayer = await stage.startRelayer(file, faults === "" ? {} : { STRONGROOM_FAULT: faults });
    return relayer;
  };
  const stop = async () => {
    await relayer?.end("SIGTERM");
  };
  const statusOf = async (id: string, from = config): Promise<MessageStatus> => {
    const status = await stage.message(from, id);
    if (status === undefined) throw new Error(`the relayer knows nothing of ${id}`);
    return status;
  };
  /** Requests the next payout. */
  const request = async () => {
    const next = destinations.shift();
    if (next === undefined) throw new Error("more payouts than destinations");
    return { ...next, id: await stage.withdraw(user, AMOUNT, next.handle) };
  };
  const deposit = async (): Promise<SentDeposit> => {
    const txId = await stage.bank.send([{ script: into, amount: MORE }]);
    const { chain: home, vault } = stage.route.home;
    const destination = BigInt(home.split(":")[1] ?? "");
    return { txId, id: depositId({ chain: NETWORK.chain, destination, vault, txId, index: 0 }) };
  };
  const expectCredited = async ({ id }: SentDeposit) => {
    await stage.until("it is credited", async () => (await stage.said("DepositCredited", id)) > 0);
    await stage.until("the relayer has seen it", async () => (await statusOf(id)).stage === "credited");
    deposited += MORE;
    expect(await stage.said("DepositCredited", id)).to.equal(1);
  };
  const expectSupply = async () => {
    expect(await stage.supply()).to.equal(deposited - paidOut);
  };
  const isSettled = (id: string) => async () => (await stage.said("PayoutSettled", id)) > 0;
  /** That a payout was paid once and settled once, by one transaction, and nothing more will come of it. */
  const expectOnce = async ({ id, script }: RequestedPayout, from = config) => {
    await stage.until("it is settled", isSettled(id));
    await stage.until("the relayer has seen it", async () => (await statusOf(id, from)).stage === "settled");
    paidOut += AMOUNT;
    done.push(id);
    const payments = await stage.payments(script);
    expect(payments.map(({ amount }) => amount)).to.deep.equal([AMOUNT]);
    for (const event of ["PayoutRequested", "PayoutAuthorised", "PayoutSettled"])
      expect(await stage.said(event, id), event).to.equal(1);
    const { transactions } = await statusOf(id, from);
    const payment = transactions.filter((one) => one.for === "payment" && one.is === "final");
    expect(payment.map(({ txId }) => txId)).to.deep.equal(payments.map(({ txId }) => txId));
    await expectSupply();
  };
  /** That a payout comes to be voided once and paid never, and that its account takes the amount back. */
  const expectVoided = async ({ id, script }: RequestedPayout) => {
    const isVoided = async () => (await stage.said("PayoutVoided", id)) > 0;
    await stage.until("it is voided", isVoided);
    await stage.until("the relayer has seen it", async () => (await statusOf(id)).stage === "voided");
    expect(await stage.payments(script)).to.deep.equal([]);
    expect(await stage.said("PayoutVoided", id)).to.equal(1);
    expect(await stage.said("PayoutSettled", id)).to.equal(0);
    const before = await stage.balanceOf(user.address);
    await stage.refund(id);
    expect(await stage.balanceOf(user.address)).to.equal(before + AMOUNT);
    await stage.until("it is refunded", async () => (await statusOf(id)).stage === "refunded");
  };
  /** That a payout which its account has cancelled is paid never, and that nothing of it keeps a token. */
  const expectCancelled = async ({ id, script }: RequestedPayout) => {
    await stage.until("it is cancelled", async () => (await statusOf(id)).stage === "cancelled");
    await stage.until("no token is held", async () => (await stage.openTokens(config)) === 0);
    expect(await stage.payments(script)).to.deep.equal([]);
    expect(await stage.said("PayoutCancelled", id)).to.equal(1);
    expect(await stage.said("PayoutAuthorised", id)).to.equal(0);
  };
  /** Waits, with blocks of the ledger alone, until the relayer has killed itself at a fault point. */
  const killed = async () => {
    const daemon = relayer;
    if (daemon === undefined) throw new Error("no relayer runs");
    let signal: NodeJS.Signals | null | undefined;
    void daemon.ended.then((end) => {
      signal = end.signal;
    });
    await stage.until("the relayer reaches its fault point", async () => signal !== undefined, {
      foreign: false,
    });
    expect(signal, daemon.said.join("\n")).to.equal("SIGKILL");
  };

  before(async () => {
    stage = await openRelayStage();
    const [first] = stage.users;
    if (first === undefined) throw new Error("the development node has no accounts");
    user = first;
    journal = { file: `${stage.folder}/journal.sqlite` };
    config = stage.workerConfig("worker", journal);
    for (let at = 0; at < PAYOUTS; at++) {
      const script = stage.bank.freshScript();
      destinations.push({ script, handle: await stage.destination(user, script) });
    }
    await start();
  });
  after(() => stage?.close());
  afterEach(function () {
    if (this.currentTest?.state !== "failed") return;
    const said = (["anna", "ben", "cleo"] as const).flatMap((name) => stage.signers.said(name));
    process.stderr.write(`${[...(relayer?.said ?? []), ...said].slice(-60).join("\n")}\n`);
  });

  describe("given an operator with coins for fees and lanes", () => {
    it("is told the wallet's own address, and what an anchor holds", async () => {
      const { code, stdout, stderr } = await stage.relay(config, "wallet", "--json");
      expect(code, stderr).to.equal(0);
      const address = addressOfScript(NETWORK, ownScript(stage.groupKey));
      expect(JSON.parse(stdout)).to.deep.equal({ address, anchor: NETWORK.anchor.toString() });
    });
  });

  describe("given an account that is watched", () => {
    it("credits a deposit to its address, once that is final and never before", async () => {
      const { code, stdout, stderr } = await stage.relay(config, "watch", user.address);
      expect(code, stderr).to.equal(0);
      const { groupKey } = stage;
      const { chain: home, vault } = stage.route.home;
      const script = depositScript({ groupKey, chain: NETWORK.chain, home, vault, account: user.address });
      expect(stdout.trim()).to.equal(addressOfScript(NETWORK, script));
      into = scriptOfAddress(NETWORK, stdout.trim());
      await stage.bank.send([{ script: into, amount: DEPOSIT }]);
      await stage.mineForeign(NETWORK.confirmations - 1);
      await stage.until(
        "the relayer has seen it",
        async () => (await stage.openMessages(config)).length === 1,
        {
          foreign: false,
        },
      );
      const [seen] = await stage.openMessages(config);
      expect(seen).to.include({ direction: "in", stage: "seen" });
      expect(await stage.balanceOf(user.address)).to.equal(0n);
      await stage.until("credited", async () => (await stage.balanceOf(user.address)) > 0n);
      expect(await stage.balanceOf(user.address)).to.equal(DEPOSIT);
      deposited += DEPOSIT;
      await stage.until(
        "the relayer has seen it",
        async () => (await stage.openMessages(config)).length === 0,
      );
      expect(await stage.said("DepositCredited", seen?.id ?? "")).to.equal(1);
      await stage.season();
    });
  });

  describe("given a payout while a signer is down that was asked for the deposit's statement, as another wasn't", () => {
    it("pays it by the other two, who know the coins by their own look at the ledger, and settles it", async () => {
      await stage.signers.end("SIGKILL", "anna");
      await expectOnce(await request());
      await stage.signers.start("anna");
    });
  });

  describe("given a relayer that is killed after what was signed is stored, and before it is sent", () => {
    it("sends those bytes, and no others", async () => {
      await stop();
      const payout = await request();
      await start("relay.payment.sending:1");
      await killed();
      const { transactions } = await statusOf(payout.id);
      const [signed] = transactions.filter((one) => one.for === "payment");
      expect(signed?.is).to.equal("signed");
      expect(await stage.payments(payout.script)).to.deep.equal([]);
      await start();
      await expectOnce(payout);
      expect((await stage.payments(payout.script)).map(({ txId }) => txId)).to.deep.equal([signed?.txId]);
    });
  });

  describe("given one that is killed after it has sent, and nodes that lost their mempools meanwhile", () => {
    it("sends the same bytes again", async () => {
      await stop();
      const payout = await request();
      await start("relay.payment.sent:1");
      await killed();
      const waiting = (await stage.litecoin[0].ask("getrawmempool")) as string[];
      await stage.restartForeign();
      expect(await stage.litecoin[0].ask("getrawmempool")).to.deep.equal([]);
      await start();
      await expectOnce(payout);
      expect(waiting).to.include((await stage.payments(payout.script))[0]?.txId);
    });
  });

  describe("given a reorganisation that takes the payout's block back, and its transaction with it", () => {
    it("pays it again by the same transaction, on the chain that counts", async () => {
      const payout = await request();
      const isPaid = async () => (await stage.payments(payout.script)).length > 0;
      await stage.until("it is in a block", isPaid);
      const before = await stage.payments(payout.script);
      await stage.reorganiseForeign(2);
      expect(await stage.payments(payout.script)).to.deep.equal([]);
      await expectOnce(payout);
      expect(await stage.payments(payout.script)).to.deep.equal(before);
    });
  });

  describe("given a payout that is given up while too few signers are there to pay it", () => {
    it("spends its conflict token on nothing, and its account takes the amount back", async () => {
      const payout = await request();
      await stage.signers.end("SIGKILL", "anna", "ben");
      const isWaiting = async () => (await statusOf(payout.id)).waiting?.code === "SIGNERS_UNAVAILABLE";
      await stage.until(
        "it is requested",
        async () => (await stage.message(config, payout.id)) !== undefined,
      );
      await stage.until("it waits for signers", isWaiting);
      const { code, stderr } = await stage.relay(config, "give-up", payout.id, "--why", "a test");
      expect(code, stderr).to.equal(0);
      await stage.signers.start("anna", "ben");
      await expectVoided(payout);
    });
  });

  const given = (): RouteGiven => ({
    ...{ stage, config, journal, start, stop, request, deposit },
    ...{ cancel: ({ id }) => stage.cancelPayout(user, id) },
    ...{ expectCredited, expectSupply, expectOnce, expectVoided, expectCancelled },
  });
  survivesLateBlocks(given);
  survivesLostAnswers(given);
  survivesEveryCrash(given);

  describe("given as many payouts as there are lanes, which an account asks for and cancels", () => {
    it("leaves the lanes to others: the next payout is paid", async () => {
      const [own] = destinations;
      if (own === undefined) throw new Error("more payouts than destinations");
      await start();
      await stage.signers.end("SIGKILL", "anna", "ben");
      const asked: string[] = [];
      for (let lane = 0; lane < LANES; lane++) {
        asked.push(await stage.withdraw(user, COIN / 20n, own.handle));
      }
      const haveTokens = async () => {
        const found = await Promise.all(asked.map((id) => stage.message(config, id)));
        return found.every((status) => status?.stage === "authorising");
      };
      await stage.until("each has a lane", haveTokens);
      const waiting = await request();
      const isWithout = async () =>
        (await stage.message(config, waiting.id))?.waiting?.code === "NO_TOKEN_FREE";
      await stage.until("no lane is free", isWithout);
      for (const id of asked) await stage.cancelPayout(user, id);
      await stage.signers.start("anna", "ben");
      await expectOnce(waiting);
      for (const id of asked) expect((await statusOf(id)).stage).to.equal("cancelled");
    });
  });

  describe("given a committee that is replaced, with an overlap, while a payout is on its way", () => {
    let former: string;

    it("goes on by the former group while that counts, and settles by the next one once it is configured", async () => {
      await stop();
      const payout = await request();
      former = config;
      await stage.rotate("statements-2", OVERLAP);
      await start();
      const isAuthorised = async () => (await stage.said("PayoutAuthorised", payout.id)) > 0;
      await stage.until("it is authorised by the former group", isAuthorised, { foreign: false });
      await stop();
      expect(await stage.said("PayoutSettled", payout.id)).to.equal(0);
      config = stage.workerConfig("successor", { file: `${stage.folder}/journal.sqlite` });
      await start();
      await expectOnce(payout);
    });

    it("waits, says why and is no dead letter when the overlap has ended under it, and goes on with the next group", async () => {
      await stop();
      const payout = await request();
      // Longer than the overlap.
      await stage.season();
      relayer = await stage.startRelayer(former);
      const isKnown = async () => (await stage.message(former, payout.id)) !== undefined;
      await stage.until("the relayer knows of it", isKnown);
      const isWaiting = async () => (await statusOf(payout.id)).waiting?.code === "KEY_NOT_IN_OFFICE";
      await stage.until("it waits", isWaiting);
      const { waiting, dead } = await statusOf(payout.id);
      expect(dead).to.equal(undefined);
      expect(waiting?.why).to.include("epoch 2 has another key, epoch 1 has ended");
      const { stdout } = await stage.relay(former, "explain", payout.id);
      expect(stdout).not.to.include("The committee has stated");
      await stop();
      await start();
      await expectOnce(payout);
    });
  });

  describe("given that all is done", () => {
    it("has nothing open, a journal that is whole, and a history in sentences for each", async () => {
      const { code, stdout } = await stage.relay(config, "status", "--json");
      expect(code).to.equal(0);
      expect((JSON.parse(stdout) as StatusAnswer).open).to.deep.equal([]);
      const [id = ""] = done;
      const { stdout: told } = await stage.relay(config, "explain", id);
      for (const sentence of ["is signed and stored", "The payment is final", "It has ended: settled"])
        expect(told).to.include(sentence);
      await stop();
      const check = await strongroom(["journal", "check", "--file", `${stage.folder}/journal.sqlite`]);
      expect(check.code, check.stderr).to.equal(0);
    });
  });

  survivesFailovers(() => ({ stage, account: user.address, request, expectOnce }));
});
