import { costText, spanText } from "./amount-text.ts";
import type { Choice } from "./choose.ts";
import type { Leg } from "./route.ts";

/**
 * A choice as people read it, a line for each route: `ledger transfer: 0.03 USD, at once`, `vault exit refused: it is more
 * than the tier may take out in one go, would arrive in 12 h`.
 *
 * @param now Unix seconds
 */
export function explainChoice({ chosen, fallbacks, refused }: Choice, now: bigint): string[] {
  const told = ({ route, cost, arrives }: Leg) => `${route}: ${costText(cost)}, ${spanText(arrives - now)}`;
  return [
    ...(chosen === undefined ? ["no route will do"] : [told(chosen)]),
    ...fallbacks.map((leg) => `else ${told(leg)}`),
    ...refused.map(({ route, reasons }) => `${route} refused: ${reasons.map(({ text }) => text).join(", ")}`),
  ];
}
