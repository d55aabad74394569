import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import hre from "hardhat";
import { loadConfig } from "../../../deploy/config/load.ts";
import { warningsOf } from "../../../deploy/config/schema.ts";
import { deploySuite } from "../../../deploy/suite.ts";
import { type CheckResult, verifyDeployment } from "../../../deploy/verify.ts";
import { RetryableError, StrongroomError, UsageError } from "../../core/errors.ts";
import { ExitCode } from "../exit-code.ts";

/** The rehearsal: an embedded chain that ends with the process. */
const REHEARSAL = "local";

/** Where addresses are kept, and where an interrupted deployment began. */
function recordOf(network: string): string {
  return join("deploy", "deployments", `${network}.json`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function write(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

async function connect(network: string) {
  if (network === REHEARSAL) return hre.network.create();
  if (hre.config.networks[network] === undefined) {
    throw new UsageError(`hardhat.config.ts has no network ${network}`, {
      advice: `Use one of: ${[REHEARSAL, ...Object.keys(hre.config.networks)].join(", ")}.`,
    });
  }
  return hre.network.create(network);
}

/** The block where the first run began; a later run resumes what that one left. */
async function firstBlock(network: string, latest: () => Promise<number>): Promise<number> {
  const file = recordOf(network);
  if (existsSync(file)) {
    const { fromBlock } = JSON.parse(readFileSync(file, "utf8")) as { fromBlock?: number };
    if (fromBlock !== undefined) return fromBlock;
  }
  const fromBlock = await latest();
  write(file, { network, fromBlock });
  return fromBlock;
}

function report(results: readonly CheckResult[]): boolean {
  const failed = results.filter(({ ok }) => !ok);
  for (const { id, title, found, expected } of failed) {
    say(`FALSE  ${id}: ${title}\n       found    ${found}\n       expected ${expected}`);
  }
  say(`${results.length - failed.length} of ${results.length} properties hold on the chain`);
  return failed.length === 0;
}

/** `./strongroom deploy`: deploys, or resumes an interrupted deployment, and proves the result if asked to. */
export async function deploy(options: {
  network: string;
  config?: string;
  verify: boolean;
  json: boolean;
}): Promise<number> {
  const { network, verify, json } = options;
  const config = await loadConfig(network, options.config);
  for (const warning of warningsOf(config)) say(`warning: ${warning}`);
  await hre.tasks.getTask("build").run({ quiet: true });
  const connection = await connect(network);
  try {
    const { provider } = connection.ethers;
    const rehearsal = network === REHEARSAL;
    const resumed = rehearsal
      ? {}
      : { deploymentId: network, fromBlock: await firstBlock(network, () => provider.getBlockNumber()) };
    const suite = await deploySuite(connection, config, {
      onProgress: say,
    });
    if (!rehearsal) write(recordOf(network), suite.addresses);
    const results = verify ? await verifyDeployment(provider, suite.addresses, config) : [];
    const ok = !verify || report(results);
    if (json)
      process.stdout.write(`${JSON.stringify({ ok, addresses: suite.addresses, results }, null, 2)}\n`);
    else
      say(
        rehearsal ? "Rehearsed on an embedded chain: nothing was kept." : `Addresses: ${recordOf(network)}`,
      );
    return ok ? ExitCode.done : ExitCode.failed;
  } catch (error) {
    if (error instanceof StrongroomError) throw error;
    throw new RetryableError("DEPLOYMENT_FAILED", `The deployment to ${network} did not finish`, {
      cause: error,
      advice: "Remove the cause and run the same command again: it goes on where it stopped.",
    });
  } finally {
    await connection.close();
  }
}
