import { AbiCoder, concat, dataLength, dataSlice, keccak256, type Provider, toUtf8Bytes } from "ethers";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { logsOf } from "../governance/logs.ts";
import { inChunks } from "./in-chunks.ts";
import type { OpeningBalance } from "./opening-balances.ts";

const VAULT = IVault__factory.createInterface();
/** `deposit` with its three words; a mark of one more word follows it, which the Vault doesn't read. */
const DEPOSIT_BYTES = 4 + 3 * 32;

/** A deposit of the importer's that the chain has. */
export interface Credit {
  /** Which row of which import it is of; undefined for any other deposit of the importer's. */
  readonly mark: string | undefined;
  readonly account: string;
  readonly asset: bigint;
  readonly credited: bigint;
  readonly transaction: string;
  readonly block: number;
  /** Of the log in its block. */
  readonly index: number;
}

/** What makes an import this one: its rows in order, for this Vault, from this account. */
export function importDigest(
  chainId: bigint,
  vault: string,
  importer: string,
  rows: readonly OpeningBalance[],
): string {
  const text = rows.map(({ account, asset, amount }) => `${account},${asset},${amount}`).join("\n");
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["string", "uint256", "address", "address", "bytes32"],
      ["strongroom/import@1", chainId, vault, importer, keccak256(toUtf8Bytes(text))],
    ),
  );
}

/** What a row's transaction carries behind the call, so that the chain itself tells which rows are done. */
export function markOf(digest: string, row: number): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [digest, row]));
}

/** The calldata of a row's deposit: the call and its mark. */
export function depositData({ account, asset, amount }: OpeningBalance, mark: string): string {
  return concat([VAULT.encodeFunctionData("deposit", [asset, amount, account]), mark]);
}

/**
 * Every deposit into a Vault that an account has sent itself, from the logs and the transactions behind them.
 *
 * @example
 * const credits = await readCredits(provider, vault, importer, 0, head);
 */
export async function readCredits(
  provider: Provider,
  vault: string,
  importer: string,
  from: number,
  to: number,
): Promise<readonly Credit[]> {
  const topic = VAULT.getEvent("Deposited").topicHash;
  const filter = { addresses: [vault], topics: [topic], fromBlock: from, toBlock: to };
  const logs = await logsOf(provider, filter);
  const all = await inChunks(logs, async (log): Promise<Credit | undefined> => {
    const deposited = VAULT.parseLog(log);
    if (deposited === null || deposited.args.from !== importer) return undefined;
    const transaction = await provider.getTransaction(log.transactionHash);
    if (transaction === null || transaction.from !== importer) return undefined;
    const marked = transaction.to === vault && dataLength(transaction.data) === DEPOSIT_BYTES + 32;
    return {
      mark: marked ? dataSlice(transaction.data, DEPOSIT_BYTES) : undefined,
      account: String(deposited.args.to),
      asset: deposited.args.asset as bigint,
      credited: deposited.args.amount as bigint,
      transaction: log.transactionHash,
      block: log.blockNumber,
      index: log.index,
    };
  });
  return all.filter((credit) => credit !== undefined);
}
