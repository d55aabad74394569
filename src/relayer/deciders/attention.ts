import type { BroadcastResult } from "../../chains/chain.ts";
import type { NewEvent } from "../../journal/journal.ts";

/** Why something doesn't go on. */
export interface Reason {
  readonly code: string;
  /** A sentence for people. */
  readonly why: string;
}

/**
 * `Waiting`: it is tried again by itself; stored once for each new reason. `Faltered`: it may be wrong for good; so many in a row
 * make a dead letter. `DeadLettered`: an operator must look. `TakenBack`: one did.
 */
export type AttentionEvent =
  | { readonly type: "Waiting" | "Faltered" | "DeadLettered"; readonly data: Reason }
  | { readonly type: "TakenBack"; readonly data: { readonly by: string } };

export interface Attention {
  readonly waiting?: Reason;
  readonly faltered: number;
  readonly dead?: Reason;
}

export const CALM: Attention = { faltered: 0 };

/** Failures in a row, of a kind that may be for good, until somebody must look. */
export const MOST_FALTERS = 8;

/** Nodes refuse a transaction that is signed: it may have happened nevertheless. */
export const REJECTED = "TX_REJECTED";

/** A contract refuses a call for as long as something else holds: src/chains/evm/estimate-gas.ts. */
export const CALL_WAITS = "CALL_WAITS";

/** What comes before what fails, again and again, is no progress by itself. */
const NO_PROGRESS: ReadonlySet<string> = new Set([
  "EffectAbandoned",
  "EffectBuilt",
  "EffectRefused",
  "EffectReserved",
  "EffectSigned",
  "ProofEnded",
  "Sighted",
]);
/** A transaction that was sent has come further only where a node has it. */
const TAKEN: ReadonlySet<unknown> = new Set(["accepted", "known"] satisfies BroadcastResult[]);

function isProgress({ faltered }: Attention, { type, data }: NewEvent): boolean {
  if (type === "EffectSent") return TAKEN.has((data as { readonly result: BroadcastResult }).result);
  // One proof after another that the chain doesn't take leads nowhere.
  if (type === "Proved") return faltered === 0;
  return !NO_PROGRESS.has(type);
}

/** What hinders a message, after one more event. */
export function evolveAttention(attention: Attention, event: NewEvent): Attention {
  const { type, data } = event;
  switch (type) {
    case "Waiting":
      return { ...attention, waiting: data as Reason };
    case "Faltered":
      return { ...attention, waiting: data as Reason, faltered: attention.faltered + 1 };
    case "DeadLettered":
      return { ...attention, dead: data as Reason };
    case "TakenBack":
      return CALM;
    case "EffectEnded":
      // What nodes refused has happened after all, or can't any more: nobody needs to look.
      return attention.dead === undefined || attention.dead.code === REJECTED
        ? CALM
        : { faltered: 0, dead: attention.dead };
    default:
      if (!isProgress(attention, event) || (attention.waiting === undefined && attention.faltered === 0))
        return attention;
      return attention.dead === undefined ? CALM : { faltered: 0, dead: attention.dead };
  }
}

/** `retry`: it will pass. `falter`: it may not. `permanent`: it won't. */
export type FailureKind = "retry" | "falter" | "permanent";

/** What a failure makes of a message. */
export function decideFailed(
  attention: Attention,
  { code, why }: Reason,
  kind: FailureKind,
): readonly AttentionEvent[] {
  if (attention.dead !== undefined) return [];
  if (kind === "permanent") return [{ type: "DeadLettered", data: { code, why } }];
  if (kind === "retry") {
    return attention.waiting?.code === code ? [] : [{ type: "Waiting", data: { code, why } }];
  }
  return [{ type: "Faltered", data: { code, why } }];
}

/** Too many failures in a row, of a kind that may be for good, are an operator's. `withDeadLetters` asks after every decision. */
export function decideHopeless({ dead, faltered, waiting }: Attention): readonly AttentionEvent[] {
  if (dead !== undefined || faltered < MOST_FALTERS || waiting === undefined) return [];
  return [{ type: "DeadLettered", data: waiting }];
}

/** An operator takes a dead letter back, or has something that waits tried at once. */
export function decideTakenBack(attention: Attention, by: string): readonly AttentionEvent[] {
  if (attention.dead === undefined && attention.waiting === undefined) return [];
  return [{ type: "TakenBack", data: { by } }];
}
