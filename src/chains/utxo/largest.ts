/** The largest of some amounts, 0 of none. `Math.max` doesn't take them. */
export function largest(amounts: readonly bigint[]): bigint {
  let most = 0n;
  for (const amount of amounts) if (amount > most) most = amount;
  return most;
}
