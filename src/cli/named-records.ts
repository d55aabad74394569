import { type DeploymentRecord, readRecords } from "../../deploy/record.ts";
import { TerminalError, UsageError } from "../core/errors.ts";

/**
 * The records that a command line means: the one of a network, or each of a folder.
 *
 * @param one reads the record of the network that is named
 * @throws UsageError unless it is one network or all; TerminalError `NOT_DEPLOYED` where there is none
 */
export async function namedRecords(
  { network, all }: { readonly network?: string | undefined; readonly all: boolean },
  folder: string,
  one: (network: string) => Promise<DeploymentRecord>,
): Promise<readonly DeploymentRecord[]> {
  if ((network === undefined) === !all) {
    throw new UsageError("Name one network, or say --all", { advice: "For example --network sepolia." });
  }
  const records = network === undefined ? readRecords(folder) : [await one(network)];
  if (records.length > 0) return records;
  throw new TerminalError("NOT_DEPLOYED", `There is no record in ${folder}`, {
    advice: "Deploy first: ./strongroom deploy --network NAME",
  });
}
