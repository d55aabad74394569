import type { Effect, EffectStatus, Hex, Point } from "../chain.ts";
import { type Call, callOf } from "./call-effect.ts";
import { type ChainView, pointOf } from "./chain-view.ts";
import { isWaiting, type Spender, spenderOf } from "./spender.ts";

/**
 * Whether what an effect is for has come about by a block, whoever did it: which transaction did, none so far, or undefined where
 * no contract keeps account of it, so that only the effect's own call counts.
 */
export type DoneBy = (effect: Effect, at: Point) => Promise<{ readonly txId: Hex | undefined } | undefined>;

function isThisCall({ transaction, succeeded }: Spender, { to, data, value }: Call): boolean {
  return (
    succeeded &&
    transaction.to === to.toLowerCase() &&
    `0x${transaction.input}` === data &&
    transaction.value === value
  );
}

/**
 * Where a call stands by the use of its nonce: at the final block, else at the best one, else in what waits. All of a block's
 * answers are by its hash.
 */
export async function statusOf(
  view: ChainView,
  account: string,
  nonce: number,
  effect: Effect,
  sent: readonly Hex[],
  doneBy: DoneBy | undefined,
): Promise<EffectStatus> {
  const call = callOf(effect);
  for (const [final, header] of [
    [true, await view.finalized()],
    [false, await view.head()],
  ] as const) {
    const point = pointOf(header);
    const record = await doneBy?.(effect, point);
    if (record?.txId !== undefined) return { is: "done", txId: record.txId, final };
    if ((await view.nonceAt(account, point)) <= nonce) continue;
    const spender = await spenderOf(view, account, nonce, point, sent);
    const { hash: txId } = spender.transaction;
    if (final) {
      // The nonce is gone for good. Somebody else's transaction above the final block may still have done it.
      const later = await doneBy?.(effect, pointOf(await view.head()));
      if (later?.txId !== undefined) return { is: "done", txId: later.txId, final: false };
    }
    const isDone = record === undefined && isThisCall(spender, call);
    return { is: isDone ? "done" : "impossible", txId, final };
  }
  return { is: (await isWaiting(view, account, nonce, sent)) ? "pending" : "absent" };
}
