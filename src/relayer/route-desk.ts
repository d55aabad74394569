import type { ChainObserver, EffectExecutor, Point, SignedTx, UnsignedTx } from "../chains/chain.ts";
import type { Statement } from "../gateway/statement.ts";
import type { FaultPoints } from "../journal/fault-points.ts";
import type { Journal } from "../journal/journal.ts";
import type { Signer } from "../signing/signer.ts";
import type { Clock, Random } from "./clock.ts";
import type { Side } from "./deciders/decider.ts";
import type { RouteTerms } from "./deciders/route-terms.ts";
import type { RouteDeciders } from "./stream-store.ts";

/** One chain of a route, with what is done on it. */
export interface RouteSide {
  readonly observer: ChainObserver;
  readonly executor: EffectExecutor;
  /** Signs this side's transactions. */
  readonly signer: Signer;
  /** What a transaction spends besides its token, as `build` is told of it: empty where nothing is shared. */
  inputsOf(tx: UnsignedTx | SignedTx): readonly string[];
  /** A final block from which reading begins. */
  readonly from: Point;
  /**
   * Done before anything is asked of this side, and before the blocks after `read` are read, once the last of them is known: learns,
   * say, whose addresses are looked for.
   */
  prepare?(read: Point): Promise<void>;
}

/** Those whose word the gateway believes. */
export interface Committee {
  /**
   * The proof of a statement as contracts take it.
   *
   * @param facts where its members look for themselves
   * @throws RetryableError `SIGNERS_UNAVAILABLE`; TerminalError `SIGNING_REFUSED`
   */
  prove(statement: Statement, facts: Readonly<Record<string, string>>): Promise<string>;
}

/** How fast a worker goes. Milliseconds. */
export interface Pace {
  /** Between two looks at the chains' heads. */
  readonly poll: number;
  /** Between two looks at an effect while its chain has no new block. */
  readonly look: number;
  /** How long a lease lasts unless it is renewed. */
  readonly lease: number;
  /** Between two counts of what can be spent. */
  readonly survey: number;
  /** Streams that are worked on at a time. */
  readonly atOnce: number;
}

/** As a route has them unless its configuration says otherwise. */
export const USUAL_PACE: Pace = { poll: 1_000, look: 15_000, lease: 15_000, survey: 60_000, atOnce: 16 };

/** One line of a worker's log. */
export type RouteLine = { readonly event: string } & Readonly<Record<string, string | number | boolean>>;

/** Everything that a worker works with. Nothing of it is global: a simulator brings its own. */
export interface RouteDesk {
  /** The route's name: what its streams begin with. */
  readonly route: string;
  readonly terms: RouteTerms;
  readonly deciders: RouteDeciders;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  readonly sides: Readonly<Record<Side, RouteSide>>;
  readonly committee: Committee;
  readonly pace: Pace;
  /** Names this worker among those of the route; unique. */
  readonly holder: string;
  /** Where a test may end the process: `relay.PART.signed`, `.sending` and `.sent`, as `Hands` has them. */
  readonly faults?: FaultPoints;
  log(line: RouteLine): void;
}
