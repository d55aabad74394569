import { setTimeout as sleep } from "node:timers/promises";
import { Contract, type Provider, type Signer } from "ethers";
import { RetryableError, TerminalError } from "../core/errors.ts";
import { refusedRow, sendBatch } from "./import-batch.ts";
import { type Credit, depositData, importDigest, markOf, readCredits } from "./import-credits.ts";
import { ImportJournal } from "./import-journal.ts";
import { type Preflight, preflightImport, TOKEN } from "./import-preflight.ts";
import { type ImportReport, reportImport } from "./import-report.ts";
import { type ListedAsset, TOKEN_CLASS } from "./listed-assets.ts";
import type { OpeningBalance } from "./opening-balances.ts";

/** How an import runs. */
export interface ImportOptions {
  /** The treasury account: pays, and is the sender of every deposit. It must do nothing else meanwhile. */
  readonly signer: Signer;
  readonly vault: string;
  /** The Vault's first block: its logs are read from there. */
  readonly fromBlock: number;
  /** Where the nonces are kept; beside the file of opening balances. */
  readonly journal: string;
  /** How many transactions are under way at once. */
  readonly batch: number;
  /** Blocks after which a transaction is taken for settled; 0 on a chain that never reorganises. */
  readonly confirmations: number;
  /** Allows the Vault to take exactly what is left, where it may not yet. */
  readonly approve?: boolean;
  /** Goes on although the importer has made such deposits before, outside this import. */
  readonly again?: boolean;
  /** Looks and tells, sends nothing and writes nothing. */
  readonly dryRun?: boolean;
  /** Called with what is being done. */
  readonly onProgress?: (what: string) => void;
}

/** How long a batch may take until it is given up for this time, milliseconds. */
const PATIENCE = 10 * 60_000;
const POLL = 250;

/**
 * Credits opening balances, one deposit for each row, and proves it. May be killed at any moment and run again: which rows are
 * done is read from the chain, where each deposit carries its row's mark; a row that may be under way keeps its nonce, so that
 * at most one of its transactions is ever mined.
 *
 * @throws TerminalError as `preflightImport` does; `IMPORT_SEEN_BEFORE`, `IMPORT_REFUSED`; RetryableError `IMPORT_PENDING`,
 * `IMPORT_NOT_SETTLED`, `IMPORT_NOT_SENT`, `IMPORT_NONCE_TAKEN`, `IMPORT_STUCK`; and what `ImportJournal.open` throws.
 * @example
 * const report = await importBalances(provider, assets, parseBalances(text, assets), { signer, vault, ... });
 */
export async function importBalances(
  provider: Provider,
  assets: readonly ListedAsset[],
  rows: readonly OpeningBalance[],
  options: ImportOptions,
): Promise<ImportReport> {
  const { signer, vault, fromBlock, journal: file, dryRun = false } = options;
  const say = options.onProgress ?? (() => {});
  const importer = await signer.getAddress();
  const { chainId } = await provider.getNetwork();
  const digest = importDigest(chainId, vault, importer, rows);
  const marks = rows.map((_, row) => markOf(digest, row));

  const known = ImportJournal.exists(file);
  const journal = dryRun
    ? undefined
    : ImportJournal.open(file, { digest, chainId: chainId.toString(), vault, importer });
  try {
    // The counts first: what is mined later has a nonce that still counts as free, and is only sent again under it.
    const counts = await nonceCounts(provider, importer, options.confirmations);
    const credits = await readCredits(provider, vault, importer, fromBlock, await provider.getBlockNumber());
    const done = new Set(credits.map(({ mark }) => mark));
    const left = rows.map((_, row) => row).filter((row) => !done.has(marks[row]));
    say(`${rows.length} rows, ${rows.length - left.length} of them credited already`);
    if (!known) await requireUnseen(provider, importer, rows, credits, marks, options);
    const rest = left.map((row) => rows[row] as OpeningBalance);
    const where = { vault, importer, mayApprove: options.approve === true };
    const preflight = await preflightImport(provider, where, assets, rest);
    for (const sentence of preflight.consequences) say(sentence);
    if (journal !== undefined && left.length > 0) {
      const { kept, given } = classify(left, journal.nonces, counts);
      if (options.approve === true && kept.length === 0) await approve(signer, vault, preflight, say);
      const gas = await gasOf(provider, importer, vault, assets, rest);
      const batch = { provider, signer, importer, vault, journal, gas, rows, marks, since: counts.head };
      // Kept nonces come first, in their order: nothing waits behind a gap.
      const order = [...kept, ...given];
      for (let at = 0; at < order.length; at += options.batch) {
        const some = order.slice(at, at + options.batch);
        await sendBatch({ ...batch, some, given: some.filter((row) => given.includes(row)) });
        say(`${rows.length - left.length + at + some.length} of ${rows.length} credited`);
      }
      await settled(provider, options.confirmations);
    }
    return await reportImport(provider, { chainId, vault, importer, fromBlock, digest, marks }, assets, rows);
  } finally {
    journal?.close();
  }
}

