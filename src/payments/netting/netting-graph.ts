import type { Obligation } from "./obligation.ts";

/** Obligations as numbers: what a solver works on. The same obligations in any order make the same graph. */
export interface NettingGraph {
  /** By ascending address. */
  readonly parties: readonly string[];
  /** By party: the most it gives, net. Raw units. */
  readonly limits: readonly bigint[];
  /** By obligation: its debtor's place among the parties. */
  readonly debtors: Int32Array;
  /** By obligation: its creditor's place among the parties. */
  readonly creditors: Int32Array;
  /** By obligation, raw units; descending. */
  readonly amounts: readonly bigint[];
}

/**
 * Orders obligations, the largest first, and numbers their parties.
 *
 * @param limitOf the most that a party may give, net; raw units, negative = nothing
 * @returns the graph, and the obligations in its order
 */
export function nettingGraph<O extends Obligation>(
  obligations: readonly O[],
  limitOf: (party: string) => bigint,
): { graph: NettingGraph; ordered: O[] } {
  const keyed = obligations.map((obligation) => ({ obligation, key: sortKey(obligation) }));
  keyed.sort((a, b) => compare(b.obligation.amount, a.obligation.amount) || compare(a.key, b.key));
  const ordered = keyed.map(({ obligation }) => obligation);
  const owed = new Map<string, bigint>();
  for (const { debtor, creditor, amount } of ordered) {
    owed.set(nameOf(debtor), (owed.get(nameOf(debtor)) ?? 0n) + amount);
    owed.set(nameOf(creditor), owed.get(nameOf(creditor)) ?? 0n);
  }
  const parties = [...owed.keys()].sort();
  const places = new Map(parties.map((party, place) => [party, place]));
  const placeOf = (party: string) => places.get(nameOf(party)) ?? -1;
  const limits = parties.map((party) => {
    const limit = limitOf(party);
    const most = owed.get(party) ?? 0n;
    // Nobody gives more than it owes: a smaller limit says the same, and more to the linear program.
    return limit < 0n ? 0n : limit < most ? limit : most;
  });
  const graph = {
    parties,
    limits,
    debtors: Int32Array.from(ordered, ({ debtor }) => placeOf(debtor)),
    creditors: Int32Array.from(ordered, ({ creditor }) => placeOf(creditor)),
    amounts: ordered.map(({ amount }) => amount),
  };
  return { graph, ordered };
}

/** An account in one spelling, for comparing: text order is number order. */
export function nameOf(account: string): string {
  return account.toLowerCase();
}

/** Tells all obligations apart that aren't the same. */
function sortKey({ debtor, creditor, asset, ref, dueBy, salt }: Obligation): string {
  return [debtor, creditor, asset, ref, dueBy, salt].join(":").toLowerCase();
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
