import { z } from "zod";
import { TerminalError } from "../core/errors.ts";

/** What the embedded chain says of each step (debug_traceTransaction). */
const traced = z.object({
  structLogs: z.array(
    z.object({
      op: z.string(),
      gas: z.number(),
      gasCost: z.number(),
      depth: z.number(),
      stack: z.array(z.string()),
      refund: z.number(),
    }),
  ),
});

/** Gas of one kind of work in one contract's code. */
export interface Spent {
  readonly where: string;
  readonly what: string;
  readonly gas: number;
  readonly times: number;
}

/** Where a transaction's gas went; the parts add up to `receipt.gasUsed`. */
export interface Breakdown {
  /** 21,000 and the calldata. */
  readonly intrinsic: number;
  readonly refund: number;
  readonly spent: readonly Spent[];
}

/** Names of addresses and, per address, of storage slots; all in lower case. */
export interface Names {
  readonly contracts: ReadonlyMap<string, string>;
  /** By slot: the layouts' slots are hashes, so that no two contracts share one. */
  readonly slots: ReadonlyMap<string, string>;
}

interface Frame {
  readonly code: string;
  readonly startGas: number;
}

const CALLS = new Set(["CALL", "STATICCALL", "DELEGATECALL", "CALLCODE"]);

/**
 * Splits a traced transaction into kinds of work.
 *
 * @param gasLimit of the transaction
 * @param gasUsed of the receipt; the parts must add up to it
 */
export function breakDown(
  trace: unknown,
  to: string,
  gasLimit: number,
  gasUsed: number,
  names: Names,
): Breakdown {
  const steps = traced.parse(trace).structLogs;
  const [first] = steps;
  const last = steps.at(-1);
  if (!first || !last) throw new TerminalError("NO_TRACE", "The transaction has no steps");
  const totals = new Map<string, Spent>();
  const spend = (frame: Frame, what: string, gas: number) => {
    const where = names.contracts.get(frame.code) ?? frame.code;
    const key = `${where} ${what}`;
    const old = totals.get(key);
    totals.set(key, { where, what, gas: (old?.gas ?? 0) + gas, times: (old?.times ?? 0) + 1 });
  };

  let frame: Frame = { code: to.toLowerCase(), startGas: first.gas };
  const callers: { readonly frame: Frame; readonly gas: number }[] = [];
  for (const [i, step] of steps.entries()) {
    const next = steps[i + 1];
    if (next && next.depth > step.depth) {
      callers.push({ frame, gas: step.gas });
      const code = CALLS.has(step.op) ? addressOf(step.stack.at(-2)) : step.op;
      frame = { code, startGas: next.gas };
    } else if (next && next.depth === step.depth) {
      spend(frame, kindOf(step.op, step.stack.at(-1), names), step.gas - next.gas);
    } else {
      spend(frame, kindOf(step.op, undefined, names), step.gasCost);
      const used = frame.startGas - (step.gas - step.gasCost);
      const caller = callers.pop();
      if (next && caller) {
        // What the call itself cost: the access to the account, its memory.
        frame = caller.frame;
        spend(frame, "calls", caller.gas - next.gas - used);
      }
    }
  }
  const spent = [...totals.values()].filter(({ gas }) => gas > 0).sort((a, b) => b.gas - a.gas);
  const intrinsic = gasLimit - first.gas;
  const executed = spent.reduce((sum, { gas }) => sum + gas, 0);
  const refund = intrinsic + executed - gasUsed;
  if (refund !== last.refund) {
    throw new TerminalError("GAS_UNEXPLAINED", "The steps of a trace don't add up to the receipt", {
      facts: { gasUsed, intrinsic, executed, refund: last.refund },
    });
  }
  return { intrinsic, refund, spent };
}

function kindOf(op: string, slot: string | undefined, { slots }: Names): string {
  if (op === "SLOAD" || op === "SSTORE") {
    const word = BigInt(slot ?? 0);
    return `${op} ${slots.get(`0x${word.toString(16).padStart(64, "0")}`) ?? "another slot"}`;
  }
  if (op.startsWith("LOG")) return "events";
  if (op === "TLOAD" || op === "TSTORE") return "re-entrancy lock";
  if (op === "KECCAK256") return "hashing";
  return CALLS.has(op) ? "calls" : "computation and memory";
}

function addressOf(word: string | undefined): string {
  return `0x${BigInt(word ?? 0)
    .toString(16)
    .padStart(40, "0")}`;
}
