import type { ChainObserver, EffectExecutor, Finality } from "../../src/chains/chain.ts";
import { RetryableError } from "../../src/core/errors.ts";
import type { Journal } from "../../src/journal/journal.ts";
import type { Side } from "../../src/relayer/deciders/decider.ts";
import { machineClock } from "../../src/relayer/machine-clock.ts";
import { routeDeciders } from "../../src/relayer/route-deciders.ts";
import type { RouteDesk, RouteSide } from "../../src/relayer/route-desk.ts";
import type { Signer } from "../../src/signing/signer.ts";
import { at, TERMS } from "./given-route.ts";

/** A chain on which nothing happens. */
export const still = (chain: string, height = 1, finality: Finality = "unseen"): ChainObserver => ({
  ...{ chain, head: async () => at(height), finalized: async () => at(height), at: async () => at(height) },
  ...{ commonAncestor: async () => at(height), finality: async () => finality },
  async *scan() {},
});

export const nobody: Signer = {
  ...{ key: "coins", scheme: "bip340", publicKey: async () => "" },
  sign: () => Promise.reject(new Error("nothing is to be signed here")),
};

/** One chain of a route on which nothing can be spent. `executor`: what else is asked of it; the rest fails. */
export function sideOf(
  observer: ChainObserver,
  executor: Partial<EffectExecutor> = {},
  from = at(1),
): RouteSide {
  const nothing = { chain: observer.chain, reconcile: async () => ({ free: [], balance: 0n }) };
  const all = { ...nothing, ...executor } as EffectExecutor;
  return { observer, executor: all, signer: nobody, inputsOf: () => [], from };
}

/** A worker's desk on the usual terms, where nothing can be stated; what `given` says is so instead. */
export function deskOf(
  journal: Journal,
  sides: Readonly<Record<Side, RouteSide>>,
  given: Pick<RouteDesk, "pace"> & Partial<RouteDesk>,
): RouteDesk {
  const { terms = TERMS } = given;
  return {
    ...{ route: "r", terms, deciders: routeDeciders(terms), journal, clock: machineClock, sides },
    committee: { prove: () => Promise.reject(new RetryableError("SIGNERS_UNAVAILABLE", "nobody is there")) },
    ...{ random: () => 0.5, holder: "one", log: () => {} },
    ...given,
  };
}
