/**
 * Runs jobs side by side, begun in their order, at most so many at a time. The results stand in the order of the jobs.
 *
 * @example
 * const answers = await inParallel(2, files.map((file) => () => look(file)));
 */
export async function inParallel<T>(atOnce: number, jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index];
      if (job !== undefined) results[index] = await job();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
