import type { DatabaseSync } from "node:sqlite";
import { TerminalError } from "../../core/errors.ts";
import type { Hex, Point } from "../chain.ts";

/** An output that the wallet can spend, as its block has it. */
export interface IndexedCoin {
  readonly outpoint: string;
  readonly amount: bigint;
  readonly script: Hex;
  /** Whose deposit address holds it; undefined: the wallet's own. */
  readonly account: string | undefined;
  readonly height: number;
  readonly coinbase: boolean;
}

/** What spent one of the wallet's outputs. */
export interface IndexedSpend {
  readonly outpoint: string;
  readonly txId: Hex;
  /** Which of its inputs. */
  readonly index: number;
  readonly height: number;
  /** The outputs of the transaction that spent it, as JSON of script and decimal amount. */
  readonly outputs: readonly { readonly script: Hex; readonly amount: bigint }[];
}

const VERSION = 1n;

/** Blocks whose hashes are kept: more than any reorganisation that is survived without reading all again. */
export const KEPT_BLOCKS = 1_000;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS blocks (height INTEGER PRIMARY KEY, hash TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS coins (
  outpoint TEXT PRIMARY KEY, amount INTEGER NOT NULL, script TEXT NOT NULL, account TEXT,
  height INTEGER NOT NULL, coinbase INTEGER NOT NULL, spent INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unspent ON coins (height) WHERE spent = 0;
CREATE INDEX IF NOT EXISTS coinsByHeight ON coins (height);
CREATE INDEX IF NOT EXISTS coinsByAccount ON coins (account);
CREATE TABLE IF NOT EXISTS spends (
  outpoint TEXT PRIMARY KEY, txId TEXT NOT NULL, input INTEGER NOT NULL, height INTEGER NOT NULL, outputs TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS spendsByHeight ON spends (height);
CREATE INDEX IF NOT EXISTS spendsByTransaction ON spends (txId);
CREATE TABLE IF NOT EXISTS transactions (txId TEXT PRIMARY KEY, height INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS transactionsByHeight ON transactions (height);
CREATE TABLE IF NOT EXISTS orphans (txId TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`;

type Row = Record<string, bigint | string | null>;

const coinOf = (row: Row): IndexedCoin => ({
  outpoint: row.outpoint as string,
  amount: row.amount as bigint,
  script: row.script as string,
  account: (row.account as string | null) ?? undefined,
  height: Number(row.height),
  coinbase: row.coinbase === 1n,
});

function spendOf(row: Row): IndexedSpend {
  const outputs = JSON.parse(row.outputs as string) as { script: Hex; amount: string }[];
  return {
    outpoint: row.outpoint as string,
    txId: row.txId as string,
    index: Number(row.input),
    height: Number(row.height),
    outputs: outputs.map(({ script, amount }) => ({ script, amount: BigInt(amount) })),
  };
}

/**
 * The tables of an index: what the chain says of the wallet, block by block, so that blocks can be taken back. Nothing in it can't
 * be read from the chain again.
 */
export class IndexTables {
  readonly #database: DatabaseSync;

  /** @throws TerminalError `INDEX_FOREIGN` where the file is another wallet's or another program version's */
  constructor(database: DatabaseSync, owner: string) {
    this.#database = database;
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;");
    database.exec(SCHEMA);
    for (const [name, value] of [
      ["version", VERSION.toString()],
      ["owner", owner],
    ] as const) {
      database.prepare("INSERT OR IGNORE INTO facts VALUES (?, ?)").run(name, value);
      const [found] = this.#rows("SELECT value FROM facts WHERE name = ?", name);
      if (found?.value !== value) {
        throw new TerminalError("INDEX_FOREIGN", `The index is of another ${name}: ${found?.value}`, {
          advice: "Name another file, or delete this one: it is read from the chain again.",
          facts: { expected: value },
        });
      }
    }
  }

  /** All or nothing. */
  atomically(work: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** The same, and not even a power cut undoes it, nor what was written before it. */
  firmly(work: () => void): void {
    this.#database.exec("PRAGMA synchronous = FULL");
    try {
      this.atomically(work);
    } finally {
      this.#database.exec("PRAGMA synchronous = NORMAL");
    }
  }

  /** Whether a wish wasn't known yet; from now on it is. */
  isNew(wish: string): boolean {
    const [known] = this.#rows("SELECT value FROM facts WHERE name = ?", `wish ${wish}`);
    if (known === undefined) this.#run("INSERT INTO facts VALUES (?, '')", `wish ${wish}`);
    return known === undefined;
  }

  /** The last block that was read; undefined: none. */
  tip(): Point | undefined {
    return this.#points("SELECT * FROM blocks ORDER BY height DESC LIMIT 1")[0];
  }

  /** Blocks that were read, latest first. */
  points(): Point[] {
    return this.#points("SELECT * FROM blocks ORDER BY height DESC");
  }

  addBlock({ height, hash }: Point): void {
    this.#run("INSERT INTO blocks VALUES (?, ?)", height, hash);
    this.#run("DELETE FROM blocks WHERE height <= ?", height - KEPT_BLOCKS);
  }

  addTransaction(txId: Hex, height: number): void {
    this.#run("INSERT OR REPLACE INTO transactions VALUES (?, ?)", txId, height);
    this.#run("DELETE FROM orphans WHERE txId = ?", txId);
  }

  addCoin({ outpoint, amount, script, account, height, coinbase }: IndexedCoin): void {
    this.#run(
      "INSERT INTO coins (outpoint, amount, script, account, height, coinbase) VALUES (?, ?, ?, ?, ?, ?)",
      outpoint,
      amount,
      script,
      account ?? null,
      height,
      coinbase ? 1 : 0,
    );
  }

  addSpend({ outpoint, txId, index, height, outputs }: IndexedSpend): void {
    const text = JSON.stringify(outputs.map(({ script, amount }) => ({ script, amount: amount.toString() })));
    this.#run("INSERT INTO spends VALUES (?, ?, ?, ?, ?)", outpoint, txId, index, height, text);
    this.#run("UPDATE coins SET spent = 1 WHERE outpoint = ?", outpoint);
  }

  /** Takes back every block above a height. */
  undoAbove(height: number): void {
    this.#run("INSERT OR IGNORE INTO orphans SELECT txId FROM transactions WHERE height > ?", height);
    this.#run("DELETE FROM transactions WHERE height > ?", height);
    this.#run(
      "UPDATE coins SET spent = 0 WHERE outpoint IN (SELECT outpoint FROM spends WHERE height > ?)",
      height,
    );
    this.#run("DELETE FROM spends WHERE height > ?", height);
    this.#run("DELETE FROM coins WHERE height > ?", height);
    this.#run("DELETE FROM blocks WHERE height > ?", height);
  }

  coin(outpoint: string): IndexedCoin | undefined {
    return this.#rows("SELECT * FROM coins WHERE outpoint = ?", outpoint).map(coinOf)[0];
  }

  /** All coins that an account's deposit address ever had, spent ones too. */
  coinsOf(account: string): IndexedCoin[] {
    return this.#rows("SELECT * FROM coins WHERE account = ?", account).map(coinOf);
  }

  /** All coins that the wallet's own address ever had, latest first, spent ones too. */
  ownCoins(): IndexedCoin[] {
    return this.#rows("SELECT * FROM coins WHERE account IS NULL ORDER BY height DESC").map(coinOf);
  }

  unspent(): IndexedCoin[] {
    return this.#rows("SELECT * FROM coins WHERE spent = 0").map(coinOf);
  }

  /**
   * Unspent coins of one amount at the wallet's own address, up to a height, no miner's: those first that a transaction of the
   * wallet's own made, then the oldest.
   */
  ownUnspent(amount: bigint, height: number): IndexedCoin[] {
    const sql = `SELECT * FROM coins
      WHERE spent = 0 AND account IS NULL AND amount = ? AND height <= ? AND coinbase = 0
      ORDER BY EXISTS (SELECT 1 FROM spends WHERE txId = substr(coins.outpoint, 1, 64)) DESC, height, outpoint`;
    return this.#rows(sql, amount, height).map(coinOf);
  }

  spend(outpoint: string): IndexedSpend | undefined {
    return this.#rows("SELECT * FROM spends WHERE outpoint = ?", outpoint).map(spendOf)[0];
  }

  /** The wallet's coins that a transaction in a block spends. */
  spentBy(txId: Hex): IndexedCoin[] {
    const sql = "SELECT coins.* FROM spends JOIN coins USING (outpoint) WHERE spends.txId = ?";
    return this.#rows(sql, txId).map(coinOf);
  }

  /** Spends in blocks from a height on, latest blocks first. */
  spendsFrom(height: number): IndexedSpend[] {
    return this.#rows("SELECT * FROM spends WHERE height >= ? ORDER BY height DESC", height).map(spendOf);
  }

  /** The height of a transaction's block; undefined: it is in none that was read. */
  heightOf(txId: Hex): number | undefined {
    const [row] = this.#rows("SELECT height FROM transactions WHERE txId = ?", txId);
    return row === undefined ? undefined : Number(row.height);
  }

  wasOrphaned(txId: Hex): boolean {
    return this.#rows("SELECT txId FROM orphans WHERE txId = ?", txId).length > 0;
  }

  #points(sql: string): Point[] {
    return this.#rows(sql).map(({ height, hash }) => ({ height: Number(height), hash: hash as string }));
  }

  #run(sql: string, ...values: (string | number | bigint | null)[]): void {
    this.#prepared(sql).run(...values);
  }

  #rows(sql: string, ...values: (string | number | bigint | null)[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  readonly #statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();

  #prepared(sql: string) {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    this.#statements.set(sql, statement);
    return statement;
  }
}
