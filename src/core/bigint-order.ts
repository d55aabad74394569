/** The smaller of two amounts: `Math.min` knows numbers only. */
export function lesser(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** The larger of two amounts. */
export function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
