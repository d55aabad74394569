/** As many as a small machine has processors. */
export const PROCESSORS = 2;

/** Gives each item to whoever asks next, until one of those fails. */
function* handedOut<T>(items: readonly T[]): Generator<[number, T]> {
  yield* items.entries();
}

/**
 * Works on items side by side, begun in their order, at most so many at a time; after one has failed none is begun. The results
 * stand in the order of the items.
 *
 * @example
 * const answers = await inParallel(2, files, look);
 */
export async function inParallel<T, R>(
  atOnce: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = handedOut(items);
  const lane = async () => {
    // A failure leaves the loop, which closes what all lanes take from.
    for (const [index, item] of waiting) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}
