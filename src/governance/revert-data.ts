/** How deep providers bury a revert's data among causes. */
const DEEPEST = 5;

/**
 * What a call reverted with, `0x` for nothing; undefined if the error isn't a revert. Providers differ in where they put it:
 * found wherever it lies.
 */
export function revertDataOf(error: unknown, depth = 0): string | undefined {
  if (typeof error !== "object" || error === null || depth > DEEPEST) return undefined;
  const { data } = error as { data?: unknown };
  if (typeof data === "string" && data.startsWith("0x")) return data;
  for (const key of ["data", "info", "error", "cause"] as const) {
    const inner = revertDataOf((error as Record<string, unknown>)[key], depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
