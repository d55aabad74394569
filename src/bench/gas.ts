import { mkdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import hre from "hardhat";
import { type Chain, GAS_LIMIT, type Mined, startChain } from "./chain.ts";
import { type Explained, gasReport } from "./gas-report.ts";
import { careRows, type GasRow, gasRows, gatewayRows, paymentRows } from "./gas-table.ts";
import { measureGateway } from "./gateway.ts";
import { measureCare } from "./governance.ts";
import { deployApps, measurePayments, type PaymentGas } from "./payments.ts";
import {
  measureLimiters,
  measureOzDeposit,
  measureOzTransfer,
  measureSafeTransfer,
  readRecorded,
} from "./peers.ts";
import { mixedSources } from "./price-sources.ts";
import { nameEverything } from "./slot-names.ts";
import { deploySuite } from "./strongroom.ts";
import { breakDown, type Names } from "./trace.ts";
import { measureMixedExits, measureVerbs, type VerbGas } from "./verbs.ts";

/** What bench/gas.json holds. */
export interface GasBench {
  readonly compiler: string;
  readonly evm: string;
  readonly rows: readonly GasRow[];
}

/**
 * `./strongroom bench gas`: measures our verbs and their peers on one embedded chain and writes bench/gas.md and
 * bench/gas.json.
 *
 * @returns 0, also where a goal is missed: the table says so, and tests don't depend on it
 */
export async function runGasBench({ json }: { json: boolean }): Promise<number> {
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  progress("Building the contracts");
  await hre.tasks.getTask("build").run({ quiet: true });
  progress("Starting an embedded chain");
  const chain = await startChain();
  progress("Measuring the limiters");
  const limiters = await measureLimiters(chain);
  progress("Measuring the peers' verbs");
  const peers = {
    limiters,
    ozTransfer: await measureOzTransfer(chain),
    ozDeposit: await measureOzDeposit(chain),
    safeTransfer: await measureSafeTransfer(chain),
    recorded: readRecorded(),
  };
  progress("Measuring our own verbs");
  const suite = await deploySuite(chain);
  const verbs = await measureVerbs(chain, suite);
  progress("Measuring payments");
  const apps = await deployApps(chain, suite);
  const payments = await measurePayments(chain, suite, apps);
  const names = await nameEverything(chain, suite, apps);
  const explained = await explainVerbs(chain, names, verbs, payments);
  const mixed = await measureMixedExits(chain, await deploySuite(chain, mixedSources));
  progress("Measuring the gateway");
  const gateway = await measureGateway(chain, await deploySuite(chain));
  progress("Measuring governance, reserves and upgrades");
  const care = await measureCare(chain, suite, peers.safeTransfer);
  const bench: GasBench = {
    compiler: compilerText(),
    evm: `Hardhat's embedded chain, hardfork ${chain.hardfork}`,
    rows: [
      ...gasRows(verbs, mixed, peers),
      ...paymentRows(payments, peers.recorded),
      ...gatewayRows(gateway, peers.safeTransfer),
      ...careRows(care),
    ],
  };
  mkdirSync("bench", { recursive: true });
  const text = `${JSON.stringify(bench, null, 2)}\n`;
  writeFileSync("bench/gas.json", text);
  writeFileSync("bench/gas.md", gasReport(bench, explained));
  if (json) process.stdout.write(text);
  else for (const row of bench.rows) process.stdout.write(`${line(row)}\n`);
  return 0;
}

async function explainVerbs(
  chain: Chain,
  names: Names,
  verbs: VerbGas,
  payments: PaymentGas,
): Promise<Explained[]> {
  const explained: Explained[] = [];
  const add = async (title: string, { hash, gas, receipt }: Mined) => {
    const trace = await chain.trace(hash);
    explained.push({
      title,
      gas,
      breakdown: breakDown(trace, receipt.to ?? "", Number(GAS_LIMIT), gas, names),
    });
  };
  await add("Instant exit, warm price", verbs.instantWarm);
  await add("Instant exit, cold price", verbs.instantCold);
  await add("Internal transfer", verbs.transfer);
  await add("Queued request", verbs.queue);
  await add("Release", verbs.release);
  await add("Cancel", verbs.cancel);
  await add("Deposit", verbs.deposit);
  await add("Create a payment", payments.create);
  await add("Release a payment", payments.release);
  return explained;
}

function line({ id, ours, peerGas, ratio, goal, ok }: GasRow): string {
  const verdict = goal === null ? "" : ok ? `goal ${goal}: met` : `goal ${goal}: MISSED by ${ours - goal}`;
  return `${id.padEnd(30)} ${String(ours).padStart(7)} ${String(peerGas).padStart(7)} ${ratio.toFixed(2).padStart(6)}  ${verdict}`;
}

/** The compiler's settings, and where some contracts have their own. */
function compilerText(): string {
  const { compilers = [], overrides = {} } = hre.config.solidity.profiles.default ?? {};
  const own = Map.groupBy(Object.entries(overrides), ([, { settings }]) => runsOf(settings));
  const texts = compilers.map(({ version, settings }) => `solc ${version}, ${runsOf(settings)}`);
  const others = [...own].map(
    ([runs, files]) => `${runs}: ${files.map(([f]) => basename(f, ".sol")).join(", ")}`,
  );
  return [...texts, ...others].join("; ");
}

function runsOf(settings: unknown): string {
  const { optimizer, evmVersion, viaIR } = settings as {
    optimizer?: { runs?: number };
    evmVersion?: string;
    viaIR?: boolean;
  };
  return `runs ${optimizer?.runs ?? "none"}, ${evmVersion ?? "default"}${viaIR ? ", IR" : ""}`;
}
