import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { id, keccak256, toBeHex, Wallet, ZeroAddress } from "ethers";
import hre from "hardhat";
import { TerminalError } from "../core/errors.ts";
import { hashCycle, proposeCycle, type SignedCycle, signPosition } from "../payments/netting/cycle.ts";
import { nettingDomain } from "../payments/netting/netting-domain.ts";
import type { Obligation } from "../payments/netting/obligation.ts";
import { loadHighs } from "../payments/netting/relaxation.ts";
import { solveCycle } from "../payments/netting/solve-cycle.ts";
import { randomDebts, seeded } from "../testing/random-debts.ts";
import { type Chain, eventIn, startChain } from "./chain.ts";
import { nettingPlot } from "./netting-plot.ts";
import { nettingReport } from "./netting-report.ts";
import { deployApps } from "./payments.ts";
import { deploySuite, type Suite } from "./strongroom.ts";

/** A cycle that was settled in its steady state: each party's margin was in use before. */
export interface SettledCycle {
  readonly parties: number;
  readonly obligations: number;
  /** Of the whole transaction. */
  readonly gas: number;
  readonly gasPerParty: number;
  /** Bytes. */
  readonly calldata: number;
  /** What one ledger transfer for each obligation costs. */
  readonly peerGas: number;
}

/** A graph that was solved. */
export interface SolvedGraph {
  readonly obligations: number;
  readonly parties: number;
  /** Median, milliseconds. */
  readonly milliseconds: number;
  readonly goalMilliseconds: number;
  /** Cleared share of all that is owed, and of what no solver could exceed. */
  readonly clearedOfOwed: number;
  readonly clearedOfBound: number;
}

/** What bench/netting.json holds. */
export interface NettingBench {
  readonly evm: string;
  readonly machine: string;
  /** Gas of a ledger transfer in its steady state, the mean of those measured. */
  readonly transferGas: number;
  readonly goalPerParty: number;
  readonly byParties: readonly SettledCycle[];
  readonly byObligations: readonly SettledCycle[];
  /** Milliseconds, once in a process. */
  readonly solverLoads: number;
  readonly solved: readonly SolvedGraph[];
}

const MARGIN = 10n ** 21n;
/** The most that an obligation is of. */
const AMOUNT = 10n ** 18n;
const GOAL_PER_PARTY = 15_000;
const PARTIES = [10, 50, 100, 200];
const OBLIGATIONS = [500, 1_000, 2_000, 4_000, 8_000];
/** How many obligations each party has on average where parties are counted. */
const DENSITY = 10;
const TRANSFERS = 200;
const GRAPHS = [
  { obligations: 1_000, parties: 100, runs: 5, goalMilliseconds: 1_000 },
  { obligations: 20_000, parties: 1_000, runs: 3, goalMilliseconds: 30_000 },
];

/**
 * `./strongroom bench netting`: settles cycles beside one ledger transfer for each obligation, times the solver, and writes
 * bench/netting.json, bench/netting.md and bench/netting.svg.
 *
 * @returns 0, also where a goal is missed: the table says so
 */
export async function runNettingBench({ json }: { json: boolean }): Promise<number> {
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  progress("Building the contracts");
  await hre.tasks.getTask("build").run({ quiet: true });
  progress("Starting an embedded chain");
  const chain = await startChain();
  const suite = await deploySuite(chain);
  progress(`Funding ${Math.max(...PARTIES)} parties`);
  const stage = await fundParties(chain, suite, Math.max(...PARTIES));
  progress("Paying obligations one by one");
  const transferGas = await measureTransfers(chain, suite, stage.parties);
  const settle = (parties: number, obligations: number) =>
    measureCycle(chain, suite, stage, parties, obligations, transferGas);
  progress("Settling cycles");
  const byParties: SettledCycle[] = [];
  for (const parties of PARTIES) byParties.push(await settle(parties, parties * DENSITY));
  const byObligations: SettledCycle[] = [];
  for (const obligations of OBLIGATIONS) byObligations.push(await settle(100, obligations));
  progress("Solving");
  const { solverLoads, solved } = await measureSolver();
  const bench: NettingBench = {
    evm: `Hardhat's embedded chain, hardfork ${chain.hardfork}`,
    machine: `${cpus()[0]?.model.trim() ?? "unknown"}, Node ${process.versions.node}`,
    transferGas,
    goalPerParty: GOAL_PER_PARTY,
    byParties,
    byObligations,
    solverLoads,
    solved,
  };
  mkdirSync("bench", { recursive: true });
  const text = `${JSON.stringify(bench, null, 2)}\n`;
  writeFileSync("bench/netting.json", text);
  writeFileSync("bench/netting.md", nettingReport(bench));
  writeFileSync("bench/netting.svg", `${nettingPlot(bench)}\n`);
  process.stdout.write(json ? text : nettingReport(bench));
  return 0;
}

type Stage = Awaited<ReturnType<typeof fundParties>>;

