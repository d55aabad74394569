import { expect } from "chai";
import { DepositBook } from "../../src/chains/utxo/address-book.ts";
import { depositScript } from "../../src/chains/utxo/deposit-address.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { nameAccounts } from "../../src/relayer/name-accounts.ts";
import { AccountBook } from "../../src/signing/account-book.ts";
import { DEPTH, type LitecoinStage, openLitecoinStage } from "../support/litecoin-stage.ts";

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
    const prepare = await nameAccounts({ journal, chain: network.chain, book, index });
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

  it("given accounts that the journal has already, knows them before anything is read", async () => {
    const { wallet } = stage;
    const journal = SqliteJournal.open({ file: ":memory:" });
    const account = `0x${"a8".repeat(20)}`;
    await (await AccountBook.open(journal, wallet.network.chain)).add(account);
    const book = new DepositBook(wallet);
    await nameAccounts({ journal, chain: wallet.network.chain, book, index: stage.another({ book }).index });
    const { network, ...terms } = wallet;
    expect(book.accountOf(depositScript({ ...terms, chain: network.chain, account }))).to.equal(account);
    await journal.close();
  });
});
