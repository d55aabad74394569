import hre from "hardhat";
import { kindOfChain } from "../../../deploy/chains.ts";
import { codeFor } from "../../../deploy/code-for.ts";
import { asFailure } from "../../../deploy/connect.ts";
import { etherscan } from "../../../deploy/publish/etherscan.ts";
import type { Explorer } from "../../../deploy/publish/explorer.ts";
import { publishSources } from "../../../deploy/publish/publish-sources.ts";
import { sourcesOf } from "../../../deploy/publish/sources.ts";
import { sourcify } from "../../../deploy/publish/sourcify.ts";
import { DEPLOYMENTS, readRecords } from "../../../deploy/record.ts";
import { TerminalError, UsageError } from "../../core/errors.ts";
import { buildContracts } from "../build-contracts.ts";
import { ExitCode } from "../exit-code.ts";
import { printJson, say } from "../output.ts";

/** What `./strongroom deploy publish-source` is told. */
export interface PublishSourceCommand {
  readonly network: string;
  /** `etherscan,sourcify` */
  readonly to: string;
  readonly deployments?: string;
  readonly etherscanUrl?: string;
  readonly sourcifyUrl?: string;
  readonly json: boolean;
}

async function explorersOf(options: PublishSourceCommand): Promise<readonly Explorer[]> {
  const explorers: Explorer[] = [];
  for (const name of options.to.split(",")) {
    if (name === "sourcify") explorers.push(sourcify(options.sourcifyUrl));
    else if (name === "etherscan") {
      const key = await hre.config.verify.etherscan.apiKey.get().catch((error: unknown) => {
        throw asFailure(error, options.network);
      });
      explorers.push(etherscan(key, options.etherscanUrl));
    } else {
      throw new UsageError(`"${name}" is no explorer`, { advice: "Say --to etherscan, sourcify, or both." });
    }
  }
  return explorers;
}

/** `./strongroom deploy publish-source`: exit code 1 unless every explorer has every contract. */
export async function publishSource(options: PublishSourceCommand): Promise<number> {
  const folder = options.deployments ?? DEPLOYMENTS;
  const explorers = await explorersOf(options);
  const record = readRecords(folder).find(({ addresses }) => addresses.network === options.network);
  if (record === undefined || record.state === "incomplete") {
    throw new TerminalError(
      "NOT_DEPLOYED",
      `There is no finished deployment to ${options.network} in ${folder}`,
      {
        advice: "Deploy first: ./strongroom deploy --network NAME",
      },
    );
  }
  const { chainId } = record.addresses;
  if (kindOfChain(BigInt(chainId)) === "development" && !options.etherscanUrl && !options.sourcifyUrl) {
    throw new UsageError("No explorer knows a development chain", {
      advice: "Name servers of your own with --etherscan-url or --sourcify-url.",
    });
  }
  await buildContracts();
  const embedded = await hre.network.create();
  const sources = await sourcesOf(hre.artifacts, record, await codeFor(embedded.ethers));
  await embedded.close();
  const publications = await publishSources(chainId, sources, explorers, { folder, onProgress: say });
  const ok = publications.every(({ state }) => state === "done");
  if (options.json) printJson({ ok, publications });
  else
    say(`${publications.filter(({ state }) => state === "done").length} of ${publications.length} published`);
  return ok ? ExitCode.done : ExitCode.failed;
}
