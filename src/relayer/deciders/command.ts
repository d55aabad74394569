import type { BroadcastResult, ConflictToken, Effect, EffectStatus } from "../../chains/chain.ts";
import type { FailureKind, Reason } from "./attention.ts";
import type { Side } from "./decider.ts";
import type { Mode, Part } from "./intention.ts";
import type { Sighting } from "./sightings.ts";
import type { StoredSigned, StoredUnsigned } from "./stored-tx.ts";

/** What happened, as it is told to a decider. `at` is the worker's clock, Unix milliseconds. */
export type Command =
  | { readonly is: "sighted"; readonly sighting: Sighting }
  | { readonly is: "settled"; readonly sighting: Sighting; readonly as: "final" | "gone" }
  /** The committee has said so. */
  | { readonly is: "proved"; readonly what: string; readonly proof: string }
  /** What it said doesn't count: its epoch has ended, or takes no such signature. */
  | { readonly is: "proofEnded"; readonly what: string; readonly reason: Reason }
  | {
      readonly is: "reserved";
      readonly part: Part;
      readonly side: Side;
      readonly effect: Effect;
      readonly token: ConflictToken;
    }
  | { readonly is: "built"; readonly part: Part; readonly mode: Mode; readonly unsigned: StoredUnsigned }
  /** Signers won't sign it: it is built anew. */
  | { readonly is: "refused"; readonly part: Part; readonly reason: Reason }
  | {
      readonly is: "signed";
      readonly part: Part;
      readonly mode: Mode;
      readonly signed: StoredSigned;
    }
  | {
      readonly is: "sent";
      readonly part: Part;
      readonly txId: string;
      readonly result: BroadcastResult;
      readonly at: number;
    }
  | { readonly is: "looked"; readonly part: Part; readonly status: EffectStatus; readonly at: number }
  | { readonly is: "failed"; readonly reason: Reason; readonly kind: FailureKind }
  /** The owner of a token has no use for it any more (to its token's stream). */
  | { readonly is: "abandoned"; readonly why: string }
  /** The ledger has this payment's token for another payout, whose stream that is. */
  | { readonly is: "displaced"; readonly by: string }
  /** Operators'. `asked`: an effect that keeps the wallet going (to a stream of its own). */
  | { readonly is: "asked"; readonly effect: Effect; readonly by: string }
  | { readonly is: "retry"; readonly by: string }
  | { readonly is: "giveUp"; readonly by: string; readonly why: string };
