import type { Provider } from "ethers";
import { TerminalError } from "../src/core/errors.ts";
import { kindOfChain } from "./chains.ts";
import { type DeploymentRecord, recordFile } from "./record.ts";

/** How far back the first block is taken, so that a reorganisation does not take it away. */
const SETTLED = 32;

/** Where a chain stands before anything is sent. */
export async function beginningOf(
  provider: Pick<Provider, "getBlock" | "getBlockNumber">,
  chainId: bigint,
): Promise<DeploymentRecord["began"]> {
  const latest = await provider.getBlockNumber();
  const number = kindOfChain(chainId) === "development" ? latest : Math.max(0, latest - SETTLED);
  const block = await provider.getBlock(number);
  if (block?.hash == null) {
    throw new TerminalError("NO_BLOCK", `The node has no block ${number}`, {
      advice: "Use a node that keeps the chain's latest blocks.",
    });
  }
  return { block: number, hash: block.hash, at: block.timestamp.toString() };
}

/**
 * A record belongs to the chain that it was begun on: a development node that was started again from nothing is another one.
 *
 * @throws TerminalError `CHAIN_RESET`
 */
export async function checkSameChain(
  provider: Pick<Provider, "getBlock">,
  chainId: bigint,
  { began }: Pick<DeploymentRecord, "began">,
  folder: string,
): Promise<void> {
  const block = await provider.getBlock(began.block);
  if (block?.hash === began.hash) return;
  throw new TerminalError("CHAIN_RESET", `Chain ${chainId} is not the one that the deployment was begun on`, {
    facts: {
      record: recordFile(chainId, folder),
      block: began.block,
      found: block?.hash ?? "no such block",
      expected: began.hash,
    },
    advice:
      "If the node was started again from nothing, deploy with --reset: it puts the old record aside. If not, connect to the right node.",
  });
}
