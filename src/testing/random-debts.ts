/** Numbers in 0…1, always the same for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` pairs of different parties and an amount of up to `most`, by a seed. */
export function randomDebts<P>(
  parties: readonly P[],
  count: number,
  most: bigint,
  seed: number,
): { debtor: P; creditor: P; amount: bigint; salt: bigint }[] {
  const random = seeded(seed);
  const below = (end: number) => Math.floor(random() * end);
  return Array.from({ length: count }, (_, i) => {
    const from = below(parties.length);
    const to = (from + 1 + below(parties.length - 1)) % parties.length;
    const [debtor, creditor] = [parties[from], parties[to]];
    if (debtor === undefined || creditor === undefined) throw new Error("two parties or more");
    return { debtor, creditor, amount: 1n + (BigInt(below(1e9)) * most) / 1_000_000_000n, salt: BigInt(i) };
  });
}
