import { TerminalError } from "../../core/errors.ts";
import type { Reason } from "../sending/reason.ts";
import { spanText } from "./amount-text.ts";
import type { Closed, Leg, Quote } from "./route.ts";
import { type Place, RISKS, type Wish } from "./wish.ts";

/** What is to be done, and why not otherwise. */
export interface Choice {
  /** Undefined if no route will do. */
  readonly chosen: Leg | undefined;
  /** What to take when the routes before it fail, best first. */
  readonly fallbacks: readonly Leg[];
  /** By name. */
  readonly refused: readonly Closed[];
}

const samePlace = (a: Place, b: Place) => a.chain === b.chain && a.in === b.in;

/** All that forbids a leg. */
function against(wish: Wish, leg: Leg, now: bigint): Reason[] {
  const reasons: Reason[] = [];
  const no = (code: string, text: string) => reasons.push({ code, text });
  if (!wish.accepts.some((place) => samePlace(place, leg.place))) {
    no("PLACE", `the payee doesn't take it in its ${leg.place.in} on ${leg.place.chain}`);
  }
  if (wish.bond !== undefined && !leg.binds) no("BOND", "nothing would bind it to its terms");
  if (RISKS.indexOf(leg.risk) > RISKS.indexOf(wish.risk)) {
    no("RISK", leg.risk === "time" ? "it could be delayed on its way" : "it depends on others");
  }
  if (wish.mostCost !== undefined && leg.cost > wish.mostCost) no("COST", "it costs more than is wanted");
  if (leg.arrives > wish.deadline) no("DEADLINE", `would arrive ${spanText(leg.arrives - now)}`);
  return reasons;
}

const order = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

function compare(wish: Wish): (a: Leg, b: Leg) => number {
  return (a, b) => {
    const cost = order(a.cost, b.cost);
    const time = order(a.arrives, b.arrives);
    const first = wish.prefer === "time" ? time || cost : cost || time;
    return first || RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk) || (a.route < b.route ? -1 : 1);
  };
}

/**
 * The best of the routes that will do: the cheapest or soonest, then the other of the two, then the least risk, then the name.
 * What any limit forbids is never chosen, and is refused with every reason. Pure: equal quotes give equal choices, in
 * whichever order they come. What arrives before `now` is there at once.
 *
 * @param now Unix seconds
 * @throws TerminalError `ROUTES_OF_ONE_NAME`
 * @example
 * const { chosen, fallbacks, refused } = choose(wish, await askRoutes(sources, wish), now);
 */
export function choose(wish: Wish, quotes: readonly Quote[], now: bigint): Choice {
  const names = quotes.map(({ route }) => route);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) {
    throw new TerminalError("ROUTES_OF_ONE_NAME", "Two routes have one name", {
      facts: { route: twice },
      advice: "Give each source a name of its own: it tells payments in the journal apart.",
    });
  }
  const open: Leg[] = [];
  const refused: Closed[] = [];
  for (const quote of quotes) {
    if (quote.state === "closed") {
      refused.push(quote);
      continue;
    }
    const leg = quote.arrives < now ? { ...quote, arrives: now } : quote;
    const reasons = against(wish, leg, now);
    if (reasons.length === 0) open.push(leg);
    else refused.push({ state: "closed", route: leg.route, reasons: [...leg.notes, ...reasons] });
  }
  const [chosen, ...fallbacks] = open.sort(compare(wish));
  refused.sort((a, b) => (a.route < b.route ? -1 : 1));
  return { chosen, fallbacks, refused };
}
