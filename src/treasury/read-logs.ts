import type { Filter, Log, Provider } from "ethers";

/** How many blocks one question for logs spans: what public nodes answer. */
const SPAN = 10_000;

/**
 * All logs of a filter in a range of blocks, both ends included, oldest first.
 *
 * @example
 * const logs = await readLogs(provider, { address: vault }, deployedAt, await provider.getBlockNumber());
 */
export async function readLogs(
  provider: Provider,
  filter: Pick<Filter, "address" | "topics">,
  from: number,
  to: number,
): Promise<readonly Log[]> {
  const found: Log[] = [];
  for (let first = from; first <= to; first += SPAN) {
    found.push(
      ...(await provider.getLogs({ ...filter, fromBlock: first, toBlock: Math.min(first + SPAN - 1, to) })),
    );
  }
  return found;
}
