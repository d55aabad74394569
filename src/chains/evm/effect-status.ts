import type { Effect, EffectStatus, Hex, Point } from "../chain.ts";
import { type Call, callOf } from "./call-effect.ts";
import { type ChainView, pointOf } from "./chain-view.ts";
import { isWaiting, type Spender, spenderOf } from "./spender.ts";

/**
 * Whether what an effect is for has come about by a block, whoever did it: the transaction that did. Undefined if it hasn't.
 * Contracts that know an id only once make another's success one's own.
 */
export type DoneBy = (effect: Effect, at: Point) => Promise<Hex | undefined>;

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
    const already = await doneBy?.(effect, point);
    if (already !== undefined) return { is: "done", txId: already, final };
    if ((await view.nonceAt(account, point)) <= nonce) continue;
    const spender = await spenderOf(view, account, nonce, point, sent);
    const { hash: txId } = spender.transaction;
    if (final && doneBy !== undefined) {
      // The nonce is gone for good. Somebody else's transaction above the final block may still have done it.
      const later = await doneBy(effect, pointOf(await view.head()));
      if (later !== undefined) return { is: "done", txId: later, final: false };
    }
    const isDone = doneBy === undefined && isThisCall(spender, call);
    return { is: isDone ? "done" : "impossible", txId, final };
  }
  return { is: (await isWaiting(view, account, nonce, sent)) ? "pending" : "absent" };
}