interface NonceCounts {
  readonly head: number;
  /** How many of the importer's transactions are mined, and how many of them for good. */
  readonly mined: number;
  readonly settled: number;
}

async function nonceCounts(
  provider: Provider,
  importer: string,
  confirmations: number,
): Promise<NonceCounts> {
  const head = await provider.getBlockNumber();
  return {
    head,
    mined: await provider.getTransactionCount(importer, head),
    settled: await provider.getTransactionCount(importer, Math.max(head - confirmations, 0)),
  };
}

/**
 * Rows that keep the nonce that they were given, as it may be under way, in the order of nonces; and rows that need one. A row
 * whose nonce has gone to something else gets another only when that is settled: else both could be mined.
 */
function classify(
  left: readonly number[],
  nonces: ReadonlyMap<number, number>,
  { mined, settled }: NonceCounts,
): { kept: readonly number[]; given: readonly number[] } {
  const kept: number[] = [];
  const given: number[] = [];
  for (const row of left) {
    const nonce = nonces.get(row);
    if (nonce === undefined || nonce < settled) given.push(row);
    else if (nonce >= mined) kept.push(row);
    else {
      throw new RetryableError("IMPORT_NOT_SETTLED", "A transaction took a row's place a moment ago", {
        facts: { nonce },
        advice: "Run it again in a few minutes, and use the importing account for nothing else meanwhile.",
      });
    }
  }
  return { kept: kept.sort((a, b) => (nonces.get(a) ?? 0) - (nonces.get(b) ?? 0)), given };
}

/** Without a journal, what the importer has under way, or has deposited before for the same account, may be of this very list. */
async function requireUnseen(
  provider: Provider,
  importer: string,
  rows: readonly OpeningBalance[],
  credits: readonly Credit[],
  marks: readonly string[],
  { again = false, dryRun = false }: ImportOptions,
): Promise<void> {
  const [mined, pending] = await Promise.all([
    provider.getTransactionCount(importer, "latest"),
    provider.getTransactionCount(importer, "pending"),
  ]);
  if (pending > mined && !dryRun) {
    throw new RetryableError("IMPORT_PENDING", "The importing account has transactions under way", {
      facts: { importer, pending: pending - mined },
      advice:
        "Wait until they are mined, or replaced: without a journal nobody can tell whether they are of this import.",
    });
  }
  if (again) return;
  const own = new Set(marks);
  const key = (account: string, asset: bigint, amount: bigint) => `${account}/${asset}/${amount}`;
  const before = new Map(
    credits
      .filter(({ mark }) => mark === undefined || !own.has(mark))
      .map((credit) => [key(credit.account, credit.asset, credit.credited), credit.transaction]),
  );
  for (const { line, account, asset, amount } of rows) {
    const transaction = before.get(key(account, asset, amount));
    if (transaction === undefined) continue;
    throw new TerminalError("IMPORT_SEEN_BEFORE", "The importing account has credited this before", {
      facts: { line, account, transaction },
      advice:
        "If the file was edited since, take out what was credited. If this is meant to be credited once more, say --again.",
      docs: "docs/operations/migrate-import.md",
    });
  }
}

/** Exactly what is left; some tokens change an allowance by way of zero only. */
async function approve(signer: Signer, vault: string, { needs }: Preflight, say: (what: string) => void) {
  for (const { asset, amount, allowance } of needs) {
    if (allowance >= amount) continue;
    const token = new Contract(asset.token, TOKEN, signer).getFunction("approve");
    say(`allowing the Vault to take what is left of ${asset.symbol}`);
    for (const value of allowance === 0n ? [amount] : [0n, amount])
      await (await token.send(vault, value)).wait();
  }
}

/** Gas for a deposit of each asset, with room for an account that is new. */
async function gasOf(
  provider: Provider,
  importer: string,
  vault: string,
  assets: readonly ListedAsset[],
  rows: readonly OpeningBalance[],
): Promise<ReadonlyMap<bigint, bigint>> {
  const gas = new Map<bigint, bigint>();
  for (const row of rows) {
    if (gas.has(row.asset)) continue;
    const native = assets.some(({ id, tokenClass }) => id === row.asset && tokenClass === TOKEN_CLASS.native);
    const request = { from: importer, to: vault, data: depositData(row, markOf("0x".padEnd(66, "f"), 0)) };
    const value = native ? row.amount : 0n;
    try {
      gas.set(row.asset, ((await provider.estimateGas({ ...request, value })) * 3n) / 2n);
    } catch (cause) {
      throw refusedRow(row, cause);
    }
  }
  return gas;
}

async function settled(provider: Provider, confirmations: number): Promise<void> {
  if (confirmations === 0) return;
  const head = (await provider.getBlockNumber()) + confirmations;
  const until = Date.now() + PATIENCE;
  while ((await provider.getBlockNumber()) < head && Date.now() < until) await sleep(POLL);
}
