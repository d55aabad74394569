import type { StoredJournal } from "../../../journal/journal-snapshot.ts";
import type { RouteTerms } from "../../../relayer/deciders/route-terms.ts";
import { openRouteJournal, termsOf } from "../../../relayer/open-route.ts";
import { type ConfiguredRoute, readRouteConfig } from "../../../relayer/route-config.ts";
import { routeDeciders } from "../../../relayer/route-deciders.ts";
import { StreamNames } from "../../../relayer/stream-names.ts";
import type { RouteDeciders } from "../../../relayer/stream-store.ts";

/** What commands about a route are told. */
export interface RelayOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** A route as its journal has it: neither chains nor signers are asked. */
export interface RouteSession {
  readonly configured: ConfiguredRoute;
  readonly journal: StoredJournal;
  readonly names: StreamNames;
  readonly terms: RouteTerms;
  readonly deciders: RouteDeciders;
}

/** Opens a route's journal for one command. */
export async function withRoute<T>(
  options: RelayOptions,
  work: (session: RouteSession) => Promise<T>,
): Promise<T> {
  const configured = readRouteConfig(options.config);
  const terms = termsOf(configured.config);
  const journal = await openRouteJournal(configured);
  try {
    const names = new StreamNames(configured.config.route);
    return await work({ configured, journal, names, terms, deciders: routeDeciders(terms) });
  } finally {
    await journal.close();
  }
}
