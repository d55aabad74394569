import { closed, type RouteSource } from "./route.ts";
import type { Wish } from "./wish.ts";

/** The same value in another deployment's ledger; undefined where it has none, or no amount that is exactly as much. */
export type Translate = (asset: bigint, amount: bigint) => Pick<Wish, "asset" | "amount"> | undefined;

/**
 * A route of another chain's deployment, where the payer has money too: its own source, for the wish in that deployment's asset.
 *
 * @example
 * const onArbitrum = elsewhere(ledgerTransfer(arbitrum, "ledger transfer on arbitrum"), sameToken);
 */
export function elsewhere(source: RouteSource, translate: Translate): RouteSource {
  const { route, deliver, landed } = source;
  const there = (wish: Wish): Wish | undefined => {
    const as = translate(wish.asset, wish.amount);
    return as === undefined ? undefined : { ...wish, ...as };
  };
  return {
    ...source,
    quote: async (wish) => {
      const wished = there(wish);
      if (wished !== undefined) return source.quote(wished);
      return closed(route, [
        { code: "NO_COUNTERPART", text: "the asset or the amount has no counterpart there" },
      ]);
    },
    ...(deliver === undefined
      ? {}
      : { deliver: async (wish, text, signature) => deliver(there(wish) ?? wish, text, signature) }),
    ...(landed === undefined ? {} : { landed: async (wish, logs) => landed(there(wish) ?? wish, logs) }),
  };
}
