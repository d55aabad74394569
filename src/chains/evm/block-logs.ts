import { RetryableError } from "../../core/errors.ts";
import type { Log } from "./answers.ts";
import type { EvmNode } from "./rpc.ts";

/** A block's logs of one contract, by the block's hash. */
export type LogsByBlock = ReadonlyMap<string, readonly Log[]>;

function faulty(node: EvmNode, why: string, { blockNumber, logIndex }: Log): RetryableError {
  return new RetryableError("NODE_TALKS_NONSENSE", `A node's logs are wrong: ${why}`, {
    facts: { node: node.name, block: blockNumber, log: logIndex },
  });
}

/** What a log says, without how a node writes it. */
export function logKey({ blockHash, transactionHash, logIndex, topics, data }: Log): string {
  return `${blockHash} ${transactionHash} ${logIndex} ${topics.join(" ")} ${data}`;
}

/**
 * Puts a node's answer in order: by block, each log once.
 *
 * @throws RetryableError `NODE_TALKS_NONSENSE` if it has other contracts' logs, other blocks', or two logs at one place
 */
export function inOrder(
  node: EvmNode,
  address: string,
  from: number,
  to: number,
  logs: readonly Log[],
): Log[] {
  const rising = logs.toSorted((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  const ordered: Log[] = [];
  for (const log of rising) {
    if (log.address !== address) throw faulty(node, "another contract's", log);
    if (log.blockNumber < from || log.blockNumber > to) throw faulty(node, "another block's", log);
    const last = ordered.at(-1);
    if (last?.blockNumber === log.blockNumber) {
      if (last.blockHash !== log.blockHash) throw faulty(node, "two blocks at one height", log);
      if (last.logIndex === log.logIndex) {
        if (logKey(last) !== logKey(log)) throw faulty(node, "two at one place", log);
        continue;
      }
    }
    ordered.push(log);
  }
  return ordered;
}

/** Each log with its place among its contract's logs of its transaction, which stays whatever block that one comes to be in. */
export function placed(logs: readonly Log[]): readonly (readonly [log: Log, index: number])[] {
  let transaction = "";
  let next = 0;
  return logs.map((log) => {
    const own = `${log.blockHash} ${log.transactionHash}`;
    next = own === transaction ? next + 1 : 0;
    transaction = own;
    return [log, next] as const;
  });
}
