/** How many questions are asked of a node at once. */
const AT_ONCE = 100;

/** Asks for each of many things, a hundred at a time, and keeps their order. */
export async function inChunks<T, R>(
  all: readonly T[],
  ask: (one: T, index: number) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE);
    answers.push(...(await Promise.all(some.map((one, i) => ask(one, at + i)))));
  }
  return answers;
}
