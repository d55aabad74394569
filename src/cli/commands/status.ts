import { connectNetwork } from "../../../deploy/connect.ts";
import { DEPLOYMENTS, type DeploymentRecord } from "../../../deploy/record.ts";
import { readRecords } from "../../../deploy/verify/verify-all.ts";
import { explain, TerminalError, UsageError } from "../../core/errors.ts";
import { collectStatus, type DeploymentStatus, renderStatus } from "../../governance/deployment-status.ts";
import type { Language } from "../../governance/governed/wording.ts";
import { variablesJson } from "../../governance/variables-table.ts";
import { ExitCode } from "../exit-code.ts";
import { openDeployed } from "./deployed.ts";
import { nodeOf } from "./gov/propose.ts";

/** What `./strongroom status` is told. */
export interface StatusCommand {
  readonly network?: string;
  readonly all: boolean;
  /** A node's address instead of the configured one; with --all name=address, a comma between. */
  readonly rpc?: string;
  readonly deployments?: string;
  readonly json: boolean;
  readonly lang?: Language;
}

/** A deployment that could not be asked. */
interface Silent {
  readonly network: string;
  readonly why: string;
}

async function statusOf({ addresses }: DeploymentRecord, rpc: string | undefined): Promise<DeploymentStatus> {
  const connection = await connectNetwork(addresses.network, { rpc, readOnly: true });
  try {
    return await collectStatus(connection.ethers.provider, addresses);
  } finally {
    await connection.close();
  }
}

async function recordsFor(options: StatusCommand, folder: string): Promise<readonly DeploymentRecord[]> {
  const { network, all, rpc } = options;
  if ((network === undefined) === !all) {
    throw new UsageError("Name one network, or say --all", { advice: "For example --network sepolia." });
  }
  if (network === undefined) return readRecords(folder);
  const { connection, record } = await openDeployed(
    { network, deployments: folder, ...(rpc === undefined ? {} : { rpc }) },
    true,
  );
  await connection.close();
  return [record];
}

/** `./strongroom status`: one table of what runs where; exit code 1 if a deployment could not be asked. */
export async function status(options: StatusCommand): Promise<number> {
  const { rpc, all, json, lang = "en" } = options;
  const folder = options.deployments ?? DEPLOYMENTS;
  const records = await recordsFor(options, folder);
  if (records.length === 0) {
    throw new TerminalError("NOT_DEPLOYED", `There is no record in ${folder}`, {
      advice: "Deploy first: ./strongroom deploy --network NAME",
    });
  }
  const rows: DeploymentStatus[] = [];
  const silent: Silent[] = [];
  for (const record of records) {
    const { network } = record.addresses;
    try {
      rows.push(await statusOf(record, nodeOf(rpc, network, all)));
    } catch (error) {
      silent.push({ network, why: explain(error) });
    }
  }
  for (const { network, why } of silent) process.stderr.write(`${network}: ${why}\n`);
  const result = { deployments: variablesJson(rows), silent };
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : `${renderStatus(rows, { lang })}\n`);
  return silent.length === 0 ? ExitCode.done : ExitCode.failed;
}
