import { setTimeout as sleep } from "node:timers/promises";
import type { Provider, Signer, TransactionRequest } from "ethers";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { RetryableError, TerminalError } from "../core/errors.ts";
import { explainRevert } from "../custody/explain-revert.ts";
import { NATIVE_ASSET } from "../governance/parameters.ts";
import { depositData, readCredits } from "./import-credits.ts";
import type { ImportJournal } from "./import-journal.ts";
import type { OpeningBalance } from "./opening-balances.ts";

/** How long a batch may take until it is given up for this time, milliseconds. */
const PATIENCE = 10 * 60_000;
const POLL = 250;

/** The Vault's own refusal of a row, with its reason. */
export function refusedRow({ line, account, symbol }: OpeningBalance, cause: unknown): TerminalError {
  const because = explainRevert(IVault__factory.createInterface(), cause);
  return new TerminalError("IMPORT_REFUSED", `The Vault refuses the deposit of line ${line}`, {
    facts: { line, account, asset: symbol, because },
    cause,
    advice:
      "Remove the cause and run the same command again: what is credited stays, nothing is credited twice.",
  });
}

/** Some rows of an import, and what sending them takes. */
export interface ImportBatch {
  readonly provider: Provider;
  readonly signer: Signer;
  readonly importer: string;
  readonly vault: string;
  readonly journal: ImportJournal;
  readonly gas: ReadonlyMap<bigint, bigint>;
  readonly rows: readonly OpeningBalance[];
  readonly marks: readonly string[];
  /** A block from before this run's first transaction. */
  readonly since: number;
  /** Rows, in the order of their nonces once `given` have theirs. */
  readonly some: readonly number[];
  readonly given: readonly number[];
}

/**
 * Sends some rows and waits until each is credited.
 *
 * @throws TerminalError `IMPORT_REFUSED`; RetryableError `IMPORT_NOT_SENT`, `IMPORT_NONCE_TAKEN`, `IMPORT_STUCK`.
 */
export async function sendBatch(batch: ImportBatch): Promise<void> {
  const { provider, signer, importer, vault, journal, gas, rows, marks, some, given } = batch;
  const from = await provider.getBlockNumber();
  const first = Math.max(
    await provider.getTransactionCount(importer, "latest"),
    await provider.getTransactionCount(importer, "pending"),
    ...[...journal.nonces.values()].map((nonce) => nonce + 1),
  );
  journal.assign(given.map((row, i) => ({ row, nonce: first + i })));
  const nonceOf = (row: number) => journal.nonces.get(row) ?? 0;
  const requestOf = (row: number): TransactionRequest => {
    const balance = rows[row] as OpeningBalance;
    const value = balance.asset === NATIVE_ASSET ? balance.amount : 0n;
    return { to: vault, data: depositData(balance, marks[row] ?? ""), value };
  };
  for (const row of some) {
    const balance = rows[row] as OpeningBalance;
    try {
      await signer.sendTransaction({
        ...requestOf(row),
        nonce: nonceOf(row),
        gasLimit: gas.get(balance.asset) ?? 0n,
      });
    } catch (cause) {
      // It may be under way already, from before a crash: whether it is credited is asked below in any case.
      if ((await provider.getTransactionCount(importer, "pending")) > nonceOf(row)) continue;
      throw new RetryableError(
        "IMPORT_NOT_SENT",
        `The node did not take the deposit of line ${balance.line}`,
        {
          facts: { line: balance.line, nonce: nonceOf(row) },
          cause,
          advice: "Remove the cause and run the same command again.",
        },
      );
    }
  }
  await mined(provider, importer, Math.max(...some.map(nonceOf)));
  const doneSince = async (block: number) => {
    const credits = await readCredits(provider, vault, importer, block, await provider.getBlockNumber());
    return new Set(credits.map(({ mark }) => mark));
  };
  let done = await doneSince(from);
  if (some.some((row) => !done.has(marks[row]))) done = await doneSince(batch.since);
  const missing = some.find((row) => !done.has(marks[row]));
  if (missing === undefined) return;
  const balance = rows[missing] as OpeningBalance;
  const retried = await provider.call({ ...requestOf(missing), from: importer }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (retried !== undefined) throw refusedRow(balance, retried.error);
  throw new RetryableError(
    "IMPORT_NONCE_TAKEN",
    `Another transaction took the place of line ${balance.line}`,
    {
      facts: { importer, nonce: nonceOf(missing) },
      advice: "Run it again, and use the importing account for nothing else meanwhile.",
    },
  );
}

async function mined(provider: Provider, importer: string, nonce: number): Promise<void> {
  const until = Date.now() + PATIENCE;
  while ((await provider.getTransactionCount(importer, "latest")) <= nonce) {
    if (Date.now() > until) {
      throw new RetryableError("IMPORT_STUCK", "A batch was not mined in ten minutes", {
        facts: { importer, nonce },
        advice:
          "Run it again: each row keeps its nonce. If fees have risen, replace the first of them from your wallet.",
      });
    }
    await sleep(POLL);
  }
}
