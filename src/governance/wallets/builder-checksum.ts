import { id } from "ethers";

/**
 * JSON as Safe's Transaction Builder serialises it for its checksum: keys sorted and listed in front of their values,
 * `undefined` as `null`. It is no JSON, and the odd commas belong to it.
 */
function serialize(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map(serialize).join(",")}]`;
  if (typeof json === "object" && json !== null) {
    const entries = Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1));
    const values = entries.map(([, value]) => `${serialize(value)},`).join("");
    return `{${JSON.stringify(entries.map(([key]) => key))}${values}}`;
  }
  return JSON.stringify(json ?? null);
}

/**
 * The checksum of a batch file as Safe's app computes it: keccak-256 over the file with `meta.name` as null, so that a batch
 * can be renamed. It shows damage, not malice: anyone can compute it.
 *
 * Follows apps/tx-builder/src/lib/checksum.ts of safe-global/safe-react-apps.
 *
 * @param batch the file without `meta.checksum`
 */
export function builderChecksum(batch: { readonly meta: object }): string {
  return id(serialize({ ...batch, meta: { ...batch.meta, name: null } }));
}
