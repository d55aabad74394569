import { greater, lesser } from "../../core/bigint-order.ts";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { Point } from "../chain.ts";
import { quantitySchema, quantityText, read } from "./answers.ts";
import type { Call } from "./call-effect.ts";
import { blockParameter, type ChainView, revertOf } from "./chain-view.ts";
import type { Answer } from "./rpc.ts";

/** What a call would do now: use so much gas at most, or revert with these bytes. */
export type Estimate = { readonly gas: bigint } | { readonly revert: string };

/** Added to an estimate, in percent: state moves until the transaction counts. */
const ROOM = 25n;

/**
 * What a call would use at a block, the most that any node says, with room. Never at what nodes call pending: that has versions
 * of the same call in it, which wait to be replaced.
 *
 * @param most a call that needs more is refused
 * @throws RetryableError `NODES_DISAGREE` if it reverts at one node and not at another, or with other bytes
 * @throws TerminalError `GAS_ABOVE_LIMIT`
 */
export async function estimateGas(
  view: ChainView,
  point: Point,
  from: string,
  call: Call,
  most: bigint,
): Promise<Estimate> {
  const { to, data, value } = call;
  const { nodes } = view;
  const said = await nodes.survey("what a call uses", async (node): Promise<Estimate> => {
    const question = {
      method: "eth_estimateGas",
      params: [{ from, to, data, value: quantityText(value) }, blockParameter(point)],
    };
    const [answer] = await node.ask([question]);
    const revert = revertOf(answer as Answer);
    return revert === undefined
      ? { gas: read(node, question, answer as Answer, quantitySchema) }
      : { revert };
  });
  const [first, ...more] = said;
  if (first === undefined) throw new Error("A quorum is never empty");
  const outcome = ({ value }: { value: Estimate }) => ("revert" in value ? value.revert : "success");
  const other = more.find((next) => outcome(next) !== outcome(first));
  if (other !== undefined) {
    throw nodes.disagreement("what a call does", first, other, (value) => outcome({ value }));
  }
  if ("revert" in first.value) return first.value;
  const estimates = said.map(({ value }) => ("gas" in value ? (value.gas * (100n + ROOM)) / 100n : 0n));
  // One node's exaggeration costs nothing but a higher bound: what isn't used isn't paid.
  if (estimates.some((gas) => gas <= most)) return { gas: lesser(estimates.reduce(greater), most) };
  const gas = estimates.reduce(lesser);
  throw new TerminalError("GAS_ABOVE_LIMIT", "The call needs more gas than it may use", {
    facts: { to, gas, most },
    advice: "Check the call; raise the limit if it is right.",
  });
}

/** What a contract's error is called, and whether waiting may help. */
export interface Refusal {
  /** Name and values, for people; the raw bytes of one that isn't known. */
  readonly reason: string;
  readonly waits: boolean;
}

/** Reads a revert's bytes. */
export type ReadRefusal = (revert: string) => Refusal;

/** A call that reverts, as an error: `CALL_WAITS` is worth another try later, `CALL_REFUSED` isn't. */
export function refusalError({ to, data }: Call, { reason, waits }: Refusal): RetryableError | TerminalError {
  const facts = { to, selector: data.slice(0, 10), reason };
  return waits
    ? new RetryableError("CALL_WAITS", "A contract refuses a call for now", { facts })
    : new TerminalError("CALL_REFUSED", "A contract refuses a call", {
        facts,
        advice: "Read what the error means in docs/errors.md. The same call won't be accepted later.",
        docs: "docs/errors.md",
      });
}
