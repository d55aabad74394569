import { formatEther, formatUnits } from "ethers";
import hre from "hardhat";
import { continuedChain } from "../src/governance/simulation/fork.ts";
import { codeFor } from "./code-for.ts";
import type { SuiteConfig } from "./config/schema.ts";
import { asFailure, type NetworkConnection, nodeUrl, REHEARSAL } from "./connect.ts";
import { wavesOf } from "./planner.ts";
import { isDone } from "./run-steps.ts";
import { checkChain, deployingChain, deploySuite } from "./suite.ts";
import { planSuite } from "./suite-plan.ts";

/** What a deployment would do. */
export interface DryRun {
  readonly chainId: string;
  readonly deployer: string;
  readonly steps: readonly {
    readonly id: string;
    readonly wave: number;
    readonly kind: "contract" | "safe" | "call";
    readonly what: string;
    readonly at: string;
    readonly done: boolean;
  }[];
  /** Of the steps that are left, factories included; measured on a copy of the chain. */
  readonly gas: string;
  /** Wei. */
  readonly gasPrice: string;
  /** Wei, at that price. */
  readonly cost: string;
  /** The same for people. */
  readonly text: string;
}

/**
 * Plans a deployment and does it on a copy of the chain, from an account that is given the money there. Sends nothing to the
 * network.
 */
export async function dryRun(
  connection: NetworkConnection,
  config: SuiteConfig,
  options: { network: string; rpc: string | undefined; onProgress: (what: string) => void },
): Promise<DryRun> {
  try {
    const chain = await deployingChain(connection);
    checkChain(chain, config);
    const latest = await chain.provider.getBlock("latest");
    const { steps } = planSuite(
      config,
      await codeFor(connection.ethers),
      chain.signer.address,
      BigInt(latest?.timestamp ?? 0),
    );
    const rows = [];
    for (const [wave, members] of wavesOf(steps).entries()) {
      for (const step of members) {
        rows.push({
          id: step.id,
          wave: wave + 1,
          kind: step.kind,
          what: step.kind === "contract" ? step.contract : `${step.contract}.${step.functionName}`,
          at: step.creates ?? step.to,
          done: await isDone(chain, step),
        });
      }
    }
    options.onProgress("measuring on a copy of the chain");
    const gas = await measure(options, chain.signer.address, chain.chainId, config);
    const { maxFeePerGas, gasPrice } = await chain.provider.getFeeData();
    const price = maxFeePerGas ?? gasPrice ?? 0n;
    const facts = { chainId: chain.chainId.toString(), deployer: chain.signer.address, steps: rows };
    const figures = { gas: gas.toString(), gasPrice: price.toString(), cost: (gas * price).toString() };
    const lines = rows.map(
      ({ id, wave, what, at, done }) =>
        `${String(wave).padStart(3)}  ${(done ? "stands" : "").padEnd(7)}${id.padEnd(34)}${what.padEnd(40)}${at}`,
    );
    const text = [
      `Chain ${facts.chainId}, from ${facts.deployer}. Steps of one wave need no order.`,
      "wave        step                              what                                    where",
      ...lines,
      `${rows.filter(({ done }) => !done).length} of ${rows.length} steps are left: ${gas} gas at ${formatUnits(price, "gwei")} gwei = ${formatEther(gas * price)}. Nothing was sent.`,
      "",
    ].join("\n");
    return { ...facts, ...figures, text };
  } catch (error) {
    throw asFailure(error, options.network);
  }
}

/** What the whole deployment takes, factories included, on a copy of the chain. */
async function measure(
  { network, rpc }: { network: string; rpc: string | undefined },
  deployer: string,
  chainId: bigint,
  config: SuiteConfig,
): Promise<bigint> {
  const copy =
    network === REHEARSAL
      ? await hre.network.create()
      : await continuedChain(await nodeUrl(network, rpc), chainId);
  try {
    // A block of its own: what the network's blocks ran by, the copy may not know.
    await copy.networkHelpers.mine();
    await copy.networkHelpers.setBalance(deployer, 10n ** 24n);
    const signer = await copy.ethers.getImpersonatedSigner(deployer);
    const { run } = await deploySuite(copy, config, { signer });
    return run.gasUsed;
  } finally {
    await copy.close();
  }
}
