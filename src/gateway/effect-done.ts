import { type Result, ZeroHash } from "ethers";
import type { Effect, Hex, Point } from "../chains/chain.ts";
import { askOne, logsSchema, quantityText } from "../chains/evm/answers.ts";
import { callOf } from "../chains/evm/call-effect.ts";
import type { ChainView } from "../chains/evm/chain-view.ts";
import type { DoneBy } from "../chains/evm/effect-status.ts";
import { RetryableError } from "../core/errors.ts";
import { GATEWAY } from "./abi.ts";
import type { GatewayReader } from "./gateway-reader.ts";

/** Blocks that one question for logs spans, unless told otherwise. */
const SPAN = 10_000;

/** The events that say that a call has had its effect: by name, by their first indexed value, and by one more value, if any. */
interface Trace {
  readonly events: readonly string[];
  readonly topics: readonly string[];
  readonly value?: { readonly name: string; readonly is: string };
}

/** Whether a call has had its effect, as the Gateway's state has it, and where that shows. Undefined for calls that leave none. */
type Look = (args: Result, at: Point) => Promise<Trace | "not done">;

/** By these a credit of a delayed deposit is refused that still waits, or that this gateway takes no more. */
const WAITING: ReadonlySet<string> = new Set(["Gateway_Delayed", "Gateway_Consumed", "Gateway_Succeeded"]);
/** These come before the gateway looks whether it waits. */
const CLOSED: ReadonlySet<string> = new Set(["Gateway_ChainHeld", "Gateway_ChainHalted"]);

/**
 * Whether a delayed deposit waits. One whose epoch was revoked since has never been attested: the gateway takes it again, and only
 * such a call tells, as no view does.
 */
async function waits(reader: GatewayReader, args: Result, at: Point): Promise<boolean> {
  const refusal = await reader.refusalOf("credit", args, at);
  if (refusal === undefined || !CLOSED.has(refusal)) return refusal !== undefined && WAITING.has(refusal);
  throw new RetryableError(
    "CHAIN_CLOSED",
    "While its chain is closed, nobody can tell whether a deposit waits",
    {
      facts: { gateway: reader.address, refusal, height: at.height },
      advice: "Wait until the chain is open again.",
    },
  );
}

function looks(reader: GatewayReader): Readonly<Record<string, Look>> {
  const ofDeposit = async ([deposit]: Result, at: Point) => {
    const [chain, txId, index] = (deposit as Result).toArray();
    const id = await reader.depositIdOf(chain, txId, index, at);
    return { id, record: await reader.depositOf(id, at) };
  };
  return {
    credit: async (args, at) => {
      const { id, record } = await ofDeposit(args, at);
      if (record.status === "NONE") return "not done";
      if (record.status === "DELAYED" && !(await waits(reader, args, at))) return "not done";
      return { events: ["DepositCredited", "DepositDelayed", "DepositRefused"], topics: [id] };
    },
    mature: async (args, at) => {
      const { id, record } = await ofDeposit(args, at);
      if (record.status !== "CREDITED") return "not done";
      return { events: ["DepositMatured", "DepositCredited"], topics: [id] };
    },
    authorise: async ([id, token], at) => {
      const payout = await reader.payoutOf(id, at);
      // A retry takes the token off again: then only the event of the attempt that had it tells.
      if (payout.token !== token && payout.attempt < 2n) return "not done";
      return { events: ["PayoutAuthorised"], topics: [id], value: { name: "token", is: token } };
    },
    settle: async ([id], at) => {
      const { status } = await reader.payoutOf(id, at);
      return status === "SETTLED" ? { events: ["PayoutSettled"], topics: [id] } : "not done";
    },
    voided: async ([id, spentBy], at) => {
      const { status, attempt } = await reader.payoutOf(id, at);
      if (status !== "VOIDED" && status !== "REFUNDED" && attempt < 2n) return "not done";
      return { events: ["PayoutVoided"], topics: [id], value: { name: "spentBy", is: spentBy } };
    },
    refund: async ([id], at) => {
      const { status } = await reader.payoutOf(id, at);
      return status === "REFUNDED" ? { events: ["PayoutRefunded"], topics: [id] } : "not done";
    },
    proveEquivocation: async ([chain, messageId], at) => {
      if ((await reader.haltOf(chain, at)) === ZeroHash) return "not done";
      return { events: ["EquivocationProven"], topics: [chain, messageId] };
    },
  };
}

/** Where a contract's logs are looked for. */
export interface LogHistory {
  /** The block of its deployment. */
  readonly since: number;
  /** Blocks that nodes take one question to span; 10,000 unless given. */
  readonly span?: number;
}

/** The last transaction up to a block that left such a trace. */
async function find(
  view: ChainView,
  gateway: string,
  { since, span = SPAN }: LogHistory,
  trace: Trace,
  at: Point,
): Promise<Hex | undefined> {
  const names = trace.events.map((name) => GATEWAY.getEvent(name)?.topicHash ?? "");
  for (let to = at.height; to >= since; to -= span) {
    const from = Math.max(since, to - span + 1);
    const filter = {
      address: gateway,
      topics: [names, ...trace.topics],
      fromBlock: quantityText(from),
      toBlock: quantityText(to),
    };
    const logs = await view.nodes.agree(
      `logs of blocks ${from} to ${to}`,
      (node) => askOne(node, "eth_getLogs", [filter], logsSchema),
      { key: (said) => said.map(({ transactionHash, logIndex }) => `${transactionHash} ${logIndex}`).join() },
    );
    const found = logs.findLast((log) => {
      if (trace.value === undefined) return true;
      return GATEWAY.parseLog(log)?.args.getValue(trace.value.name) === trace.value.is;
    });
    if (found !== undefined) return found.transactionHash;
  }
  return undefined;
}

/**
 * Whether calls of the Gateway have had their effect, by whomever: what was credited, authorised, settled, voided or refunded
 * once is so for good, and a second call is refused. State tells that it is; events tell by which transaction.
 *
 * @example
 * const done = gatewayDone(view, reader, { since: 21_000_000, span: 1_000 });
 */
export function gatewayDone(view: ChainView, reader: GatewayReader, history: LogHistory): DoneBy {
  const known = looks(reader);
  return async (effect: Effect, at: Point) => {
    const { to, data } = callOf(effect);
    if (to.toLowerCase() !== reader.address.toLowerCase()) return undefined;
    const call = GATEWAY.parseTransaction({ data });
    const look = call === null ? undefined : known[call.name];
    if (call === null || look === undefined) return undefined;
    // The final block may still be one from before the deployment.
    if (at.height < history.since) return { txId: undefined };
    const trace = await look(call.args, at);
    if (trace === "not done") return { txId: undefined };
    const txId = await find(view, reader.address, history, trace, at);
    // A trace that is told apart by a value is of one attempt of several: none of it is an answer.
    if (txId !== undefined || trace.value !== undefined) return { txId };
    throw new RetryableError("LOGS_UNREADABLE", "The Gateway's state says what no event says", {
      facts: { gateway: reader.address, call: call.name, height: at.height },
      advice: "Use nodes that keep logs since the Gateway's deployment.",
    });
  };
}
