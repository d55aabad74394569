import { setTimeout as sleep } from "node:timers/promises";
import type { TransactionReceipt } from "ethers";
import { RetryableError, StrongroomError, TerminalError } from "../src/core/errors.ts";
import { revertDataOf } from "../src/governance/revert-data.ts";
import { kindOfChain } from "./chains.ts";
import type { DeployingChain } from "./factories/deploying-chain.ts";
import { type Probe, type Step, wavesOf } from "./planner.ts";

/** Spare gas over the estimate, percent: other steps of the wave may come first. */
const GAS_SPARE = 20n;
/** Blocks on top of a wave before the next one is sent. */
const CONFIRMATIONS = { development: 1, test: 2, main: 5 } as const;
/** How long a transaction may wait for its block, milliseconds. */
const MINED_WITHIN = 10 * 60_000;
/** How long transactions of an earlier run are waited for, milliseconds. */
const SETTLED_WITHIN = 2 * 60_000;

/** What a run sent. */
export interface RunReport {
  readonly sent: number;
  /** Steps that the chain had already. */
  readonly found: number;
  readonly gasUsed: bigint;
}

async function answers(chain: DeployingChain, { to, data }: Probe): Promise<string> {
  return chain.provider.call({ to, data });
}

/** Whether the chain shows that a step was done, by whomever. */
export async function isDone(chain: DeployingChain, step: Step): Promise<boolean> {
  if (step.creates !== undefined) return (await chain.provider.getCode(step.creates)) !== "0x";
  for (const probe of step.done) {
    if ((await answers(chain, probe)) === probe.equals) return true;
  }
  if (step.unless === undefined) return false;
  const found = await answers(chain, step.unless);
  return found !== "0x" && found !== step.unless.equals;
}

/** The account's next nonce, once nothing of an earlier run is under way. */
async function settledNonce(chain: DeployingChain): Promise<number> {
  const { provider, signer } = chain;
  const until = Date.now() + SETTLED_WITHIN;
  for (;;) {
    const mined = await provider.getTransactionCount(signer.address, "latest");
    const known = await provider.getTransactionCount(signer.address, "pending");
    if (known <= mined) return mined;
    if (Date.now() > until) {
      throw new RetryableError("TRANSACTIONS_PENDING", "Transactions of the deployer wait for a block", {
        facts: { deployer: signer.address, mined, known },
        advice:
          "Wait until they are mined, or replace them with a higher fee, and run the same command again.",
      });
    }
    await sleep(2_000);
  }
}

/** Of any transaction. */
const LEAST_GAS = 21_000n;

/** What the deployer can't pay is said as that, before the node says something else. */
async function checkFunds(chain: DeployingChain, gas: bigint, step: Step): Promise<void> {
  const { provider, signer, chainId } = chain;
  const { maxFeePerGas, gasPrice } = await provider.getFeeData();
  const needed = gas * (maxFeePerGas ?? gasPrice ?? 0n);
  const balance = await provider.getBalance(signer.address);
  if (balance >= needed) return;
  throw new TerminalError("OUT_OF_FUNDS", `The deployer can't pay for ${step.id}`, {
    facts: { chainId, deployer: signer.address, balanceWei: balance, neededWei: needed },
    advice: "Send it more, and run the same command again: it goes on where it stopped.",
  });
}

/** What sending a step of so much gas failed of: the step, the account or the node. */
async function failureOf(chain: DeployingChain, step: Step, gas: bigint, cause: unknown): Promise<unknown> {
  if (cause instanceof StrongroomError) return cause;
  const data = revertDataOf(cause);
  if (data !== undefined) {
    return new TerminalError("STEP_REVERTS", `${step.id} (${step.contract}.${step.functionName}) reverts`, {
      cause,
      facts: { to: step.to, data },
      advice:
        "See which of its inputs the chain refuses: ./strongroom doctor --network looks at most of them.",
    });
  }
  try {
    await checkFunds(chain, gas, step);
    const nonce = await chain.provider.getTransactionCount(chain.signer.address, "latest");
    if (nonce !== (await chain.provider.getTransactionCount(chain.signer.address, "pending"))) {
      return new RetryableError("NONCE_TAKEN", `Somebody else sends from the deployer's account`, {
        cause,
        facts: { deployer: chain.signer.address },
        advice: "Let one process deploy; run the same command again, and it goes on with what is missing.",
      });
    }
  } catch (error) {
    if (error instanceof StrongroomError) return error;
  }
  return nodeFailure(cause);
}

