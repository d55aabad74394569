import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { hexToBytes } from "@noble/curves/utils.js";
import { sha256 } from "@scure/btc-signer/utils.js";
import { expect } from "chai";
import type { ConflictToken, Effect, Hex, UnsignedTx } from "../../src/chains/chain.ts";
import { DepositBook } from "../../src/chains/utxo/address-book.ts";
import { depositScript } from "../../src/chains/utxo/deposit-address.ts";
import { upkeepId, upkeepOutputs } from "../../src/chains/utxo/upkeep-transaction.ts";
import { psbtText, walletScript } from "../../src/chains/utxo/wallet-transaction.ts";
import { Redacted } from "../../src/core/redacted.ts";
import {
  chainHash,
  depositContent,
  depositId,
  outcomeContent,
  outcomeMessage,
  type Statement,
  tokenMessage,
  tokenWord,
} from "../../src/gateway/statement.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { AccountBook } from "../../src/signing/account-book.ts";
import type { CreditedDeposit, CreditNews } from "../../src/signing/credited-deposits.ts";
import { deal, pointText, shareOf } from "../../src/signing/frost/dealing.ts";
import { GroupKey } from "../../src/signing/frost/group-key.ts";
import { ShareDesk } from "../../src/signing/frost/share-desk.ts";
import { FrostGroup } from "../../src/signing/frost-group.ts";
import { GatewayPolicy } from "../../src/signing/gateway-policy.ts";
import type { PayoutAtFinal } from "../../src/signing/gateway-view.ts";
import { purposePayloads, statementPayload } from "../../src/signing/purpose-payloads.ts";
import type { SigningRequest } from "../../src/signing/signer.ts";
import type { SignerChannel } from "../../src/signing/signer-channel.ts";
import { SigningGuard } from "../../src/signing/signing-guard.ts";
import { SigningRecord } from "../../src/signing/signing-record.ts";
import type { DepositFacts } from "../../src/signing/statement-facts.ts";
import { UtxoWatch } from "../../src/signing/utxo-watch.ts";
import { METHODS, wireText } from "../../src/signing/wire-messages.ts";
import { countingTransport } from "../support/counting-transport.ts";
import { DEPTH, type LitecoinStage, openLitecoinStage } from "../support/litecoin-stage.ts";
import { refuses } from "../support/refusal.ts";
import { COMMITTEE } from "./signing-stage.ts";

const NAMES = ["anna", "ben", "cleo"];
const ASSET = 7n;
const ACCOUNT = `0x${"b0".repeat(20)}`;
const HOME = COMMITTEE.chainId;
const { Fn } = secp256k1.Point;

