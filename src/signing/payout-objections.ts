import type { ConflictToken, EffectStatus } from "../chains/chain.ts";
import { tokenWord } from "../gateway/statement.ts";
import type { PayoutAtFinal } from "./gateway-view.ts";

/** A payout at a final block, as far as its token depends on it. */
export type PayoutStanding = Pick<PayoutAtFinal, "status" | "attempt" | "token">;

/** How a payout ends: from none of them it is ever REQUESTED again, so no token that it hasn't can become its own. */
const ENDED: ReadonlySet<string> = new Set(["SETTLED", "REFUNDED", "CANCELLED"]);

/** Why a payout isn't where a signature needs it, of that attempt if one is named; undefined where it is. */
export function standingObjection(
  { status, attempt }: PayoutStanding,
  wanted: "REQUESTED" | "AUTHORISED",
  asked?: bigint,
): string | undefined {
  if (status !== wanted) return `the payout is ${status} at the latest final block, not ${wanted}`;
  return asked !== undefined && attempt !== asked ? "it is another attempt" : undefined;
}

/** Why a payout isn't to be paid by a token; undefined where it is. */
export function paymentObjection(payout: PayoutStanding, token: ConflictToken): string | undefined {
  const wrong = standingObjection(payout, "AUTHORISED");
  if (wrong !== undefined) return wrong;
  return payout.token === tokenWord(token)
    ? undefined
    : "the payout was authorised with another conflict token";
}

/**
 * Why a payout's token isn't to be spent on nothing; undefined where it may be.
 *
 * Of an AUTHORISED payout its one token may be: the outcome is then that it wasn't paid. Of one that has ended any other may be,
 * as the payout can be authorised with none any more: it was given one before its account cancelled it, or by a journal that is
 * lost. One that is REQUESTED may still be authorised with the token that a statement gives it, and with no other, so its token is
 * left to it; and the token that an ended payout was paid by is left as it was spent.
 */
export function voidObjection(payout: PayoutStanding, token: ConflictToken): string | undefined {
  const { status } = payout;
  if (!ENDED.has(status)) return paymentObjection(payout, token);
  return payout.token === tokenWord(token) ? "the payout has ended by this conflict token" : undefined;
}

/** Whether a token that a payout once had can't pay it any more, whatever happens. */
export function isPast(status: EffectStatus): boolean {
  return status.is === "impossible" && status.final;
}
