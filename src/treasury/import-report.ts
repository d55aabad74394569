import { keccak256, type Provider, toUtf8Bytes } from "ethers";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { TerminalError } from "../core/errors.ts";
import { logsOf } from "../governance/logs.ts";
import { type Credit, readCredits } from "./import-credits.ts";
import { inChunks } from "./in-chunks.ts";
import type { ListedAsset } from "./listed-assets.ts";
import type { OpeningBalance } from "./opening-balances.ts";

const VAULT = IVault__factory.createInterface();

/** What became of one row; amounts in raw units. */
export interface ImportedRow extends OpeningBalance {
  readonly credited: bigint;
  /** The account's balance of the asset right before the credit; where there is none yet, now. */
  readonly before: bigint;
  /** What came and went since by other transactions than this import's. */
  readonly others: bigint;
  readonly after: bigint;
  readonly transaction: string | undefined;
}

/** An import, proved from the chain. */
export interface ImportReport {
  readonly chainId: string;
  readonly vault: string;
  readonly importer: string;
  /** Of the input. */
  readonly digest: string;
  /** The block that the report is of. */
  readonly block: number;
  /** Every row is credited once, to the unit, and every balance is what the logs add up to. */
  readonly complete: boolean;
  readonly assets: readonly {
    readonly symbol: string;
    readonly decimals: number;
    readonly rows: number;
    readonly expected: bigint;
    readonly credited: bigint;
  }[];
  readonly rows: readonly ImportedRow[];
  /** Of the rows with their transactions: two reports of one import are the same text. */
  readonly proof: string;
}

interface Identity {
  readonly chainId: bigint;
  readonly vault: string;
  readonly importer: string;
  readonly fromBlock: number;
  readonly digest: string;
  readonly marks: readonly string[];
}

/** A change of a balance by any verb: ERC-6909's `Transfer` tells them all. */
interface Move {
  readonly amount: bigint;
  readonly block: number;
  readonly index: number;
}

async function movesOf(
  provider: Provider,
  { vault, fromBlock }: Identity,
  head: number,
): Promise<ReadonlyMap<string, readonly Move[]>> {
  const moves = new Map<string, Move[]>();
  const topics = [VAULT.getEvent("Transfer").topicHash];
  const filter = { addresses: [vault], topics, fromBlock, toBlock: head };
  for (const log of await logsOf(provider, filter)) {
    const parsed = VAULT.parseLog(log);
    if (parsed === null) continue;
    const add = (account: unknown, amount: bigint) => {
      const key = `${account}/${parsed.args.id}`;
      const own = moves.get(key) ?? [];
      own.push({ amount, block: log.blockNumber, index: log.index });
      moves.set(key, own);
    };
    add(parsed.args.sender, -(parsed.args.amount as bigint));
    add(parsed.args.receiver, parsed.args.amount as bigint);
  }
  return moves;
}

/**
 * Reconciles an import with the chain: the file's sums with what was credited, and each account's balance with its own logs.
 *
 * @throws TerminalError `IMPORT_CREDITED_TWICE` if a row was, `IMPORT_NOT_RECONCILED` if a balance is not what its logs say.
 */
export async function reportImport(
  provider: Provider,
  identity: Identity,
  assets: readonly ListedAsset[],
  rows: readonly OpeningBalance[],
): Promise<ImportReport> {
  const { chainId, vault, importer, fromBlock, digest, marks } = identity;
  const block = await provider.getBlockNumber();
  const known = new Set(marks);
  const byMark = new Map<string, Credit>();
  for (const credit of await readCredits(provider, vault, importer, fromBlock, block)) {
    if (credit.mark === undefined || !known.has(credit.mark)) continue;
    const before = byMark.get(credit.mark);
    if (before !== undefined) {
      throw new TerminalError("IMPORT_CREDITED_TWICE", "A row of this import is on the chain twice", {
        facts: { account: credit.account, first: before.transaction, second: credit.transaction },
        advice: "The account was used by two programs at once. Agree with its owner on the way back.",
      });
    }
    byMark.set(credit.mark, credit);
  }
  const moves = await movesOf(provider, identity, block);
  const contract = IVault__factory.connect(vault, provider);
  const imported = await inChunks(rows, async (row, index): Promise<ImportedRow> => {
    const credit = byMark.get(marks[index] ?? "");
    const own = moves.get(`${row.account}/${row.asset}`) ?? [];
    const earlier = ({ block: at, index: log }: Move) =>
      credit === undefined || at < credit.block || (at === credit.block && log < credit.index - 1);
    const sum = (some: readonly Move[]) => some.reduce((total, { amount }) => total + amount, 0n);
    const before = sum(own.filter(earlier));
    const credited = credit?.credited ?? 0n;
    const after = await contract.balanceOf(row.account, row.asset, { blockTag: block });
    const others = after - before - credited;
    if (sum(own) !== after) {
      throw new TerminalError("IMPORT_NOT_RECONCILED", "A balance is not what its logs add up to", {
        facts: { line: row.line, account: row.account, asset: row.symbol, balance: after, logs: sum(own) },
        advice: "See that the deployment's first block is right and that the node has all logs.",
      });
    }
    return { ...row, credited, before, others, after, transaction: credit?.transaction };
  });
  const sums = assets.flatMap(({ symbol, decimals, id }) => {
    const own = imported.filter(({ asset }) => asset === id);
    if (own.length === 0) return [];
    const total = (of: "amount" | "credited") => own.reduce((sum, row) => sum + row[of], 0n);
    return [{ symbol, decimals, rows: own.length, expected: total("amount"), credited: total("credited") }];
  });
  const told = imported.map(({ account, asset, credited, transaction }) => [
    account,
    asset.toString(),
    credited.toString(),
    transaction ?? null,
  ]);
  return {
    chainId: chainId.toString(),
    vault,
    importer,
    digest,
    block,
    complete: imported.every(({ amount, credited }) => amount === credited),
    assets: sums,
    rows: imported,
    proof: keccak256(toUtf8Bytes(JSON.stringify([chainId.toString(), vault, importer, digest, told]))),
  };
}
