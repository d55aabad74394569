import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { __TEST, schnorr, schnorr_FROST } from "@noble/curves/secp256k1.js";
import { hex } from "@scure/base";
import { expect } from "chai";
import type {
  ConflictToken,
  Effect,
  FeeQuote,
  Hex,
  ScannedBlock,
  SignedTx,
  UnsignedTx,
} from "../../src/chains/chain.ts";
import { DepositBook } from "../../src/chains/utxo/address-book.ts";
import { ownScript } from "../../src/chains/utxo/deposit-address.ts";
import { laneOutputs, readPayoutTransaction } from "../../src/chains/utxo/payout-transaction.ts";
import { signedContent } from "../../src/chains/utxo/signed-content.ts";
import { spendableCoins } from "../../src/chains/utxo/spendable-coins.ts";
import { readUpkeepTransaction } from "../../src/chains/utxo/upkeep-transaction.ts";
import type { UtxoExecutor } from "../../src/chains/utxo/utxo-executor.ts";
import { UtxoObserver } from "../../src/chains/utxo/utxo-observer.ts";
import { psbtText, rateOf, walletScript } from "../../src/chains/utxo/wallet-transaction.ts";
import { StrongroomError } from "../../src/core/errors.ts";
import { DEPTH, type LitecoinStage, openLitecoinStage, signAlone } from "../support/litecoin-stage.ts";

const AMOUNT = 10_000_000n;

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(StrongroomError);
  return (error as StrongroomError).code;
}

