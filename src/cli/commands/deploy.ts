import { warningsOf } from "../../../deploy/config/schema.ts";
import { REHEARSAL } from "../../../deploy/connect.ts";
import { deployNetwork } from "../../../deploy/deploy-network.ts";
import { DEPLOYMENTS } from "../../../deploy/record.ts";
import { deploySuite } from "../../../deploy/suite.ts";
import { type CheckResult, verifyDeployment } from "../../../deploy/verify.ts";
import { codeBookOf, describeVault } from "../../governance/proposals/code-book.ts";
import { ExitCode } from "../exit-code.ts";
import { print, printJson, say } from "../output.ts";
import { openNetwork } from "./open-network.ts";

function report(results: readonly CheckResult[]): void {
  const failed = results.filter(({ ok }) => !ok);
  for (const { id, title, found, expected } of failed) {
    say(`FALSE  ${id}: ${title}\n       found    ${found}\n       expected ${expected}`);
  }
  say(`${results.length - failed.length} of ${results.length} properties hold on the chain`);
}

/** What `./strongroom deploy` is told. */
export interface DeployCommand {
  readonly network: string;
  readonly config?: string;
  readonly rpc?: string;
  readonly timeout?: number;
  readonly deployments?: string;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly reset: boolean;
  readonly acknowledgeUnaudited?: string;
}

/** `./strongroom deploy`: deploys, or resumes an interrupted deployment, and proves the result. */
export async function deploy(options: DeployCommand): Promise<number> {
  const { network, json } = options;
  const { connection, config } = await openNetwork(options);
  try {
    if (options.dryRun) {
      const { dryRun } = await import("../../../deploy/dry-run.ts");
      const plan = await dryRun(connection, config, { network, rpc: options.rpc, onProgress: say });
      print(json, plan, plan.text);
      return ExitCode.done;
    }
    if (network === REHEARSAL) {
      for (const warning of warningsOf(config)) say(`warning: ${warning}`);
      const { addresses } = await deploySuite(connection, config, { onProgress: say });
      const results = await verifyDeployment(connection.ethers.provider, addresses, config);
      const ok = results.every((result) => result.ok);
      report(results);
      if (json) printJson({ ok, addresses, results });
      else say("Rehearsed on an embedded chain: nothing was kept.");
      return ok ? ExitCode.done : ExitCode.failed;
    }
    const outcome = await deployNetwork(connection, config, {
      folder: options.deployments ?? DEPLOYMENTS,
      reset: options.reset,
      acknowledged: options.acknowledgeUnaudited,
      onProgress: say,
    });
    const { ok, addresses, results, record, run } = outcome;
    // What upgrades are compared with.
    const { provider } = connection.ethers;
    const codeBook = codeBookOf(options.deployments ?? DEPLOYMENTS, addresses.chainId);
    await codeBook.learn(provider, addresses.vaultImplementation, describeVault("."));
    report(results);
    if (json) {
      const sent = { transactions: run.sent, gas: run.gasUsed };
      const steps = run.sent + run.found;
      printJson({ ok, record, steps, sent, addresses, results });
    } else {
      say(
        `${run.sent} transactions sent, ${run.gasUsed} gas; ${run.found} steps stood already. Record: ${record}`,
      );
      say(
        "UNVERIFIED: until governance records an audit of this code, deposits stop at caps declared for good.",
      );
      if (!ok)
        say("Not as declared. What governance has changed since: ./strongroom deploy verify --network NAME");
    }
    return ok ? ExitCode.done : ExitCode.failed;
  } finally {
    await connection.close();
  }
}