/** Parties with a margin in the netting and as much in the ledger. */
async function fundParties(chain: Chain, suite: Suite, count: number) {
  const { vault, asset, governor, owner } = suite;
  const { rules } = await deployApps(chain, suite);
  const netting = await chain.deploy("Netting", [vault, ZeroAddress, rules]);
  await chain.send(governor, vault, "setKind", [netting, 1]);
  const { provider } = chain.ethers;
  const { chainId } = await provider.getNetwork();
  const parties = Array.from({ length: count }, (_, i) => new Wallet(id(`party ${i}`), provider));
  for (const party of parties) {
    await provider.send("hardhat_setBalance", [party.address, toBeHex(10n ** 18n)]);
    await chain.send(owner, vault, "deposit", [asset, 2n * MARGIN, party.address]);
    await chain.send(party, vault, "callWith", [netting, [asset], [MARGIN], "0x"]);
  }
  return { netting, parties, domain: nettingDomain(chainId, chain.address(netting)) };
}

function obligationsOf(parties: readonly { address: string }[], asset: bigint, count: number, seed: number) {
  return randomDebts(parties, count, AMOUNT, seed).map(
    ({ debtor, creditor, amount, salt }): Obligation => ({
      debtor: debtor.address,
      creditor: creditor.address,
      asset,
      amount,
      ref: id(`invoice ${salt}`),
      dueBy: 4_000_000_000n,
      salt: BigInt(keccak256(toBeHex(salt, 32))),
    }),
  );
}

/** The mean of ledger transfers, after as many that put all balances in use. */
async function measureTransfers(chain: Chain, { vault, asset }: Suite, parties: readonly Wallet[]) {
  const some = parties.slice(0, 20);
  let gas = 0;
  for (const [i, { debtor, creditor, amount }] of randomDebts(some, 2 * TRANSFERS, AMOUNT, 1).entries()) {
    const mined = await chain.send(debtor, vault, "transfer", [creditor.address, asset, amount]);
    if (i >= TRANSFERS) gas += mined.gas;
  }
  return Math.round(gas / TRANSFERS);
}

/** Settles one cycle so that all margins are in use, and measures the second. */
async function measureCycle(
  chain: Chain,
  { asset, governor }: Suite,
  { netting, parties, domain }: Stage,
  count: number,
  obligations: number,
  transferGas: number,
): Promise<SettledCycle> {
  const some = parties.slice(0, count);
  const keys = new Map(some.map((key) => [key.address.toLowerCase(), key]));
  const settle = async (seed: number) => {
    const deadline = (await chain.now()) + 600n;
    const { cycle } = proposeCycle(domain, obligationsOf(some, asset, obligations, seed), deadline);
    const hash = hashCycle(cycle);
    const signed = async ({ party, net }: { party: string; net: bigint }) => {
      const key = keys.get(party);
      if (key === undefined) throw new TerminalError("NOT_AS_MEANT", "A cycle names a stranger");
      const { nonce } = await netting.getFunction("marginOf")(party, asset);
      return {
        party,
        net,
        signature: await signPosition(key, domain, { cycle: hash, party, asset, net, nonce }),
      };
    };
    const whole: SignedCycle = { ...cycle, entries: await Promise.all(cycle.entries.map(signed)) };
    const mined = await chain.send(governor, netting, "settle", [whole]);
    eventIn(netting, mined, "CycleSettled");
    const calldata = (netting.interface.encodeFunctionData("settle", [whole]).length - 2) / 2;
    return { gas: mined.gas, calldata, named: cycle.entries.length };
  };
  await settle(1);
  const { gas, calldata, named } = await settle(2);
  if (named !== count) {
    throw new TerminalError("NOT_AS_MEANT", "A party has no obligation", {
      facts: { named, parties: count },
    });
  }
  return {
    parties: count,
    obligations,
    gas,
    gasPerParty: Math.round(gas / count),
    calldata,
    peerGas: obligations * transferGas,
  };
}

async function measureSolver() {
  const before = performance.now();
  await loadHighs();
  const solverLoads = Math.round(performance.now() - before);
  const solved: SolvedGraph[] = [];
  for (const { obligations, parties, runs, goalMilliseconds } of GRAPHS) {
    const { debts, limitOf } = graphOf(obligations, parties);
    const times: number[] = [];
    let solution = await solveCycle(debts, limitOf);
    for (let run = 0; run < runs; run++) {
      const started = performance.now();
      solution = await solveCycle(debts, limitOf);
      times.push(performance.now() - started);
    }
    const owed = debts.reduce((sum, { amount }) => sum + amount, 0n);
    solved.push({
      obligations,
      parties,
      milliseconds: Math.round(times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0),
      goalMilliseconds,
      clearedOfOwed: share(solution.gross, owed),
      clearedOfBound: share(solution.gross, solution.bound),
    });
  }
  return { solverLoads, solved };
}

/** A graph whose amounts differ four hundredfold, as invoices do, and whose limits bind: a quarter of what a party owes, on average. */
function graphOf(obligations: number, parties: number) {
  const random = seeded(3);
  const accounts = Array.from({ length: parties }, (_, i) => ({
    address: new Wallet(id(`party ${i}`)).address,
  }));
  const debts = obligationsOf(accounts, 1n, obligations, 4).map((debt) => ({
    ...debt,
    amount: BigInt(Math.floor(Math.exp(random() * 6) * 1e16)),
  }));
  const owed = debts.reduce((sum, { amount }) => sum + amount, 0n);
  return { debts, limitOf: () => owed / BigInt(4 * parties) };
}

function share(part: bigint, whole: bigint): number {
  return Number((part * 10_000n) / whole) / 10_000;
}
