import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getAddress, isAddress } from "ethers";
import { RECORD_FORMAT } from "../../deploy/record.ts";
import { TerminalError } from "../core/errors.ts";
import { PLAIN } from "./published-addresses.ts";

interface Record {
  readonly format?: unknown;
  readonly addresses?: { readonly chainId?: unknown };
}

/** Every text below `value` that should be an address, with the way to it. */
function* texts(value: unknown, path: readonly string[] = []): Generator<readonly [string, string]> {
  if (typeof value === "string") yield [path.join("."), value];
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (!(PLAIN as readonly string[]).includes(key)) yield* texts(inner, [...path, key]);
    }
  }
}

/** What is wrong with a record of chain `chainId`; undefined if nothing is. */
function problemOf({ format, addresses }: Record, chainId: string): string | undefined {
  if (format !== RECORD_FORMAT) return `its format is ${JSON.stringify(format)}, not "${RECORD_FORMAT}"`;
  if (addresses?.chainId !== chainId) return `its addresses are of chain ${String(addresses?.chainId)}`;
  for (const [path, text] of texts(addresses)) {
    if (!isAddress(text)) return `addresses.${path} is "${text}", which is no address`;
    if (getAddress(text) !== text) return `addresses.${path} has no checksum`;
  }
  return undefined;
}

/**
 * Reads the addresses of every record in a folder, `<chainId>.json` each, in the order of chains. A folder that doesn't
 * exist has none.
 *
 * @throws TerminalError `RECORD_INVALID` for a record of another format or chain, or whose addresses are none.
 */
export function recordedAddresses(folder: string): ReadonlyMap<bigint, unknown> {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^[1-9]\d*\.json$/.test(name)) : [];
  const chains = names.map((name) => BigInt(name.slice(0, -".json".length)));
  chains.sort((a, b) => (a < b ? -1 : 1));
  return new Map(
    chains.map((chainId) => {
      const file = join(folder, `${chainId}.json`);
      let record: Record;
      try {
        record = (JSON.parse(readFileSync(file, "utf8")) ?? {}) as Record;
      } catch (cause) {
        throw invalid(file, "it is no JSON", cause);
      }
      const problem = problemOf(record, String(chainId));
      if (problem !== undefined) throw invalid(file, problem);
      return [chainId, record.addresses];
    }),
  );
}

function invalid(file: string, problem: string, cause?: unknown): TerminalError {
  return new TerminalError("RECORD_INVALID", `${file} is no deployment's record: ${problem}`, {
    ...(cause === undefined ? {} : { cause }),
    advice: "Restore it from git, or let ./strongroom deploy write it again.",
  });
}

/** The source of `strongroom/addresses`; the compiler compares each record with its type. */
export function addressesModule(recorded: ReadonlyMap<bigint, unknown>): string {
  const rows = [...recorded].map(
    ([chainId, addresses]) =>
      `  ${chainId}: ${JSON.stringify(addresses, null, 2).replaceAll("\n", "\n  ")},\n`,
  );
  return `// Generated from the records of deployments.
import type { PublishedAddresses } from "../published-addresses.ts";

export type { PublishedAddresses };

/** Where Strongroom is deployed, by chain id. */
export const ADDRESSES: Readonly<Record<number, PublishedAddresses | undefined>> = {
${rows.join("")}};
`;
}
