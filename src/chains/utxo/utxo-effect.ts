import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import type { Effect, Hex } from "../chain.ts";
import type { IndexedSpend } from "./index-tables.ts";
import { type LaneContent, laneOutputs, noteOf, VOID_MARK } from "./payout-transaction.ts";
import { dustLimit, scriptKind } from "./script-kind.ts";
import { MOST_ANCHORS, type UpkeepKind, upkeepNote, upkeepOutputs } from "./upkeep-transaction.ts";
import type { UtxoWallet, WalletOutput } from "./wallet-transaction.ts";

/** What can be brought about on a chain of Bitcoin's family. */
export type UtxoEffect =
  /** Pays a script: `data` {script, amount}. Its token is a lane's anchor. */
  | { readonly kind: "payout"; readonly id: Hex; readonly script: Hex; readonly amount: bigint }
  /** Makes so many lanes out of the float: `data` {count}. Its token is a coin at the wallet's own address. */
  | { readonly kind: "anchors"; readonly id: Hex; readonly count: number }
  /** Makes one coin out of the smallest ones: `data` {inputs}, the most that it spends. Its token is one of them. */
  | { readonly kind: "consolidate"; readonly id: Hex; readonly inputs: number }
  /** Spends an output of a stuck transaction for a fee that is enough for both: `data` {outpoint}. Its token is that output. */
  | { readonly kind: "bump"; readonly id: Hex; readonly outpoint: string };

const digits = z.string().regex(/^[1-9][0-9]{0,17}$/);
const few = (most: number) =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/)
    .transform(Number)
    .refine((count) => count <= most);
const id = z.string().regex(/^[0-9a-f]{64}$/);

const schema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("payout"),
    id,
    data: z.object({ script: z.string().regex(/^([0-9a-f]{2})+$/), amount: digits.transform(BigInt) }),
  }),
  z.object({ kind: z.literal("anchors"), id, data: z.object({ count: few(MOST_ANCHORS) }) }),
  z.object({ kind: z.literal("consolidate"), id, data: z.object({ inputs: few(100) }) }),
  z.object({
    kind: z.literal("bump"),
    id,
    data: z.object({ outpoint: z.string().regex(/^[0-9a-f]{64}:(0|[1-9][0-9]{0,9})$/) }),
  }),
]);

/**
 * What an effect asks for. A payout that no node would ever relay is refused here, before it gets a token.
 *
 * @throws TerminalError `EFFECT_INVALID`, `SCRIPT_UNPAYABLE`, `AMOUNT_DUST`
 */
export function utxoEffect({ network }: UtxoWallet, effect: Effect): UtxoEffect {
  const parsed = schema.safeParse(effect);
  if (!parsed.success) {
    throw new TerminalError(
      "EFFECT_INVALID",
      `The effect ${effect.id} of kind ${effect.kind} can't be read`,
      {
        advice:
          "Kinds: payout {script, amount}, anchors {count}, consolidate {inputs}, bump {outpoint}; all as text.",
        cause: parsed.error,
      },
    );
  }
  const { kind, id, data } = parsed.data;
  if (kind !== "payout") return { kind, id, ...data } as UtxoEffect;
  const { script, amount } = data;
  if (scriptKind(script) === undefined) {
    throw new TerminalError(
      "SCRIPT_UNPAYABLE",
      `The recipient's script is of no kind that is paid: ${script}`,
      {
        advice: "Payable: P2PKH, P2SH, P2WPKH, P2WSH, P2TR. Void the payout.",
        facts: { script },
      },
    );
  }
  const dust = dustLimit(network, script);
  if (amount < dust) {
    throw new TerminalError(
      "AMOUNT_DUST",
      `${amount} is less than the nodes of ${network.name} relay: ${dust}`,
      {
        advice: "Void the payout.",
        facts: { amount, dust },
      },
    );
  }
  return { kind, id, script, amount };
}

/** What a transaction for an effect pays, but for its change. */
export interface UtxoPlan {
  readonly outputs: (change: bigint) => readonly WalletOutput[];
}

/** What brings an effect about, or makes it impossible. */
export function planOf(wallet: UtxoWallet, effect: UtxoEffect, voids: boolean): UtxoPlan {
  if (effect.kind === "payout") {
    const { id: payoutId, script: recipientScript, amount } = effect;
    const content: LaneContent = voids
      ? { kind: "void", payoutId }
      : { kind: "payout", payoutId, recipientScript, amount };
    return { outputs: (change) => laneOutputs(wallet, content, change) };
  }
  const kind: UpkeepKind = voids ? "void" : effect.kind;
  const anchors = kind === "anchors" && effect.kind === "anchors" ? effect.count : 0;
  return { outputs: (change) => upkeepOutputs(wallet, kind, effect.id, anchors, change) };
}

type Outputs = IndexedSpend["outputs"];

/** Whether a transaction with these outputs brought the effect about: the one that spent its token did, or made it impossible. */
export function bringsAbout(effect: UtxoEffect, outputs: Outputs): boolean {
  const [first, second, third] = outputs;
  if (effect.kind === "payout") {
    return (
      noteOf(third?.script ?? "") === effect.id &&
      second?.script === effect.script &&
      second.amount === effect.amount
    );
  }
  const note = upkeepNote(first?.script ?? "");
  return note?.kind === effect.kind && note.effect === effect.id;
}

/** Whether a transaction with these outputs was made to void the effect. */
export function voids(effect: UtxoEffect, outputs: Outputs): boolean {
  const [first, second] = outputs;
  if (effect.kind === "payout") return noteOf(second?.script ?? "") === effect.id + VOID_MARK;
  const note = upkeepNote(first?.script ?? "");
  return note?.kind === "void" && note.effect === effect.id;
}
