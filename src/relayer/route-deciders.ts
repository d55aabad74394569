import { inboundDecider } from "./deciders/inbound-decider.ts";
import { outboundDecider } from "./deciders/outbound-decider.ts";
import type { RouteTerms } from "./deciders/route-terms.ts";
import { tokenDecider } from "./deciders/token-decider.ts";
import { upkeepDecider } from "./deciders/upkeep-decider.ts";
import type { RouteDeciders } from "./stream-store.ts";

/** The deciders of a route. */
export function routeDeciders(terms: RouteTerms): RouteDeciders {
  return {
    in: inboundDecider(terms),
    out: outboundDecider(terms),
    up: upkeepDecider(terms),
    token: tokenDecider(terms.patience),
  } as unknown as RouteDeciders;
}
