import type { Provider } from "ethers";
import { AbiCoder, keccak256 } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { TerminalError } from "../../core/errors.ts";
import { type AddressBook, PART, readAddressBook } from "../address-book.ts";
import type { Wording } from "../governed/wording.ts";
import type { Call } from "../safe.ts";
import { INTENTS } from "./all-intents.ts";
import { type ChangeFile, changeDigest } from "./change-file.ts";
import { addressNamed, resolveNames } from "./context.ts";
import { type GoverningPath, type OfficeCall, Paths, pathOf } from "./governing-path.ts";
import type { Intent } from "./intent.ts";
import { type FindArtifact, type Part, partOf } from "./parts.ts";

/** A change as calls on one chain. */
export interface CompiledChange {
  readonly calls: readonly Call[];
  readonly says: readonly Wording[];
  readonly path: GoverningPath;
  readonly salt: string;
  readonly book: AddressBook;
}

function intentOf(kind: string): Intent {
  const found = INTENTS.find((known) => known.kind === kind);
  if (found === undefined) throw new TerminalError("CHANGE_INVALID", `"${kind}" is no kind of change`);
  return found;
}

/** Tells this change on this deployment from every other: chain, timelock and what the file states. */
export function changeSalt(change: ChangeFile, addresses: SuiteAddresses): string {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["string", "uint256", "address", "bytes32"],
      ["strongroom/change@1", addresses.chainId, addresses.timelock, changeDigest(change)],
    ),
  );
}

/**
 * The contracts that a change needs, in the order in which they are deployed.
 *
 * @throws TerminalError `UNKNOWN_CONTRACT`, `PART_IS_MOCK`, `PART_ARGUMENTS`, `UNKNOWN_NAME`, `PART_NAME_TAKEN`
 */
export async function partsOf(
  change: ChangeFile,
  addresses: SuiteAddresses,
  book: AddressBook,
  artifact: FindArtifact,
): Promise<readonly Part[]> {
  const parts = new Map<string, Part>();
  const names = { parts, book, addresses };
  // A name says one thing: `$router` is the deployment's, whatever a file would like to call so.
  const add = (part: Part): void => {
    const before = addressNamed(names, part.name);
    if (before !== undefined && before !== part.address) {
      throw new TerminalError("PART_NAME_TAKEN", `$${part.name} is the name of something else already`, {
        facts: { part: part.address, already: before },
        advice: "Give what the file deploys a name of its own.",
      });
    }
    parts.set(part.name, part);
  };
  for (const [name, { contract, arguments: args }] of Object.entries(change.deploy)) {
    add(
      partOf(
        name,
        await artifact(contract),
        args.map((value) => resolveNames(names, value)),
      ),
    );
  }
  for (const entry of change.changes) {
    for (const part of await intentOf(entry.kind).parts(entry, { artifact })) add(part);
  }
  return [...parts.values()];
}

/**
 * Compiles a change against a chain on which its parts stand.
 *
 * @param validUntil Unix seconds, for the calls that carry an end
 */
export async function compileChange(
  change: ChangeFile,
  provider: Provider,
  addresses: SuiteAddresses,
  parts: readonly Part[],
  validUntil: bigint,
): Promise<CompiledChange> {
  const entries = parts.map(({ name, address, face }) => ({ name: `${PART}${name}`, address, face }));
  const book = await readAddressBook(provider, addresses, entries);
  const salt = changeSalt(change, addresses);
  const context = {
    provider,
    addresses,
    book,
    parts: new Map(parts.map((part) => [part.name, part])),
    validUntil,
    salt,
  };
  const calls: OfficeCall[] = [];
  const says: Wording[] = [];
  // In order: names and versions are read as they are before any of them.
  for (const entry of change.changes) {
    const compiled = await intentOf(entry.kind).compile(entry, context);
    calls.push(...compiled.calls);
    says.push(compiled.says);
  }
  const seen = new Set<string>();
  for (const { to, data } of calls) {
    const key = `${to} ${data}`;
    if (seen.has(key)) {
      throw new TerminalError("CHANGE_TWICE", "The file makes the same call twice", {
        facts: { target: book.nameOf(to) },
        advice: "Leave one of the two out.",
      });
    }
    seen.add(key);
  }
  const path = await pathOf(calls, new Paths(provider, addresses, book));
  return { calls, says, path, salt, book };
}
