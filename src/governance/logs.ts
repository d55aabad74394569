import type { Interface, Log, Provider, Result } from "ethers";
import { RetryableError } from "../core/errors.ts";
import { inParallel } from "../core/in-parallel.ts";

/** How many blocks one question for logs spans at most: what public nodes answer. */
export const LOG_SPAN = 10_000;
/** A node that refuses even this many has another trouble. */
const SHORTEST_SPAN = 100;
const AT_ONCE = 6;

/** Which logs. */
export interface LogFilter {
  readonly addresses: readonly string[];
  /** First topics: any of these; none: all logs. */
  readonly topics: readonly string[];
  readonly fromBlock: number;
  readonly toBlock: number;
}

async function ask(provider: Provider, filter: LogFilter): Promise<readonly Log[]> {
  const { addresses, topics, fromBlock, toBlock } = filter;
  try {
    return await provider.getLogs({
      address: [...addresses],
      topics: topics.length === 0 ? [] : [[...topics]],
      fromBlock,
      toBlock,
    });
  } catch (error) {
    const span = toBlock - fromBlock + 1;
    if (span <= SHORTEST_SPAN) {
      throw new RetryableError("LOGS_UNREADABLE", "The node doesn't answer a question for logs", {
        cause: error,
        facts: { fromBlock, toBlock },
        advice: "Run it again, or use a node that keeps logs since the deployment.",
      });
    }
    // Nodes limit the blocks of a question, each as it likes, and the logs of an answer.
    const middle = fromBlock + Math.floor(span / 2);
    return [
      ...(await ask(provider, { ...filter, toBlock: middle - 1 })),
      ...(await ask(provider, { ...filter, fromBlock: middle })),
    ];
  }
}

/**
 * All logs of these contracts that begin with one of the topics, oldest first: asked in spans of blocks that nodes answer,
 * shorter ones where a node wants them.
 *
 * @throws RetryableError `LOGS_UNREADABLE` if the node refuses short spans too.
 */
export async function logsOf(provider: Provider, filter: LogFilter): Promise<readonly Log[]> {
  const spans: LogFilter[] = [];
  for (let from = filter.fromBlock; from <= filter.toBlock; from += LOG_SPAN) {
    spans.push({ ...filter, fromBlock: from, toBlock: Math.min(from + LOG_SPAN - 1, filter.toBlock) });
  }
  const found = await inParallel(AT_ONCE, spans, (span) => ask(provider, span));
  return found.flat().sort((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
}

/**
 * What one contract's events of a name say, oldest first, to the latest block.
 *
 * @throws RetryableError `LOGS_UNREADABLE`
 */
export async function eventsOf(
  provider: Provider,
  address: string,
  face: Interface,
  name: string,
  fromBlock: number,
): Promise<readonly Result[]> {
  const topics = [face.getEvent(name)?.topicHash ?? ""];
  const toBlock = await provider.getBlockNumber();
  const logs = await logsOf(provider, { addresses: [address], topics, fromBlock, toBlock });
  return logs.map((log) => face.parseLog(log)?.args).filter((args) => args !== undefined);
}
