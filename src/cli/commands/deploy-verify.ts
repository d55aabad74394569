import { chainOf, connectNetwork } from "../../../deploy/connect.ts";
import { DEPLOYMENTS, type DeploymentRecord, loadRecord } from "../../../deploy/record.ts";
import { type VerifiedDeployment, verifyAll } from "../../../deploy/verify/verify-all.ts";
import { UsageError } from "../../core/errors.ts";
import { textTable } from "../../core/text-table.ts";
import type { DeploymentOptions } from "../deployment-command.ts";
import { ExitCode } from "../exit-code.ts";
import { namedRecords } from "../named-records.ts";
import { print } from "../output.ts";

/** What `./strongroom deploy verify` is told. */
export interface VerifyDeploymentCommand extends DeploymentOptions {
  readonly all: boolean;
}

const HEAD = [
  "network",
  "chain",
  "state",
  "owners",
  "delays (h)",
  "limits",
  "code",
  "stressed",
  "differences",
];

const short = (record: Readonly<Record<string, string>>, text = (value: string) => value): string =>
  Object.entries(record)
    .map(([name, value]) => `${name} ${text(value)}`)
    .join(", ");

function cells(row: VerifiedDeployment): string[] {
  const open = row.differences.filter(({ why }) => why === undefined);
  const violations = open.filter(({ kind }) => kind === "violation").length;
  const differences =
    row.error !== undefined
      ? "not verified"
      : `${violations} violations, ${open.length - violations} undeclared drift, ${row.differences.length - open.length} declared`;
  const limits = Object.entries(row.limits)
    .filter(([name]) => name.startsWith("tier"))
    .map(([, cents]) => `$${BigInt(cents) / 100n}`)
    .join("/");
  return [
    row.network,
    row.chainId,
    row.state,
    [...new Set(Object.values(row.owners))].join(", "),
    [...new Set(Object.values(row.delays).map((seconds) => String(BigInt(seconds) / 3_600n)))].join(", "),
    limits,
    row.code,
    row.stressed.join(", ") || "no",
    differences,
  ];
}

function details(row: VerifiedDeployment): string[] {
  const lines: string[] = [];
  if (row.error !== undefined) lines.push(row.error);
  for (const { id, title, kind, found, expected, why } of row.differences) {
    const head = why === undefined ? kind.toUpperCase() : `declared (${why})`;
    lines.push(`${head}  ${id}: ${title}\n    found    ${found}\n    declared ${expected}`);
  }
  if (lines.length === 0)
    lines.push(`${row.properties} properties are as declared; owners: ${short(row.owners)}`);
  return lines.map((line) => `${row.network}: ${line}`);
}

/** `./strongroom deploy verify`: exit code 1 unless everything is as declared. */
export async function verifyDeployed(options: VerifyDeploymentCommand): Promise<number> {
  const folder = options.deployments ?? DEPLOYMENTS;
  const { network, rpc, all } = options;
  if (all && rpc !== undefined) throw new UsageError("--rpc is one node's address, and --all asks several");
  const open = async ({ addresses }: DeploymentRecord) => {
    const connection = await connectNetwork(network ?? addresses.network, { rpc, readOnly: true });
    return { provider: connection.ethers.provider, close: () => connection.close() };
  };
  const records = await namedRecords(options, folder, (name) => recordOf(name, rpc, folder));
  const rows = await verifyAll(records, open, { folder });
  const ok = rows.every((row) => row.ok);
  const text = `${textTable(HEAD, rows.map(cells))}\n\n${rows.flatMap(details).join("\n")}\n`;
  print(options.json, { ok, deployments: rows }, text);
  return ok ? ExitCode.done : ExitCode.failed;
}

/** The record of the chain that a network's node is. */
async function recordOf(network: string, rpc: string | undefined, folder: string): Promise<DeploymentRecord> {
  const connection = await connectNetwork(network, { rpc, readOnly: true });
  try {
    return loadRecord(await chainOf(connection), folder);
  } finally {
    await connection.close();
  }
}
