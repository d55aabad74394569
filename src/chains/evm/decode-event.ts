import type { Interface, ParamType } from "ethers";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { Caip2, ChainEvent, Point } from "../chain.ts";
import type { Log } from "./answers.ts";

/** Gives the event that a log is, or undefined for one that nobody waits for. `index`: among its contract's in the transaction. */
export type DecodeEvent = (log: Log, index: number) => ChainEvent | undefined;

const isPlain = ({ baseType, type, indexed }: ParamType) =>
  baseType !== "tuple" && baseType !== "array" && !(indexed && (type === "bytes" || type === "string"));

/** Whole numbers as decimal digits, addresses with checksums, bytes in lower case with 0x. */
function text(value: unknown): string {
  return typeof value === "string" ? value : String(value);
}

/**
 * Decodes the events of one contract: their kind is the event's name, their data its parameters by name.
 *
 * @param face where the events stand, their parameters named and of plain types
 * @throws TerminalError `EVENT_SHAPE`
 */
export function eventDecoder(chain: Caip2, face: Interface): DecodeEvent {
  const known = new Map<string, { name: string; inputs: readonly ParamType[] }>();
  face.forEachEvent(({ topicHash, name, inputs }) => {
    if (!inputs.every((input) => isPlain(input) && input.name !== "")) {
      throw new TerminalError("EVENT_SHAPE", "An event can't be told as text", {
        facts: { event: name },
        advice: "Name its parameters, and use no arrays, no tuples and no indexed texts.",
      });
    }
    known.set(topicHash, { name, inputs });
  });
  return (log, index) => {
    const fragment = known.get(log.topics[0] ?? "");
    if (fragment === undefined) return undefined;
    const point: Point = { height: log.blockNumber, hash: log.blockHash };
    let values: readonly unknown[];
    try {
      values = face.decodeEventLog(fragment.name, log.data, log.topics).toArray();
    } catch (cause) {
      throw new RetryableError("NODE_TALKS_NONSENSE", "A log isn't what its topic says", {
        facts: { event: fragment.name, transaction: log.transactionHash },
        cause,
        advice: "Check the contract's address, and that its version is the one that this program knows.",
      });
    }
    const data = Object.fromEntries(fragment.inputs.map(({ name }, at) => [name, text(values[at])]));
    return { chain, txId: log.transactionHash, index, kind: fragment.name, data, point };
  };
}
