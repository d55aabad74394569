import { connectNetwork } from "../../../deploy/connect.ts";
import { openRecorded } from "../../../deploy/open-deployment.ts";
import { DEPLOYMENTS, type DeploymentRecord } from "../../../deploy/record.ts";
import { explain } from "../../core/errors.ts";
import { collectStatus, type DeploymentStatus, renderStatus } from "../../governance/deployment-status.ts";
import type { Language } from "../../governance/governed/wording.ts";
import { variablesJson } from "../../governance/variables-table.ts";
import type { DeploymentOptions } from "../deployment-command.ts";
import { ExitCode } from "../exit-code.ts";
import { namedRecords } from "../named-records.ts";
import { nodeOf } from "../option-values.ts";
import { print, say } from "../output.ts";

/** What `./strongroom status` is told. */
export interface StatusCommand extends DeploymentOptions {
  readonly all: boolean;
  /** A node's address instead of the configured one; with --all name=address, a comma between. */
  readonly rpc?: string;
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

async function recordOf(network: string, rpc: string | undefined, folder: string): Promise<DeploymentRecord> {
  const { connection, record } = await openRecorded(network, { rpc, folder, readOnly: true });
  await connection.close();
  return record;
}

/** `./strongroom status`: one table of what runs where; exit code 1 if a deployment could not be asked. */
export async function status(options: StatusCommand): Promise<number> {
  const { rpc, all, json, lang = "en" } = options;
  const folder = options.deployments ?? DEPLOYMENTS;
  const records = await namedRecords(options, folder, (network) => recordOf(network, rpc, folder));
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
  for (const { network, why } of silent) say(`${network}: ${why}`);
  const result = { deployments: variablesJson(rows), silent };
  print(json, result, `${renderStatus(rows, { lang })}\n`);
  return silent.length === 0 ? ExitCode.done : ExitCode.failed;
}