/** Three holders of the stage's key, each with its own index, journal and policy; the ledger is what a test says it is. */
describe("FROST signers on litecoind", () => {
  let stage: LitecoinStage;
  let coins: FrostGroup;
  let statements: FrostGroup;
  const journals: SqliteJournal[] = [];
  const ledger = { payouts: new Map<string, PayoutAtFinal>(), supply: 0n, open: true };
  const credits = { tell: async () => {} };
  /** What signers ask their nodes. */
  const transport = countingTransport();

  before(async () => {
    stage = await openLitecoinStage();
    // The stage's secret is known to it alone; what is dealt here must be of the same key.
    const secret = Fn.fromBytes(sha256(new TextEncoder().encode("strongroom test wallet")));
    const dealing = deal(2, randomBytes, secret);
    const groups = (["transaction", "statement"] as const).map(
      (use) =>
        new GroupKey({
          version: 1,
          key: use === "transaction" ? "coins" : "statements",
          use,
          threshold: 2,
          members: NAMES.map((name, place) => ({ name, index: place + 1 })),
          commitments: dealing.commitments.map(pointText),
        }),
    );
    const channels: SignerChannel[] = [];
    for (const [place, name] of NAMES.entries()) {
      const journal = SqliteJournal.open({ file: ":memory:" });
      journals.push(journal);
      const record = new SigningRecord(journal, Date.now);
      const book = new DepositBook(stage.wallet);
      const accounts = await AccountBook.open(journal, stage.wallet.network.chain);
      const watch = new UtxoWatch({
        index: stage.another({ book, transport }).index,
        book,
        accounts,
        credits,
      });
      const { chain } = stage.wallet.network;
      const policy = new GatewayPolicy({
        chain,
        homeChainId: HOME,
        vault: stage.wallet.vault,
        asset: ASSET,
        gateway: {
          atFinal: async () => ({
            payoutOf: async (id) => ledger.payouts.get(id) ?? { ...payoutOf("00", 0n), status: "NONE" },
            statusOf: async (id) => ledger.payouts.get(id)?.status ?? "NONE",
            supply: async () => ledger.supply,
            isOpen: async () => ledger.open,
          }),
        },
        foreign: watch,
        limits: {
          fee: 1_000_000n,
          payouts: 10n ** 12n,
          credits: 10n ** 12n,
          upkeep: 5_000_000n,
          denied: new Set(),
        },
        tokensOf: (effect) => record.tokensOf(chain, effect),
      });
      const guard = new SigningGuard({
        chains: [chain],
        payloadsFor: purposePayloads(COMMITTEE, (unsigned) => watch.executor.signingPayloads(unsigned)),
        policy,
        record,
      });
      const share = new Redacted(Fn.toBytes(shareOf(dealing, place + 1)) as Uint8Array);
      const desk = new ShareDesk({
        guard,
        random: randomBytes,
        now: () => performance.now(),
        shareOf: (key) => {
          const group = groups.find((one) => one.name === key);
          return group && { group, index: place + 1, secret: share };
        },
      });
      channels.push({
        name,
        async call(method, params) {
          const sent = JSON.parse(wireText(params)) as unknown;
          const answer =
            method === "commit"
              ? await desk.commit("relayer", METHODS.commit.ask.parse(sent))
              : await desk.share("relayer", METHODS.share.ask.parse(sent));
          return JSON.parse(wireText(answer)) as unknown;
        },
      });
    }
    coins = new FrostGroup({ group: groups[0] as GroupKey, channels });
    statements = new FrostGroup({ group: groups[1] as GroupKey, channels });
  });
  after(async () => {
    await stage?.close();
    await Promise.all(journals.map((journal) => journal.close()));
  });

  const chain = () => stage.wallet.network.chain;
  const payoutOf = (script: Hex, amount: bigint): PayoutAtFinal => ({
    status: "REQUESTED",
    attempt: 1n,
    asset: ASSET,
    amount,
    token: `0x${"00".repeat(32)}`,
    chain: chainHash(chain()),
    script,
  });
  const spending = (unsigned: UnsignedTx): SigningRequest => ({
    id: unsigned.effect,
    key: "coins",
    purpose: { kind: "transaction", unsigned },
    payloads: stage.executor.signingPayloads(unsigned),
  });
  const saying = (statement: Statement, facts: Record<string, string>): SigningRequest => ({
    id: statement.messageId,
    key: "statements",
    purpose: { kind: "statement", statement, facts },
    payloads: [statementPayload(statement, COMMITTEE, "bip340")],
  });
  const isSigned = async (request: SigningRequest) => {
    const [signature = ""] = await statements.sign(request);
    const key = hexToBytes(await statements.publicKey());
    return schnorr.verify(hexToBytes(signature), hexToBytes(request.payloads[0]?.digest ?? ""), key);
  };

  describe("given a deposit to an account that no signer has heard of", () => {
    it("is stated once it is final, by whoever the output's script names, and by the same to the unit", async () => {
      const { vault, network, groupKey } = stage.wallet;
      const script = depositScript({
        groupKey,
        chain: network.chain,
        home: stage.wallet.home,
        vault,
        account: ACCOUNT,
      });
      // The relayer knows the account; no signer does.
      stage.book.add(ACCOUNT);
      const txId = await stage.bank.send([{ script, amount: 5_000_000n }]);
      await stage.mine(1);
      const point = await stage.observer.head();
      const parent = (await stage.nodes[0].ask("getblockhash", point.height - 1)) as Hex;
      const id = { chain: chain(), destination: HOME, vault, txId, index: 0 };
      const statement = (amount: bigint, account = ACCOUNT): Statement => ({
        chain: chainHash(chain()),
        messageId: depositId(id),
        content: depositContent(account, ASSET, amount),
      });
      const facts = {
        ...{ kind: "deposit", chain: chain(), txId, index: "0", account: ACCOUNT },
        ...{ height: String(point.height), block: point.hash, parent },
      };
      const early = await refuses(
        "SIGNERS_UNAVAILABLE",
        statements.sign(saying(statement(5_000_000n), facts)),
      );
      expect(String(early.facts.anna)).to.include("DEPOSIT_NOT_FINAL");
      await stage.mine(DEPTH);
      const thief = `0x${"c0".repeat(20)}`;
      const stranger = { ...facts, account: thief };
      await refuses("SIGNING_REFUSED", statements.sign(saying(statement(5_000_000n, thief), stranger)));
      await refuses("SIGNING_REFUSED", statements.sign(saying(statement(5_000_001n), facts)));
      expect(await isSigned(saying(statement(5_000_000n), facts))).to.equal(true);
      // Known by now: a false hint changes nothing.
      expect(await isSigned(saying(statement(5_000_000n), stranger))).to.equal(true);
    });
  });

  describe("given a signer that wasn't asked for a deposit", () => {
    const account = `0x${"d0".repeat(20)}`;
    const amount = 3_000_000n;
    let height = 0;
    let txId = "";
    const database = new DatabaseSync(":memory:");
    const journal = SqliteJournal.open({ file: ":memory:" });
    after(() => journal.close());
    /** A process of the signer: what it has kept is in its journal and its index. */
    const process = async (news: readonly CreditedDeposit[] = [], cut = false) => {
      const accounts = await AccountBook.open(journal, chain());
      const book = new DepositBook(stage.wallet, accounts.accounts);
      const { index } = stage.another({ book, database });
      const rewound: number[] = [];
      // SQLite's 2 is FULL: what is taken back stays so after a power cut.
      const firm: unknown[] = [];
      const undo = index.tables.undoAbove.bind(index.tables);
      index.tables.undoAbove = (above) => {
        if (above >= 0) firm.push(database.prepare("PRAGMA synchronous").get()?.synchronous);
        undo(above);
      };
      const rewind = index.rewind.bind(index);
      index.rewind = async (to) => {
        if (cut) throw new Error("the power is cut");
        rewound.push(to);
        await rewind(to);
      };
      const tell: CreditNews["tell"] = async (learn) => {
        if (news.length > 0) await learn(news);
      };
      const said: string[] = [];
      const log = (line: string) => said.push(line);
      const watch = new UtxoWatch({ index, book, accounts, credits: { tell }, log });
      return { watch, rewound, firm, said };
    };
    const facts = async (): Promise<DepositFacts> => {
      const [parent, block] = (await Promise.all(
        [height - 1, height].map((at) => stage.nodes[0].ask("getblockhash", at)),
      )) as [Hex, Hex];
      return { kind: "deposit", txId, index: "0", account, height: String(height), block, parent };
    };
    const deposit = (id: Hex, whom = account): CreditedDeposit => ({
      id: depositId({ chain: chain(), destination: HOME, vault: stage.wallet.vault, txId: id, index: 0 }),
      account: whom,
    });

    it("looks no further back than it must for what the ledger has credited, and knows its coins", async () => {
      const { network, groupKey, home, vault } = stage.wallet;
      const script = depositScript({ groupKey, chain: network.chain, home, vault, account });
      txId = await stage.bank.send([{ script, amount }]);
      await stage.mine(1);
      height = (await stage.observer.head()).height;
      await stage.mine(40);
      const blind = await (await process()).watch.balance();
      const { watch, rewound, said } = await process([deposit(txId)]);
      expect(await watch.balance()).to.equal(blind + amount);
      expect(rewound).to.have.length(2);
      expect(rewound.at(-1)).to.be.at.most(height);
      expect(await watch.balance()).to.equal(blind + amount);
      expect(rewound).to.have.length(2);
      const again = await process();
      expect(await again.watch.balance()).to.equal(blind + amount);
      expect([...again.rewound, ...said]).to.deep.equal([]);
    });

    it("reads all blocks once for what none of them has, and says so", async () => {
      const { watch, rewound, said } = await process([deposit("ab".repeat(32), `0x${"d2".repeat(20)}`)]);
      const balance = await watch.balance();
      expect(rewound.length).to.be.above(0);
      expect(said.join()).to.include("no block of this signer's nodes has");
      const count = rewound.length;
      expect(await watch.balance()).to.equal(balance);
      expect(rewound).to.have.length(count);
    });

    it("learns an account again when the power was cut before its blocks were to be read again", async () => {
      const other = `0x${"d1".repeat(20)}`;
      const { network, groupKey, home, vault } = stage.wallet;
      const script = depositScript({ groupKey, chain: network.chain, home, vault, account: other });
      txId = await stage.bank.send([{ script, amount }]);
      await stage.mine(1);
      height = (await stage.observer.head()).height;
      await stage.mine(DEPTH);
      const blind = await (await process()).watch.balance();
      const asked = { ...(await facts()), account: other };
      const { watch } = await process([], true);
      await watch.depositAt(asked).then(
        () => expect.fail("the power wasn't cut"),
        (error: Error) => expect(error.message).to.equal("the power is cut"),
      );
      const next = await process();
      expect(await next.watch.depositAt(asked)).to.deep.equal({ account: other, amount, final: true });
      expect(await next.watch.balance()).to.equal(blind + amount);
      expect(next.firm).to.deep.equal([2]);
      expect(await (await process()).watch.balance()).to.equal(blind + amount);
    });
  });

  /** Lanes that signers have bound to payouts that aren't paid. */
  const bound: ConflictToken[] = [];

  describe("given a payout", () => {
    it("gets its token, is paid by two of three under each input's tweak, and its end is stated", async () => {
      const script = stage.bank.freshScript();
      const amount = 250_000_000n;
      const effect: Effect = stage.effect("payout", { script, amount: amount.toString() });
      const payoutId = `0x${effect.id}`;
      ledger.supply = amount;
      ledger.payouts.set(payoutId, payoutOf(script, amount));
      const token = await stage.executor.reserve(effect, []);
      const word = tokenWord(token);
      const tokenStatement = {
        chain: chainHash(chain()),
        messageId: tokenMessage(payoutId, 1n),
        content: word,
      };
      const tokenFacts = {
        kind: "token",
        payoutId,
        attempt: "1",
        tokenKind: token.kind,
        tokenValue: token.value,
      };
      const quote = await stage.executor.fee("normal");
      const unsigned = await stage.executor.build(effect, token, quote, []);
      // Nothing is paid before the ledger has authorised it.
      await refuses("SIGNING_REFUSED", coins.sign(spending(unsigned)));
      expect(await isSigned(saying(tokenStatement, tokenFacts))).to.equal(true);
      ledger.payouts.set(payoutId, { ...payoutOf(script, amount), status: "AUTHORISED", token: word });
      const other: ConflictToken = await stage.executor.reserve(effect, [token]);
      const elsewhere = await stage.executor.build(effect, other, quote, []);
      await refuses("SIGNING_REFUSED", coins.sign(spending(elsewhere)));
      const signatures = await coins.sign(spending(unsigned));
      const signed = stage.executor.attach(unsigned, signatures);
      expect(await stage.executor.broadcast(signed)).to.equal("accepted");
      const outcome = (is: "PAID" | "VOIDED") =>
        saying(
          {
            chain: chainHash(chain()),
            messageId: outcomeMessage(payoutId, 1n),
            content: outcomeContent(is, signed.txId),
          },
          { kind: "outcome", payoutId, attempt: "1", outcome: is, txId: signed.txId },
        );
      await stage.mine(1);
      await refuses("SIGNERS_UNAVAILABLE", statements.sign(outcome("PAID")));
      await stage.mine(DEPTH);
      expect(await stage.received(script)).to.equal(amount);
      await refuses("SIGNING_REFUSED", statements.sign(outcome("VOIDED")));
      expect(await isSigned(outcome("PAID"))).to.equal(true);
    });

    it("is not paid twice by the next attempt's token while the first has paid it", async () => {
      const [paid] = [...ledger.payouts.keys()];
      const known = ledger.payouts.get(paid ?? "");
      if (paid === undefined || known === undefined) throw new Error("nothing was paid");
      const effect: Effect = {
        id: paid.slice(2),
        kind: "payout",
        data: { script: known.script, amount: known.amount.toString() },
      };
      const token = await stage.executor.reserve(effect, []);
      // A ledger, or a committee, that lies: it has authorised a second attempt of what was paid.
      ledger.payouts.set(paid, { ...known, attempt: 2n, token: tokenWord(token) });
      const unsigned = await stage.executor.build(effect, token, await stage.executor.fee("normal"), []);
      const { facts } = await refuses("SIGNING_REFUSED", coins.sign(spending(unsigned)));
      expect(JSON.stringify(facts)).to.include("former conflict token");
      ledger.payouts.set(paid, known);
    });

    it("given that its account cancels it once its token is stated, leaves the lane to the next one", async () => {
      const begin = async (taken: readonly ConflictToken[] = []) => {
        const script = stage.bank.freshScript();
        const effect = stage.effect("payout", { script, amount: "100000000" });
        const token = await stage.executor.reserve(effect, taken);
        ledger.payouts.set(`0x${effect.id}`, payoutOf(script, 100_000_000n));
        return { effect, token, payoutId: `0x${effect.id}` };
      };
      const state = ({ payoutId, token }: Awaited<ReturnType<typeof begin>>) => {
        const messageId = tokenMessage(payoutId, 1n);
        const facts = { payoutId, attempt: "1", tokenKind: token.kind, tokenValue: token.value };
        return saying(
          { chain: chainHash(chain()), messageId, content: tokenWord(token) },
          { kind: "token", ...facts },
        );
      };
      const first = await begin();
      expect(await isSigned(state(first))).to.equal(true);
      const fee = await stage.executor.fee("normal");
      const void_ = await stage.executor.voidToken(first.effect, first.token, fee, [], []);
      const { facts } = await refuses("SIGNING_REFUSED", coins.sign(spending(void_)));
      expect(JSON.stringify(facts), "it may still be authorised").to.include("REQUESTED");
      const requested = ledger.payouts.get(first.payoutId) as PayoutAtFinal;
      ledger.payouts.set(first.payoutId, { ...requested, status: "CANCELLED" });
      // What it had isn't given to another one, however the relayer came to it.
      const second = await begin();
      expect(second.token).to.deep.equal(first.token);
      await refuses("SIGNING_REFUSED", statements.sign(state(second)));
      const signed = stage.executor.attach(void_, await coins.sign(spending(void_)));
      expect(await stage.executor.broadcast(signed)).to.equal("accepted");
      await stage.mine(1 + DEPTH);
      const lane = `${signed.txId}:0`;
      const { free } = await stage.executor.reconcile();
      const next = await begin(free.filter(({ value }) => value !== lane));
      expect(next.token.value).to.equal(lane);
      expect(await isSigned(state(next))).to.equal(true);
      bound.push(next.token);
    });

    it("waits while the coins would be worth less than the claims, but for those that were paid and aren't settled", async () => {
      const script = stage.bank.freshScript();
      const amount = 100_000_000n;
      const effect = stage.effect("payout", { script, amount: amount.toString() });
      const token = await stage.executor.reserve(effect, bound);
      bound.push(token);
      ledger.payouts.set(`0x${effect.id}`, {
        ...payoutOf(script, amount),
        status: "AUTHORISED",
        token: tokenWord(token),
      });
      const unsigned = await stage.executor.build(effect, token, await stage.executor.fee("normal"), []);
      const { balance } = await stage.executor.reconcile();
      // The payout before is still AUTHORISED here: its 250,000,000 have left, and are claims no more.
      ledger.supply = balance + 250_000_000n;
      const { facts } = await refuses("SIGNERS_UNAVAILABLE", coins.sign(spending(unsigned)));
      expect(JSON.stringify(facts)).to.include("WALLET_SHORT");
      ledger.supply = balance + 249_000_000n;
      expect(await coins.sign(spending(unsigned))).to.have.length(
        stage.executor.signingPayloads(unsigned).length,
      );
    });

    it("keeps its anchor where somebody would bind that to upkeep by a lie about what it holds", async () => {
      const script = stage.bank.freshScript();
      const effect = stage.effect("payout", { script, amount: "100000000" });
      const token = await stage.executor.reserve(effect, bound);
      bound.push(token);
      const { wallet } = stage;
      const upkeep = upkeepId("e1".repeat(16));
      for (const lie of [
        { amount: 200_000_000n, account: undefined },
        { amount: wallet.network.anchor, account: ACCOUNT },
      ]) {
        const outputs = upkeepOutputs(wallet, "consolidate", upkeep, 0, lie.amount - 2_000n);
        const body = psbtText(wallet, { inputs: [{ outpoint: token.value, ...lie }], outputs });
        const unsigned = { chain: chain(), effect: upkeep, token, body, fee: 2_000n, rate: 10_000n };
        const { facts } = await refuses("SIGNING_REFUSED", coins.sign(spending(unsigned)));
        expect(JSON.stringify(facts)).to.include("something else than it says");
      }
      const payoutId = `0x${effect.id}`;
      ledger.payouts.set(payoutId, payoutOf(script, 100_000_000n));
      const statement = {
        chain: chainHash(chain()),
        messageId: tokenMessage(payoutId, 1n),
        content: tokenWord(token),
      };
      const facts = { payoutId, attempt: "1", tokenKind: token.kind, tokenValue: token.value };
      expect(await isSigned(saying(statement, { kind: "token", ...facts }))).to.equal(true);
    });

    it("can be voided, and the wallet kept going, by what pays nobody", async () => {
      const effect = stage.effect("anchors", { count: "2" });
      const token = await stage.executor.reserve(effect, []);
      const unsigned = await stage.executor.build(effect, token, await stage.executor.fee("normal"), []);
      const signed = stage.executor.attach(unsigned, await coins.sign(spending(unsigned)));
      expect(await stage.executor.broadcast(signed)).to.equal("accepted");
    });
  });

  describe("given thousands of anchors that a stranger sent", () => {
    /** Two judgements, before it commits and before it signs, of each signer, by three nodes. */
    const JUDGED = 2 * NAMES.length * 3;
    const outputsAsked = () => transport.asked.filter((method) => method === "gettxout").length;

    it("states a token and pays by it, and no signer asks its nodes about more than that token", async () => {
      const { script: own } = walletScript(stage.wallet, undefined);
      const anchors = Array.from({ length: 1_000 }, () => ({
        script: own,
        amount: stage.wallet.network.anchor,
      }));
      for (let sent = 0; sent < 2; sent++) await stage.bank.send(anchors, 200_000n);
      await stage.mine(DEPTH);
      const script = stage.bank.freshScript();
      const amount = 10_000_000n;
      const effect = stage.effect("payout", { script, amount: amount.toString() });
      const payoutId = `0x${effect.id}`;
      ledger.supply = amount;
      ledger.payouts.set(payoutId, payoutOf(script, amount));
      const token = await stage.executor.reserve(effect, bound);
      const word = tokenWord(token);
      transport.asked.length = 0;
      const statement = { chain: chainHash(chain()), messageId: tokenMessage(payoutId, 1n), content: word };
      const facts = { payoutId, attempt: "1", tokenKind: token.kind, tokenValue: token.value };
      expect(await isSigned(saying(statement, { kind: "token", ...facts }))).to.equal(true);
      expect(outputsAsked()).to.be.within(1, JUDGED);
      ledger.payouts.set(payoutId, { ...payoutOf(script, amount), status: "AUTHORISED", token: word });
      const unsigned = await stage.executor.build(effect, token, await stage.executor.fee("normal"), []);
      transport.asked.length = 0;
      const signed = stage.executor.attach(unsigned, await coins.sign(spending(unsigned)));
      expect(outputsAsked()).to.equal(0);
      expect(await stage.executor.broadcast(signed)).to.equal("accepted");
      await stage.mine(DEPTH);
      expect(await stage.received(script)).to.equal(amount);
    });
  });
});
