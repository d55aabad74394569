import { TerminalError } from "../../core/errors.ts";
import { type NettingGraph, nettingGraph } from "./netting-graph.ts";
import { faultOf, type Obligation } from "./obligation.ts";
import { boundBy, type LoadHighs, loadHighs, relax } from "./relaxation.ts";
import { WholeObligations } from "./whole-obligations.ts";

/** What can be cleared together, exact. */
export interface Solution<O extends Obligation = Obligation> {
  /** Cleared whole, the largest first. */
  readonly cleared: readonly O[];
  readonly left: readonly O[];
  /** By party that has a cleared obligation, addresses in lower case, ascending: what it gets, negative = gives. Sums to zero. */
  readonly nets: ReadonlyMap<string, bigint>;
  /** Sum of what is cleared, raw units. */
  readonly gross: bigint;
  /** What no solver could exceed, not even by clearing parts of obligations: exact, raw units. */
  readonly bound: bigint;
}

/** Up to here HiGHS' integer program is asked too, which takes far longer than the linear one. */
const SMALL = 100;
/** How much of that search: nodes, not seconds, so that the answer is the same everywhere. */
const NODES = 200;

/** How many obligations to go through for something better than the best rounding. */
const WORK = 100_000;

/** Shares from which on an obligation is cleared at first: what the linear program clears whole, most of, or something of. */
const THRESHOLDS = [1 - 1e-6, 0.5, 1e-6];

/**
 * Chooses the obligations that clear most value while no party gives more than its limit, net. All of one asset.
 *
 * An obligation is cleared whole or not at all, as the debtor signed one amount: a part would need a leaf that names it and books
 * that carry the rest from cycle to cycle. Who wants parts signs several smaller obligations (ADR 41). Whole ones are an integer
 * program, so this is a heuristic with a certificate: HiGHS' linear program gives shares and a bound; shares are rounded, what
 * breaks a limit is dropped, what fits is added and swapped, all in `bigint`; the best of a few roundings is taken. `bound - gross`
 * is the most that was missed. Obligations in another order, or another machine, give the same answer.
 *
 * @param limitOf the most that a party may give, net, raw units: see `capacityOf`. Asked with addresses in lower case
 * @throws {TerminalError} BAD_OBLIGATION, MIXED_ASSETS
 * @throws {RetryableError} SOLVER_FAILED
 * @example
 * const { cleared, gross } = await solveCycle(obligations, () => 0n); // rings alone, which need no money
 */
export async function solveCycle<O extends Obligation>(
  obligations: readonly O[],
  limitOf: (party: string) => bigint,
  load: LoadHighs = loadHighs,
): Promise<Solution<O>> {
  check(obligations);
  const { graph, ordered } = nettingGraph(obligations, limitOf);
  if (ordered.length === 0) return { cleared: [], left: [], nets: new Map(), gross: 0n, bound: 0n };
  const highs = await load();
  const { shares, prices } = relax(highs, graph);
  const bound = boundBy(prices, graph);
  let best = WholeObligations.best(
    graph,
    THRESHOLDS.map((least) => shares.map((share) => (share >= least ? 1 : 0))),
  );
  if (best.gross < bound) best.improve(WORK);
  if (best.gross < bound && ordered.length <= SMALL) {
    const whole = WholeObligations.best(graph, [relax(highs, graph, NODES).shares.map(Math.round)]);
    if (whole.gross > best.gross) best = whole;
  }
  return {
    cleared: ordered.filter((_, i) => best.has(i)),
    left: ordered.filter((_, i) => !best.has(i)),
    nets: netsOf(graph, best),
    gross: best.gross,
    bound,
  };
}

function check(obligations: readonly Obligation[]): void {
  for (const obligation of obligations) {
    const wrong = faultOf(obligation);
    const { debtor, creditor, amount, asset } = obligation;
    if (wrong !== null) {
      throw new TerminalError("BAD_OBLIGATION", `An obligation can't be netted: ${wrong}`, {
        facts: { debtor, creditor, amount },
      });
    }
    if (asset !== obligations[0]?.asset) {
      throw new TerminalError("MIXED_ASSETS", "A cycle is of one asset", {
        facts: { asset, other: obligations[0]?.asset ?? 0n },
        advice: "Solve one cycle for each asset.",
      });
    }
  }
}

function netsOf({ parties, debtors, creditors, amounts }: NettingGraph, chosen: WholeObligations) {
  const nets = new Map<string, bigint>();
  const add = (place: number, amount: bigint) => {
    const party = parties[place] ?? "";
    nets.set(party, (nets.get(party) ?? 0n) + amount);
  };
  for (const [i, amount] of amounts.entries()) {
    if (!chosen.has(i)) continue;
    add(debtors[i] ?? 0, -amount);
    add(creditors[i] ?? 0, amount);
  }
  return new Map([...nets].sort(([a], [b]) => (a < b ? -1 : 1)));
}
