/** Seconds of `Netting.NOTICE`: between announcing and withdrawing, and the most that a deadline may lie ahead. */
export const NOTICE = 3_600n;

/** What a party has in the netting of an asset, and what it has announced to withdraw. */
export interface Margin {
  /** Raw units. */
  readonly balance: bigint;
  /** The most that one cycle may take, raw units. */
  readonly cap: bigint;
  /** How many cycles it has been in. */
  readonly nonce: bigint;
  /** Raw units that can be withdrawn from `from` on. */
  readonly withdrawal: bigint;
  /** Unix seconds; 0 = nothing is announced. */
  readonly from: bigint;
}

/**
 * The most that a party can give in a cycle that settles by `deadline`, net, raw units: its balance without what anyone could
 * withdraw for it by then, at most its cap. A withdrawal that is announced later comes too late for the cycle.
 */
export function capacityOf({ balance, cap, withdrawal, from }: Margin, deadline: bigint): bigint {
  const sure = from === 0n || from > deadline ? balance : balance - withdrawal;
  if (sure <= 0n) return 0n;
  return sure < cap ? sure : cap;
}
