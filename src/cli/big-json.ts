/** JSON for machines: amounts in raw units and times are decimal text, as they don't fit JSON's numbers. */
export function bigJson(value: unknown): string {
  const text = (_: string, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner);
  return `${JSON.stringify(value, text, 2)}\n`;
}
