import { expect } from "chai";
import { DepositBook } from "../../src/chains/utxo/address-book.ts";
import { depositScript } from "../../src/chains/utxo/deposit-address.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { LookBack } from "../../src/relayer/look-back.ts";
import { nameAccounts } from "../../src/relayer/name-accounts.ts";
import { RouteControl } from "../../src/relayer/route-control.ts";
import { routeDeciders } from "../../src/relayer/route-deciders.ts";
import { StreamNames } from "../../src/relayer/stream-names.ts";
import { StreamStore } from "../../src/relayer/stream-store.ts";
import { AccountBook } from "../../src/signing/account-book.ts";
import { DEPTH, type LitecoinStage, openLitecoinStage } from "../support/litecoin-stage.ts";
import { HOME, TERMS } from "./given-route.ts";

const NAMES = new StreamNames("ltc");

describe("Naming accounts while deposits to them are mined", () => {
  let stage: LitecoinStage;

  before(async () => {
    stage = await openLitecoinStage();
  });
  after(() => stage?.close());

  it("given an index that has read a deposit's block before its account was named, finds the deposit and its coin", async () => {
    const { wallet } = stage;
    const { network, groupKey, home, vault } = wallet;
    const account = `0x${"a7".repeat(20)}`;
    const script = depositScript({ groupKey, chain: network.chain, home, vault, account });
    const journal = SqliteJournal.open({ file: ":memory:" });
    const book = new DepositBook(wallet);
    const { index, observer, executor } = stage.another({ book });
    const prepare = await nameAccounts({ journal, names: NAMES, chain: network.chain, book, index });
    const read = await observer.head();
    await prepare(read);
    const { balance } = await executor.reconcile();
    const txId = await stage.bank.send([{ script, amount: 7_000_000n }]);
    await stage.mine(1);
    // The executor has been asked something: the block is read, and says nothing to this wallet.
    await index.sync();
    await (await AccountBook.open(journal, network.chain)).add(account);
    const head = await observer.head();
    await prepare(read);
    const seen: string[] = [];
    for await (const { events } of observer.scan(read, head))
      seen.push(...events.filter(({ kind }) => kind === "deposit").map((event) => event.txId));
    expect(seen).to.deep.equal([txId]);
    expect(await observer.finality({ txId, index: 0 })).to.equal("confirming");
    await stage.mine(DEPTH);
    expect(await observer.finality({ txId, index: 0 })).to.equal("final");
    expect((await executor.reconcile()).balance).to.equal(balance + 7_000_000n);
    await journal.close();
  });

  it("given a deposit long before its account was named, finds it and its coin once an operator has blocks read again", async () => {
    const { wallet } = stage;
    const { network, groupKey, home, vault } = wallet;
    const account = `0x${"a9".repeat(20)}`;
    const script = depositScript({ groupKey, chain: network.chain, home, vault, account });
    const journal = SqliteJournal.open({ file: ":memory:" });
    const lease = await journal.acquire("ltc", "test", 60_000);
    if (lease === undefined) throw new Error("nobody else has it");
    const since = (await stage.another({ book: new DepositBook(wallet) }).observer.head()).height + 1;
    const txId = await stage.bank.send([{ script, amount: 8_000_000n }]);
    await stage.mine(DEPTH + 2);
    // Two workers with an index of their own, which have read all of it already.
    const workers = await Promise.all(
      [0, 1].map(async () => {
        const book = new DepositBook(wallet);
        const { index, observer, executor } = stage.another({ book });
        await index.sync();
        const prepare = await nameAccounts({ journal, names: NAMES, chain: network.chain, book, index });
        return { index, observer, executor, prepare };
      }),
    );
    const terms = { ...TERMS, foreign: network.chain, assets: { [network.asset]: 7n } };
    const of = { journal, names: NAMES, deciders: routeDeciders(terms), home: HOME, foreign: network.chain };
    const store = new StreamStore({ ...of, lease: () => lease, now: () => 0 });
    await (await AccountBook.open(journal, network.chain)).add(account);
    await new RouteControl(journal, NAMES).lookBack(since, account, "ana");
    const [first, second] = workers as [(typeof workers)[0], (typeof workers)[0]];
    const scan = { head: await first.observer.head(), final: await first.observer.finalized() };
    const desk = { side: "foreign", observer: first.observer, terms, names: NAMES, store } as const;
    const touched = await new LookBack({ ...desk, prepare: first.prepare }).step([since], scan);
    expect(touched).to.have.length(1);
    const [seen] = await journal.read(touched[0] ?? "");
    expect(seen?.data).to.include({ txId });
    // Another worker takes the route over.
    await second.prepare(scan.head);
    for (const { observer, executor, index } of workers) {
      expect(await observer.finality({ txId, index: 0 })).to.equal("final");
      expect((await executor.reconcile()).balance).to.be.greaterThanOrEqual(8_000_000n);
      expect(index.tables.isNew("a wish")).to.equal(true);
      expect(index.tables.isNew("a wish"), "once").to.equal(false);
    }
    await journal.close();
  });

  it("given accounts that the journal has already, knows them before anything is read", async () => {
    const { wallet } = stage;
    const journal = SqliteJournal.open({ file: ":memory:" });
    const account = `0x${"a8".repeat(20)}`;
    await (await AccountBook.open(journal, wallet.network.chain)).add(account);
    const book = new DepositBook(wallet);
    const { index } = stage.another({ book });
    await nameAccounts({ journal, names: NAMES, chain: wallet.network.chain, book, index });
    const { network, ...terms } = wallet;
    expect(book.accountOf(depositScript({ ...terms, chain: network.chain, account }))).to.equal(account);
    await journal.close();
  });
});
