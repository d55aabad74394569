import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Signer } from "ethers";
import { kindOfChain } from "../../../deploy/chains.ts";
import type { NetworkConnection } from "../../../deploy/connect.ts";
import { openedFor, openRecorded } from "../../../deploy/open-deployment.ts";
import { UsageError } from "../../core/errors.ts";
import { textTable } from "../../core/text-table.ts";
import { iso } from "../../core/time.ts";
import { importBalances } from "../../treasury/import-balances.ts";
import type { ImportReport } from "../../treasury/import-report.ts";
import { type ListedAsset, listedAssets } from "../../treasury/listed-assets.ts";
import { decimalAmount, parseBalances, writeBalances } from "../../treasury/opening-balances.ts";
import { vaultHolders } from "../../treasury/vault-holders.ts";
import { type WindDownReport, windDown } from "../../treasury/wind-down.ts";
import type { DeploymentOptions } from "../deployment-command.ts";
import { ExitCode } from "../exit-code.ts";
import { checkedAddress, wholeNumber } from "../option-values.ts";
import { print, say } from "../output.ts";
import { sayUnverified } from "../unverified.ts";

/** Blocks after which a transaction on a public chain is taken for settled. */
const CONFIRMATIONS = 5;
const BATCH = 50;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${textTable(head, rows)}\n`;
}

/** A whole number from the command line, or what stands for it. */
function whole(text: string | undefined, option: string, least: number, otherwise: number): number {
  return text === undefined ? otherwise : wholeNumber(text, option, least);
}

/** What both commands are told. */
interface MigrateOptions extends DeploymentOptions {
  readonly network: string;
  readonly from?: string;
  readonly batch?: string;
  readonly dryRun: boolean;
}

async function open({ network, rpc, deployments: folder }: MigrateOptions) {
  const opened = await openRecorded(network, { rpc, folder });
  const { connection, record } = opened;
  await openedFor(connection, () => sayUnverified(connection.ethers.provider, record.addresses));
  return opened;
}

/** One of the connection's accounts: the first unless another is named. */
async function accountOf({ ethers }: NetworkConnection, from: string | undefined): Promise<Signer> {
  const signers = await ethers.getSigners();
  const wanted = from === undefined ? undefined : checkedAddress(from, "--from");
  const signer = wanted === undefined ? signers[0] : signers.find((one) => one.address === wanted);
  if (signer !== undefined) return signer;
  throw new UsageError("The network has no key of that account", {
    facts: { account: wanted ?? "any" },
    advice: "Set the network's key: npx hardhat keystore set DEPLOYER_KEY, or name one of its accounts.",
  });
}

/** What `./strongroom migrate import` is told. */
export interface MigrateImportCommand extends MigrateOptions {
  readonly file: string;
  readonly fromVault?: string;
  readonly block?: string;
  readonly fromBlock?: string;
  readonly asset?: string;
  readonly confirmations?: string;
  readonly approve: boolean;
  readonly again: boolean;
}

/** `./strongroom migrate import`: exit code 1 unless every row is credited. */
export async function migrateImport(options: MigrateImportCommand): Promise<number> {
  const { file, fromVault, dryRun, json } = options;
  const batch = whole(options.batch, "--batch", 1, BATCH);
  if (fromVault !== undefined) checkedAddress(fromVault, "--from-vault");
  if (fromVault === undefined && !existsSync(file)) {
    throw new UsageError(`There is no file ${file}`, {
      advice: "Its first line is account,asset,amount; or write it from an existing vault with --from-vault.",
    });
  }
  if (fromVault !== undefined && existsSync(file)) {
    throw new UsageError(`${file} is there already`, {
      advice: "It is what is imported: run again without --from-vault, or name another file.",
    });
  }
  const { connection, record } = await open(options);
  try {
    const { provider } = connection.ethers;
    const { addresses } = record;
    const assets = await listedAssets(provider, addresses);
    const text =
      fromVault === undefined
        ? readFileSync(file, "utf8")
        : await holdersFile(connection, options, fromVault, assets);
    if (fromVault !== undefined && !dryRun) writeFileSync(file, text, { flag: "wx" });
    const rows = parseBalances(text, assets);
    const otherwise = kindOfChain(BigInt(addresses.chainId)) === "development" ? 0 : CONFIRMATIONS;
    const report = await importBalances(provider, assets, rows, {
      signer: await accountOf(connection, options.from),
      vault: addresses.vault,
      fromBlock: addresses.fromBlock,
      journal: `${file}.journal`,
      batch,
      confirmations: whole(options.confirmations, "--confirmations", 0, otherwise),
      approve: options.approve,
      again: options.again,
      dryRun,
      onProgress: say,
    });
    print(json, { dryRun, ...report }, importText(report, assets));
    if (!report.complete) say(dryRun ? "Dry run: nothing was sent." : "Not every row is credited.");
    return report.complete || dryRun ? ExitCode.done : ExitCode.failed;
  } finally {
    await connection.close();
  }
}

async function holdersFile(
  { ethers }: NetworkConnection,
  { block, fromBlock, asset: symbol }: MigrateImportCommand,
  vault: string,
  assets: readonly ListedAsset[],
): Promise<string> {
  const as = assets.find((asset) => asset.symbol === symbol);
  if (symbol !== undefined && as === undefined) {
    throw new UsageError(`No asset ${symbol} is listed`, {
      advice: `Use one of: ${assets.map((asset) => asset.symbol).join(", ")}.`,
    });
  }
  const question = {
    vault,
    fromBlock: whole(fromBlock, "--from-block", 0, 0),
    ...(block === undefined ? {} : { block: whole(block, "--block", 0, 0) }),
    ...(as === undefined ? {} : { as }),
  };
  const found = await vaultHolders(ethers.provider, question, assets);
  say(`${found.balances.length} holders of ${vault} (${found.kind}) at block ${found.block}`);
  for (const sentence of found.leftOut) say(`left out: ${sentence}`);
  return writeBalances(found.balances, assets);
}

function importText(report: ImportReport, assets: readonly ListedAsset[]): string {
  const decimals = new Map(assets.map((asset) => [asset.id, asset.decimals]));
  const rows = report.rows.map(({ account, asset, symbol, amount, credited, before, others, after }) => {
    const units = (value: bigint) =>
      value < 0n
        ? `-${decimalAmount(-value, decimals.get(asset) ?? 0)}`
        : decimalAmount(value, decimals.get(asset) ?? 0);
    return [account, symbol, units(amount), units(credited), units(before), units(others), units(after)];
  });
  const sums = report.assets.map(({ symbol, rows: count, expected, credited, decimals: places }) => [
    symbol,
    String(count),
    decimalAmount(expected, places),
    decimalAmount(credited, places),
  ]);
  return [
    table(["account", "asset", "expected", "credited", "before", "others since", "now"], rows),
    table(["asset", "rows", "expected", "credited"], sums),
    `input ${report.digest}\nproof ${report.proof} at block ${report.block}\n`,
  ].join("\n");
}

/** What `./strongroom migrate wind-down` is told. */
export interface MigrateWindDownCommand extends MigrateOptions {
  readonly asset?: readonly string[];
  readonly intents?: string;
}

/** `./strongroom migrate wind-down`: exit code 0 only when nothing is owed any more. */
export async function migrateWindDown(options: MigrateWindDownCommand): Promise<number> {
  const batch = whole(options.batch, "--batch", 1, BATCH);
  const { connection, record } = await open(options);
  try {
    const report = await windDown(record.addresses, {
      signer: await accountOf(connection, options.from),
      batch,
      dryRun: options.dryRun,
      onProgress: say,
      ...(options.asset === undefined ? {} : { assets: options.asset }),
      ...(options.intents === undefined ? {} : { intents: options.intents }),
    });
    print(options.json, { dryRun: options.dryRun, ...report }, windDownText(report));
    if (!report.complete) {
      const next = report.nextAt === undefined ? "" : ` Run it again from ${iso(report.nextAt)} on.`;
      say(`Not yet complete: ${report.remaining.length} claims are left.${next}`);
    }
    return report.complete ? ExitCode.done : ExitCode.failed;
  } finally {
    await connection.close();
  }
}

function windDownText(report: WindDownReport): string {
  const places = new Map(report.assets.map(({ id, decimals }) => [id, decimals]));
  const sums = report.assets.map(({ symbol, id, decimals, liabilities, inVault, inReserves, paidOut }) => {
    const claims = report.claims.filter(({ asset }) => asset === id);
    const units = (value: bigint) => decimalAmount(value, decimals);
    return [
      symbol,
      units(liabilities),
      units(claims.reduce((sum, { amount }) => sum + amount, 0n)),
      String(claims.length),
      units(inVault),
      units(inReserves.reduce((sum, { amount }) => sum + amount, 0n)),
      units(paidOut),
    ];
  });
  const left = report.remaining.map(({ account, symbol, asset, amount, exit, why, todo, from }) => [
    account,
    symbol,
    decimalAmount(amount, places.get(asset) ?? 0),
    exit === undefined ? "balance" : "exit",
    why,
    from !== undefined && from > report.time ? `${todo} (${iso(from)})` : todo,
  ]);
  const refused = [
    ...report.done.flatMap(({ what, refused: why }) => (why === undefined ? [] : [`${what}: ${why}`])),
    ...report.intents.flatMap(({ file, state, why }) => (state === "refused" ? [`${file}: ${why}`] : [])),
  ];
  return [
    table(["asset", "owed", "claims add up to", "claims", "in vault", "in reserves", "ever paid out"], sums),
    ...(left.length === 0 ? [] : [table(["account", "asset", "amount", "as", "why", "what to do"], left)]),
    ...[...report.notes, ...refused].map((line) => `${line}\n`),
    `proof ${report.proof} at block ${report.block}\n`,
  ].join("\n");
}