describe("a wallet on litecoind", () => {
  let stage: LitecoinStage;
  let executor: UtxoExecutor;
  let quote: FeeQuote;

  before(async () => {
    stage = await openLitecoinStage();
    executor = stage.executor;
    quote = await executor.fee("normal");
  });
  after(() => stage?.close());
  afterEach(() => {
    for (const endpoint of stage.endpoints) endpoint.treat({ does: "honest" });
  });

  const payout = (amount = AMOUNT): Effect =>
    stage.effect("payout", { script: stage.bank.freshScript(), amount: amount.toString() });
  const sign = (unsigned: UnsignedTx) => signAlone(executor, unsigned);
  const make = async (
    effect: Effect,
    taken: readonly ConflictToken[] = [],
    spent: readonly string[] = [],
    fee = quote,
  ) => {
    const token = await executor.reserve(effect, taken);
    const unsigned = await executor.build(effect, token, fee, spent);
    return { effect, token, unsigned, signed: await sign(unsigned) };
  };
  const send = async (signed: SignedTx) => expect(await executor.broadcast(signed)).to.equal("accepted");
  const status = ({ effect, token }: { effect: Effect; token: ConflictToken }) =>
    executor.effectStatus(effect, token);
  const entry = async (txId: Hex) =>
    (await stage.nodes[0].ask("getmempoolentry", txId)) as {
      ancestorsize: number;
      fees: { ancestor: number; base: number };
    };
  const collect = async (blocks: AsyncIterable<ScannedBlock>) => {
    const all: ScannedBlock[] = [];
    for await (const block of blocks) all.push(block);
    return all;
  };

  describe("keeps itself going", () => {
    it("given float / when lanes are made / they are free once they are final, and not before", async () => {
      const before = (await executor.reconcile()).free.length;
      const made = await make(stage.effect("anchors", { count: "3" }));
      expect(readUpkeepTransaction(made.unsigned.body, stage.wallet)).to.deep.include({
        kind: "anchors",
        anchors: 3,
        token: made.token,
      });
      await send(made.signed);
      await stage.mine(DEPTH - 1);
      expect(await status(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: false });
      expect((await executor.reconcile()).free).to.have.length(before);
      await stage.mine(1);
      expect((await executor.reconcile()).free).to.have.length(before + 3);
    });

    it("given small deposits / when they are consolidated in quiet times / they are one coin, and the accounts' coins moved", async () => {
      const accounts = [1, 2, 3].map((n) => `0x${n.toString(16).padStart(40, "e")}`);
      await stage.bank.send(
        accounts.map((account) => ({ script: stage.book.add(account), amount: 50_000n })),
      );
      await stage.mine(1);
      // Not final yet: nobody has been credited, so nothing is spent of it.
      const early = await executor.reserve(stage.effect("consolidate", { inputs: "3" }), []);
      await stage.mine(DEPTH - 1);
      const made = await make(stage.effect("consolidate", { inputs: "3" }));
      expect(early.value).not.to.equal(made.token.value);
      const read = readUpkeepTransaction(made.unsigned.body, stage.wallet);
      expect(read.inputs.map(({ account }) => account)).to.have.members(accounts);
      expect(read.change).to.equal(150_000n - read.fee);
      await send(made.signed);
      await stage.mine(DEPTH);
      expect(await status(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
    });

    it("given a payout that is stuck / when its change is spent for more / both are paid for, and a replacement pays over both", async () => {
      const made = await make(payout());
      await send(made.signed);
      const outpoint = `${made.signed.txId}:3`;
      const bump = stage.effect("bump", { outpoint });
      const target = { ...quote, rate: quote.rate * 20n };
      const child = await make(bump, [], [], target);
      expect(child.token.value).to.equal(outpoint);
      expect(readUpkeepTransaction(child.unsigned.body, stage.wallet).kind).to.equal("bump");
      await send(child.signed);
      const { ancestorsize, fees } = await entry(child.signed.txId);
      expect(rateOf(BigInt(Math.round(fees.ancestor * 1e8)), ancestorsize) >= target.rate).to.equal(true);
      expect(await status(child)).to.deep.equal({ is: "pending" });

      const dearer = await sign(await executor.replace([made.signed], made.effect, quote, []));
      expect(dearer.fee > made.signed.fee + child.signed.fee).to.equal(true);
      await send(dearer);
      expect(await status(child)).to.deep.equal({ is: "absent" });
      await stage.mine(DEPTH);
      expect(await status(made)).to.deep.equal({ is: "done", txId: dearer.txId, final: true });
      expect(await stage.received(made.effect.data.script ?? "")).to.equal(AMOUNT);
    });

    it("given a deposit that pays too little to be mined / when it is bumped / it is paid for by the wallet", async () => {
      const account = `0x${"b7".repeat(20)}`;
      const txId = await stage.bank.send([{ script: stage.book.add(account), amount: 3_000_000n }], 200n);
      const child = await make(stage.effect("bump", { outpoint: `${txId}:0` }), [], [], {
        ...quote,
        rate: 15_000n,
      });
      expect(readUpkeepTransaction(child.unsigned.body, stage.wallet).inputs[0]?.account).to.equal(account);
      await send(child.signed);
      const from = await stage.observer.head();
      await stage.mine(1);
      expect(await status(child)).to.deep.include({ is: "done", txId: child.signed.txId });
      const kinds = (await collect(stage.observer.scan(from, await stage.observer.head())))
        .flatMap(({ events }) => events)
        .filter((event) => event.txId === txId || event.data.outpoint === `${txId}:0`)
        .map(({ kind, data }) => [kind, data.account, data.amount]);
      expect(kinds).to.deep.equal([
        ["deposit", account, "3000000"],
        ["spent", account, "3000000"],
      ]);
      await stage.mine(DEPTH - 1);
    });

    it("given coins of somebody else's at the wallet's own address / when they are in a block / they are spent once they are final, its own change at once", async () => {
      const { script } = walletScript(stage.wallet, undefined);
      const coins = async () => spendableCoins(stage.index, await stage.index.sync(), []);
      const holds = async (outpoint: string) => (await coins()).some((coin) => coin.outpoint === outpoint);
      const theirs = `${await stage.bank.send([{ script, amount: 7_000_000n }])}:0`;
      // Pays too little: the wallet pays for it, and its own coin then hangs on theirs.
      const poor = `${await stage.bank.send([{ script, amount: 3_000_000n }], 200n)}:0`;
      const child = await make(stage.effect("bump", { outpoint: poor }), [], [], { ...quote, rate: 15_000n });
      await send(child.signed);
      const paid = await make(payout());
      await send(paid.signed);
      await stage.mine(1);
      const own = `${paid.signed.txId}:3`;
      const hanging = `${child.signed.txId}:1`;
      expect([await holds(theirs), await holds(hanging), await holds(own)]).to.deep.equal([
        false,
        false,
        true,
      ]);
      // Change of change, still not final.
      const next = await make(
        payout(),
        [],
        (await coins()).map(({ outpoint }) => outpoint).filter((one) => one !== own),
      );
      expect(signedContent(next.signed).spends).to.include(own);
      await send(next.signed);
      await stage.mine(1);
      expect(await holds(`${next.signed.txId}:3`)).to.equal(true);
      expect(await executor.balance()).to.equal((await executor.reconcile()).balance);
      await stage.mine(DEPTH - 2);
      expect([await holds(theirs), await holds(hanging)]).to.deep.equal([true, true]);
      await stage.mine(1);
    });

    it("given an upkeep that isn't wanted any more / when its token is voided / it is impossible", async () => {
      const made = await make(stage.effect("anchors", { count: "2" }));
      await send(made.signed);
      const voided = await sign(await executor.voidToken(made.effect, made.token, quote, [made.signed], []));
      await send(voided);
      await stage.mine(DEPTH);
      expect(await status(made)).to.deep.equal({ is: "impossible", txId: voided.txId, final: true });
    });
  });

  describe("pays", () => {
    it("given several payouts at once / when each has a lane and coins of its own / all are paid in one block", async () => {
      const all: Awaited<ReturnType<typeof make>>[] = [];
      for (let n = 0; n < 3; n++) {
        // What earlier ones spend is known only to the caller: nothing has been sent.
        const spent = all.flatMap(({ signed }) => signedContent(signed).spends);
        all.push(
          await make(
            payout(),
            all.map(({ token }) => token),
            spent,
          ),
        );
      }
      const outpoints = all.flatMap(({ signed }) => signedContent(signed).spends);
      expect(new Set(outpoints).size).to.equal(outpoints.length);
      for (const { signed } of all.toReversed()) await send(signed);
      // What waits in mempools is seen there, also by somebody who isn't told.
      const unaware = await make(payout());
      expect(
        signedContent(unaware.signed).spends.filter((outpoint) => outpoints.includes(outpoint)),
      ).to.deep.equal([]);
      await stage.mine(1);
      for (const made of all)
        expect(await status(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: false });
      await stage.mine(DEPTH - 1);
    });

    it("given a group of three of which two sign / when it pays out of deposits / the node takes the FROST signatures", async () => {
      const ids = [1, 2, 3].map((n) => schnorr_FROST.Identifier.fromNumber(n));
      const deal = schnorr_FROST.trustedDealer({ min: 2, max: 3 }, ids);
      const groupKey = hex.encode((deal.public.commitments[0] as Uint8Array).slice(1));
      const { book, executor: group } = stage.another({ groupKey });
      await stage.bank.send([{ script: ownScript(groupKey), amount: stage.wallet.network.anchor }]);
      await stage.mine(DEPTH - 1);
      await stage.bank.send(
        [1, 2].map((n) => ({ script: (book as DepositBook).add(`0x${`0${n}`.repeat(20)}`), amount: AMOUNT })),
      );
      await stage.mine(1);
      const effect = payout(AMOUNT + 5_000_000n);
      const token = await group.reserve(effect, []);
      // Deposits that aren't final are nobody's yet: they pay for nothing.
      expect(await codeOf(group.build(effect, token, quote, []))).to.equal("COINS_INSUFFICIENT");
      await stage.mine(DEPTH - 1);
      const unsigned = await group.build(effect, token, quote, []);
      const signatures = group.signingPayloads(unsigned).map(({ digest, merkleRoot }) => {
        const [message, root] = [hex.decode(digest), hex.decode(merkleRoot ?? "")];
        const pub = __TEST.frostTweakPublic(deal.public, root);
        const signers = [ids[0], ids[2]].map((id) => {
          const share = deal.secretShares[id ?? ""];
          if (share === undefined) throw new Error("the dealer gave no share");
          const secret = __TEST.frostTweakSecret(share, deal.public, root);
          return { id: id ?? "", secret, ...schnorr_FROST.commit(secret) };
        });
        const commitments = signers.map((signer) => signer.commitments);
        const shares = signers.map(
          ({ id, secret, nonces }) =>
            [id, schnorr_FROST.signShare(secret, pub, nonces, commitments, message)] as const,
        );
        return hex.encode(schnorr_FROST.aggregate(pub, commitments, message, Object.fromEntries(shares)));
      });
      const signed = group.attach(unsigned, signatures);
      expect(signedContent(signed).spends).to.have.length(3);
      expect(await group.broadcast(signed)).to.equal("accepted");
      await stage.mine(DEPTH);
      expect(await group.effectStatus(effect, token)).to.deep.equal({
        is: "done",
        txId: signed.txId,
        final: true,
      });
      expect(await stage.received(effect.data.script ?? "")).to.equal(AMOUNT + 5_000_000n);
    });

    it("given a transaction that spends the token with the payout's id and pays less / when it is mined / the payout is impossible, not done", async () => {
      const effect = payout();
      const token = await executor.reserve(effect, []);
      const honest = await executor.build(effect, token, quote, []);
      const read = readPayoutTransaction(honest.body, stage.wallet);
      if (read.kind !== "payout") throw new Error("it isn't a payout");
      const { inputs, payoutId, recipientScript, amount, change } = read;
      const outputs = laneOutputs(
        stage.wallet,
        { kind: "payout", payoutId, recipientScript, amount: amount - 1n },
        change + 1n,
      );
      const signed = await sign({ ...honest, body: psbtText(stage.wallet, { inputs, outputs }) });
      await send(signed);
      await stage.mine(1);
      expect(await executor.effectStatus(effect, token)).to.deep.equal({
        is: "impossible",
        txId: signed.txId,
        final: false,
      });
      await stage.mine(DEPTH - 1);
    });

    it("given our unsigned text / when litecoind reads it / it is the same transaction, with the same fee", async () => {
      const { unsigned } = await make(payout());
      const read = readPayoutTransaction(unsigned.body, stage.wallet);
      const decoded = (await stage.nodes[0].ask("decodepsbt", unsigned.body)) as {
        tx: { txid: string; version: number };
        fee: number;
      };
      expect(decoded.tx.txid).to.equal(read.txId);
      expect(BigInt(Math.round(decoded.fee * 1e8))).to.equal(read.fee);
    });

    it("given an effect that was voided / when it is to be replaced / it is refused, but the void can pay more", async () => {
      const made = await make(payout());
      await send(made.signed);
      const voided = await sign(await executor.voidToken(made.effect, made.token, quote, [made.signed], []));
      await send(voided);
      const versions = [made.signed, voided];
      expect(await codeOf(executor.replace(versions, made.effect, quote, []))).to.equal("EFFECT_VOIDED");
      expect(await codeOf(executor.replace([], made.effect, quote, []))).to.equal("NOTHING_TO_REPLACE");
      const dearer = await sign(await executor.voidToken(made.effect, made.token, quote, versions, []));
      expect(dearer.fee > voided.fee).to.equal(true);
      await send(dearer);
      await stage.mine(DEPTH);
      expect(await status(made)).to.deep.equal({ is: "impossible", txId: dearer.txId, final: true });
      expect(await codeOf(executor.build(made.effect, made.token, quote, []))).to.equal(
        "TOKEN_NOT_SPENDABLE",
      );
    });

    it("given what can't be paid / when it is asked for / it is refused before anything is made, and says why", async () => {
      const token = await executor.reserve(payout(), []);
      const refusals: [Effect, string][] = [
        [stage.effect("payout", { script: `0014${"00".repeat(20)}`, amount: "100" }), "AMOUNT_DUST"],
        [stage.effect("payout", { script: "51", amount: "100000" }), "SCRIPT_UNPAYABLE"],
        [stage.effect("payout", { script: `0014${"00".repeat(20)}`, amount: "-1" }), "EFFECT_INVALID"],
        [stage.effect("gift", {}), "EFFECT_INVALID"],
        [stage.effect("anchors", { count: "101" }), "EFFECT_INVALID"],
      ];
      for (const [effect, code] of refusals) {
        expect(await codeOf(executor.reserve(effect, []))).to.equal(code);
        expect(await codeOf(executor.build(effect, token, quote, []))).to.equal(code);
      }
      expect(await codeOf(executor.build(payout(10n ** 15n), token, quote, []))).to.equal(
        "COINS_INSUFFICIENT",
      );
      expect(await codeOf(executor.build(payout(), token, { rate: 10n ** 8n, cap: quote.cap }, []))).to.equal(
        "FEE_ABOVE_CAP",
      );
      expect(await codeOf(executor.build(payout(), token, { ...quote, cap: 10n }, []))).to.equal(
        "FEE_ABOVE_CAP",
      );
      expect(await codeOf(executor.build(payout(), { ...token, chain: "eip155:1" }, quote, []))).to.equal(
        "TOKEN_FOREIGN",
      );
      const free = (await executor.reconcile()).free;
      expect(await codeOf(executor.reserve(payout(), free))).to.equal("NO_TOKEN_FREE");
    });
  });

  describe("reads the chain", () => {
    it("given an index in a file / when it is opened again after a reorganisation / it goes on from the fork, and refuses another wallet", async () => {
      const folder = mkdtempSync(join(tmpdir(), "strongroom-index-"));
      const file = join(folder, "index.sqlite");
      try {
        const account = `0x${"f1".repeat(20)}`;
        const open = () => {
          const database = new DatabaseSync(file);
          return {
            database,
            ...stage.another({ database, book: new DepositBook(stage.wallet, [account]) }),
          };
        };
        const txId = await stage.bank.send([{ script: stage.book.add(account), amount: AMOUNT }]);
        await stage.mine(2);
        const first = open();
        await first.index.sync();
        const height = first.index.tables.heightOf(txId) ?? 0;
        const coins = first.index.tables.unspent().length;
        first.database.close();
        await stage.reorganise(2, "wait");
        const second = open();
        expect(second.index.tables.heightOf(txId)).to.equal(height);
        await second.index.sync();
        expect(second.index.tables.heightOf(txId)).to.equal(undefined);
        expect(await second.observer.finality({ txId, index: 0 })).to.equal("mempool");
        await stage.mine(1);
        await second.index.sync();
        expect(second.index.tables.heightOf(txId)).to.equal(height + 3);
        expect(second.index.tables.unspent()).to.have.length(coins);
        expect(() =>
          stage.another({
            groupKey: hex.encode(schnorr.getPublicKey(Uint8Array.of(...Array(31).fill(0), 7))),
            database: second.database,
          }),
        ).to.throw(StrongroomError, "another owner");
        second.database.prepare("UPDATE blocks SET hash = ?").run("00".repeat(32));
        expect(await codeOf(second.index.sync())).to.equal("REORG_TOO_DEEP");
        second.database.close();
      } finally {
        rmSync(folder, { recursive: true });
      }
      await stage.mine(DEPTH);
    });

    it("given saved points that all left the chain / when it looks for an ancestor / it is where their branch left it, and never guessed", async () => {
      const { observer } = stage;
      await stage.mine(1);
      const stayed = await observer.head();
      await stage.mine(2);
      const left = await observer.head();
      await stage.reorganise(2, "wait");
      await stage.mine(1);
      expect(await observer.commonAncestor([left])).to.deep.equal(stayed);
      const nobodys = { ...left, hash: "12".repeat(32) };
      expect(await codeOf(observer.commonAncestor([nobodys]))).to.equal("REORGANISED_TOO_DEEP");
      expect(await codeOf(observer.commonAncestor([]))).to.equal("NO_SAVED_POINTS");
    });

    it("given a payout / when its block is reorganised away / what it spent is there again, and what it made is gone", async () => {
      const outpoints = () => stage.index.tables.unspent().map(({ outpoint }) => outpoint);
      await stage.index.sync();
      const before = outpoints();
      const made = await make(payout());
      await send(made.signed);
      await stage.mine(1);
      await stage.index.sync();
      expect(outpoints()).not.to.have.members(before);
      await stage.reorganise(1, "wait");
      await stage.index.sync();
      expect(outpoints()).to.have.members(before);
      await stage.mine(DEPTH);
      expect(await status(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
    });

    it("given a payout of change that a fork took away for good / when it is replaced / it is paid of other coins by the same token", async () => {
      const parent = await make(payout());
      await send(parent.signed);
      await stage.mine(1);
      await executor.reconcile();
      const own = stage.index.tables.ownCoins().map(({ outpoint }) => outpoint);
      const others = own.filter((outpoint) => !outpoint.startsWith(parent.signed.txId));
      const child = await make(payout(), [parent.token], others);
      expect(signedContent(child.signed).spends.some((one) => one.startsWith(parent.signed.txId))).to.equal(
        true,
      );
      await send(child.signed);
      await stage.reorganise(1, "dropped");
      await send(await sign(await executor.replace([parent.signed], parent.effect, quote, [])));
      await stage.mine(1);
      expect(await executor.broadcast(child.signed)).to.equal("ambiguous");
      expect(await status(child)).to.deep.equal({ is: "absent" });
      const again = await sign(await executor.replace([child.signed], child.effect, quote, []));
      expect(again.token).to.deep.equal(child.token);
      await send(again);
      await stage.mine(DEPTH);
      expect(await status(child)).to.deep.equal({ is: "done", txId: again.txId, final: true });
    });

    it("given an account that is named after its deposit was scanned / when the index is rewound / the coin is found", async () => {
      const account = `0x${"f2".repeat(20)}`;
      const late = new DepositBook(stage.wallet);
      const database = new DatabaseSync(":memory:");
      const { index, book } = stage.another({ database });
      const script = late.add(account);
      const from = (await stage.observer.head()).height;
      const txId = await stage.bank.send([{ script, amount: AMOUNT }]);
      await stage.mine(1);
      await index.sync();
      expect(index.tables.heightOf(txId)).to.equal(undefined);
      (book as DepositBook).add(account);
      const coins = index.tables.unspent().length;
      // While it reads: it is rewound after that.
      await Promise.all([index.sync(), index.rewind(from)]);
      await index.sync();
      expect(index.tables.unspent()).to.have.length(coins + 1);
      // Further back than hashes are kept, all is read again, and is the same.
      database.exec("DELETE FROM blocks WHERE height < (SELECT max(height) FROM blocks)");
      await index.rewind(from);
      await index.sync();
      expect(index.tables.unspent()).to.have.length(coins + 1);
      expect(index.tables.coin(`${txId}:0`)).to.include({ account, amount: AMOUNT });
      await stage.mine(DEPTH);
    });

    it("given a miner who pays a deposit address / when its block is scanned / it is no deposit, and isn't spent before it may be", async () => {
      const account = `0x${"f3".repeat(20)}`;
      const from = await stage.observer.head();
      const script = stage.book.add(account);
      const { descriptor } = (await stage.nodes[0].ask("getdescriptorinfo", `raw(${script})`)) as {
        descriptor: string;
      };
      await stage.nodes[0].ask("generatetodescriptor", 1, descriptor);
      await stage.mine(DEPTH);
      const events = (await collect(stage.observer.scan(from, await stage.observer.head()))).flatMap(
        (block) => block.events,
      );
      expect(events.filter(({ data }) => data.account === account).map(({ kind }) => kind)).to.deep.equal([
        "coinbase",
      ]);
      const { balance } = await executor.reconcile();
      expect(await codeOf(make(payout(balance)))).to.equal("COINS_INSUFFICIENT");
    });

    it("given a node that gives another block's bytes, or another value of a coin / when it is read / the truth is read from others, or nothing", async () => {
      const from = await stage.observer.head();
      const account = `0x${"f4".repeat(20)}`;
      const txId = await stage.bank.send([{ script: stage.book.add(account), amount: AMOUNT }]);
      await stage.mine(2);
      const honest = (await stage.nodes[0].ask("getblock", from.hash, 0)) as string;
      stage.endpoints[0]?.treat({
        does: "lie",
        lie: (method, _, truth) => (method === "getblock" ? honest : truth),
      });
      const events = (await collect(stage.observer.scan(from, await stage.observer.head()))).flatMap(
        (block) => block.events,
      );
      expect(events.filter((event) => event.txId === txId)).to.have.length(1);
      stage.endpoints[0]?.treat({
        does: "lie",
        lie: (method, _, truth) =>
          method === "gettxout" && truth !== null ? { ...(truth as object), value: 77 } : truth,
      });
      expect(await codeOf(make(payout()))).to.equal("NODES_DISAGREE");
      stage.endpoints[0]?.treat({
        does: "lie",
        lie: (method, _, truth) => (method === "gettxout" ? null : truth),
      });
      expect(await codeOf(make(payout()))).to.equal("NO_TOKEN_FREE");
      await stage.mine(DEPTH);
    });

    describe("given a node that alone calls outputs spent", () => {
      const MINUTE = 60_000;
      let time = 0;
      let own: ReturnType<LitecoinStage["another"]>;
      const spends = (which: (outpoint: string) => boolean) =>
        stage.endpoints[0]?.treat({
          does: "lie",
          lie: (method, [txId, index, waiting], truth) =>
            method === "gettxout" && waiting === true && which(`${txId}:${index}`) ? null : truth,
        });
      /** What names the node. */
      const named = async (attempt: Promise<unknown>) => {
        const error = await attempt.catch((thrown: unknown) => thrown);
        expect(error).to.be.instanceOf(StrongroomError);
        const { code, message } = error as StrongroomError;
        expect(message).to.match(/operator 0 says (something|spent), operator 1 says (nothing|unspent)/);
        return code;
      };
      beforeEach(() => {
        own = stage.another({ patience: { rest: 0, now: () => time } });
      });

      it("when a payout's that nobody signed is asked for / it waits for a while, and then the node is named", async () => {
        const effect = payout();
        const token = await own.executor.reserve(effect, []);
        spends((outpoint) => outpoint === token.value);
        const status = (sent: readonly Hex[] = []) => own.executor.effectStatus(effect, token, sent);
        expect(await status()).to.deep.equal({ is: "pending" });
        time += 9 * MINUTE;
        expect(await status()).to.deep.equal({ is: "pending" });
        time += MINUTE;
        expect(await named(status())).to.equal("NODES_DISAGREE");
        // What was sent may wait at one node alone: the others may have let it go.
        expect(await status(["ab".repeat(32)])).to.deep.equal({ is: "pending" });
        spends(() => false);
        expect(await status()).to.deep.equal({ is: "absent" });
        spends((outpoint) => outpoint === token.value);
        expect(await status()).to.deep.equal({ is: "pending" });
      });

      it("when no lane or coin is left by its word / the want of them is told, and after a while the node is named", async () => {
        const effect = payout();
        const token = await own.executor.reserve(effect, []);
        spends(() => true);
        const reserve = () => own.executor.reserve(effect, []);
        const build = () => own.executor.build(effect, token, quote, []);
        expect(await codeOf(reserve())).to.equal("NO_TOKEN_FREE");
        expect(await codeOf(build())).to.equal("COINS_INSUFFICIENT");
        time += 10 * MINUTE;
        expect(await named(reserve())).to.equal("NODES_DISAGREE");
        expect(await named(build())).to.equal("NODES_DISAGREE");
      });

      it("when a token is judged / it is neither free nor spent", async () => {
        const token = await own.executor.reserve(payout(), []);
        expect(await own.executor.isFree(token)).to.equal(true);
        spends(() => true);
        expect(await codeOf(own.executor.isFree(token))).to.equal("NODES_DISAGREE");
        for (const endpoint of stage.endpoints) {
          endpoint.treat({ does: "lie", lie: (method, _, truth) => (method === "gettxout" ? null : truth) });
        }
        expect(await own.executor.isFree(token)).to.equal(false);
      });
    });

    it("given nodes that lost each other / when each goes on alone / nothing of one side is final, and both together are one chain again", async () => {
      const [first, second] = stage.nodes;
      const account = `0x${"f5".repeat(20)}`;
      const start = await stage.observer.head();
      await second.setConnected(false);
      const txId = await stage.bank.send([{ script: stage.book.add(account), amount: AMOUNT }]);
      // Mined on the first side only: the other one mines without it.
      await first.mine(2, stage.bank.address);
      await second.mineEmpty(1, stage.bank.freshAddress());
      expect((await stage.observer.head()).height).to.equal(start.height);
      expect(await stage.observer.finality({ txId, index: 0 })).to.equal("mempool");
      await first.mine(DEPTH - 2, stage.bank.address);
      await second.mineEmpty(DEPTH - 1, stage.bank.freshAddress());
      expect(await codeOf(stage.observer.finalized())).to.equal("NODES_DISAGREE");
      expect(await codeOf(make(payout()))).to.equal("NODES_DISAGREE");
      await first.mine(1, stage.bank.address);
      await second.setConnected(true);
      await second.ask("addnode", `127.0.0.1:${first.peerPort}`, "onetry");
      await stage.mine(1);
      expect(await stage.observer.finality({ txId, index: 0 })).to.equal("final");
    });

    it("given a node that lost its last blocks / when the status is asked for / what was read stays, and goes on with it", async () => {
      const [first, second] = stage.nodes;
      const made = await make(payout());
      await send(made.signed);
      await stage.mine(2);
      const done = { is: "done", txId: made.signed.txId, final: false };
      expect(await status(made)).to.deep.equal(done);
      const head = await stage.observer.head();
      await second.setConnected(false);
      const lost = await second.ask("getblockhash", head.height - 1);
      await second.ask("invalidateblock", lost);
      expect((await stage.observer.head()).height).to.equal(head.height - 2);
      expect(await status(made)).to.deep.equal(done);
      expect(await stage.observer.commonAncestor([head])).to.deep.equal(head);
      expect(await collect(stage.observer.scan(head, await stage.observer.finalized()))).to.deep.equal([]);
      await second.ask("reconsiderblock", lost);
      await second.setConnected(true);
      await second.ask("addnode", `127.0.0.1:${first.peerPort}`, "onetry");
      await stage.mine(DEPTH - 2);
      expect(await status(made)).to.deep.equal({ ...done, final: true });
    });

    it("given an outpoint that is nobody's here / when it is watched and spent / that is an event", async () => {
      const from = await stage.observer.head();
      const other = stage.another({
        groupKey: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
      });
      const made = await make(payout());
      await send(made.signed);
      await stage.mine(1);
      const watching = new UtxoObserver(other.index, (outpoint) => outpoint === made.token.value);
      const events = (await collect(watching.scan(from, await watching.head()))).flatMap(
        (block) => block.events,
      );
      expect(events.map(({ kind, txId, index, data }) => ({ kind, txId, index, data }))).to.deep.equal([
        { kind: "spent", txId: made.signed.txId, index: 0, data: { outpoint: made.token.value } },
      ]);
      await stage.mine(DEPTH);
    });

    it("given two of three endpoints on a node that is killed / when it is gone / nothing is answered, and all goes on when it is back", async () => {
      const [first, second] = stage.nodes;
      const made = await make(payout());
      await second.stop("SIGKILL");
      expect(await codeOf(stage.observer.head())).to.equal("NODES_UNAVAILABLE");
      expect(await codeOf(status(made))).to.equal("NODES_UNAVAILABLE");
      // To send needs no quorum: the bytes are signed.
      await send(made.signed);
      await second.start();
      await second.ask("addnode", `127.0.0.1:${first.peerPort}`, "onetry");
      await stage.mine(DEPTH);
      expect(await status(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
    });
  });
});
