import type { Interface } from "ethers";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { Caip2, ChainEvent, Point } from "../chain.ts";
import type { Log } from "./answers.ts";
import { isPlain, valuesReader } from "./plain-values.ts";

/** Gives the event that a log is, or undefined for one that nobody waits for. `index`: among its contract's in the transaction. */
export type DecodeEvent = (log: Log, index: number) => ChainEvent | undefined;

/**
 * Decodes the events of one contract: their kind is the event's name, their data its parameters by name.
 *
 * @param face where the events stand, their parameters named and of plain types
 * @throws TerminalError `EVENT_SHAPE`
 */
export function eventDecoder(chain: Caip2, face: Interface): DecodeEvent {
  const known = new Map<
    string,
    { name: string; names: readonly string[]; read: ReturnType<typeof valuesReader> }
  >();
  face.forEachEvent(({ topicHash, name, inputs, anonymous }) => {
    const names = inputs.map((input) => input.name);
    const areNamed = names.every((each) => each !== "") && new Set(names).size === names.length;
    if (anonymous || !areNamed || !inputs.every(isPlain)) {
      throw new TerminalError("EVENT_SHAPE", "An event can't be told as text", {
        facts: { event: name },
        advice: "Name its parameters, and use no arrays, no tuples and no indexed texts.",
      });
    }
    known.set(topicHash, { name, names, read: valuesReader(inputs) });
  });
  return (log, index) => {
    const event = known.get((log.topics[0] ?? "").toLowerCase());
    if (event === undefined) return undefined;
    const point: Point = { height: log.blockNumber, hash: log.blockHash };
    let values: readonly string[];
    try {
      values = event.read(log.topics, log.data);
    } catch (cause) {
      throw new RetryableError("NODE_TALKS_NONSENSE", "A log isn't what its topic says", {
        facts: { event: event.name, transaction: log.transactionHash },
        cause,
        advice: "Check the contract's address, and that its version is the one that this program knows.",
      });
    }
    const data = Object.fromEntries(event.names.map((name, at) => [name, values[at] ?? ""]));
    return { chain, txId: log.transactionHash, index, kind: event.name, data, point };
  };
}