/** The node's own mistake: an error, a timeout, a closed port. */
export function nodeFailure(cause: unknown): RetryableError {
  return new RetryableError("NODE_FAILED", "The node did not answer as it should", {
    cause,
    advice: "Try another node (--rpc), or run the same command again later: it goes on where it stopped.",
  });
}

/** Sends what a wave still lacks, one after the other, without waiting for blocks. */
async function send(chain: DeployingChain, steps: readonly Step[], say: (what: string) => void) {
  const { signer, provider } = chain;
  const hashes: { readonly step: Step; readonly hash: string }[] = [];
  let nonce = await settledNonce(chain);
  for (const step of steps) {
    const { to, data } = step;
    // At least: what a node that refuses to estimate leaves unknown.
    let gasLimit = LEAST_GAS;
    try {
      const estimate = await provider.estimateGas({ from: signer.address, to, data });
      gasLimit = estimate + (estimate * GAS_SPARE) / 100n;
      await checkFunds(chain, gasLimit, step);
      const { hash } = await signer.sendTransaction({ to, data, gasLimit, nonce });
      hashes.push({ step, hash });
      nonce++;
    } catch (error) {
      // Whoever was quicker did the same: the addresses leave nothing else.
      if (!(await isDone(chain, step).catch(() => false)))
        throw await failureOf(chain, step, gasLimit, error);
      nonce = await settledNonce(chain);
    }
    say(step.id);
  }
  return hashes;
}

async function mined(
  chain: DeployingChain,
  hash: string,
  blocks: number,
  step: Step,
): Promise<TransactionReceipt> {
  const receipt = await chain.provider
    .waitForTransaction(hash, blocks, MINED_WITHIN)
    .catch((error: unknown) => {
      throw new RetryableError("NOT_MINED", `${step.id} was sent and is not in a block`, {
        cause: error,
        facts: { hash },
        advice: "Run the same command again: it waits for what is under way, and goes on.",
      });
    });
  if (receipt === null || receipt.status !== 1) {
    if (await isDone(chain, step)) return receipt as TransactionReceipt;
    throw new TerminalError("STEP_REVERTED", `${step.id} was refused by the chain`, {
      facts: { hash, contract: step.contract, functionName: step.functionName },
      advice: "Look at the transaction; run the same command again when its cause is gone.",
    });
  }
  return receipt;
}

/**
 * Does what the chain doesn't show as done. Which steps are left, the chain alone says: a run that was killed, at any moment,
 * goes on where it stopped, and two at once do everything once.
 *
 * @param onProgress called with each step that was sent, and with how many steps stand of how many
 * @throws TerminalError `OUT_OF_FUNDS`, `STEP_REVERTS`, `STEP_REVERTED`; RetryableError `NODE_FAILED`, `NOT_MINED`,
 *   `NONCE_TAKEN`, `TRANSACTIONS_PENDING`.
 */
export async function runSteps(
  chain: DeployingChain,
  steps: readonly Step[],
  onProgress: (id: string, stand: number, of: number) => void = () => {},
): Promise<RunReport> {
  const blocks = CONFIRMATIONS[kindOfChain(chain.chainId)];
  let gasUsed = 0n;
  let sent = 0;
  let stand = 0;
  for (const wave of wavesOf(steps)) {
    const done = await Promise.all(wave.map((step) => isDone(chain, step)));
    const left = wave.filter((_, index) => !done[index]);
    stand += wave.length - left.length;
    const under = await send(chain, left, (id) => onProgress(id, ++stand, steps.length));
    for (const { step, hash } of under) {
      const receipt = await mined(chain, hash, blocks, step);
      gasUsed += receipt.gasUsed;
      sent++;
    }
  }
  return { sent, found: steps.length - sent, gasUsed };
}
