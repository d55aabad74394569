import { Contract, type Provider } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { TerminalError } from "../../core/errors.ts";
import type { AddressBook, Entry } from "../address-book.ts";
import type { Part } from "./parts.ts";
import type { Argument } from "./quantities.ts";

/** An asset of the deployment. */
export interface KnownAsset {
  readonly symbol: string;
  readonly id: bigint;
  /** Zero for the chain's own currency. */
  readonly token: string;
  readonly decimals: number;
  /** One tick is 10^tickExponent raw units. */
  readonly tickExponent: number;
}

/** What compiling a change may look at: one chain, as it is now. */
export interface ChangeContext {
  readonly provider: Provider;
  readonly addresses: SuiteAddresses;
  readonly book: AddressBook;
  /** The change's parts, which stand on this chain or on the fork of it. */
  readonly parts: ReadonlyMap<string, Part>;
  /** Unix seconds after which calls that carry an end are void. */
  readonly validUntil: bigint;
  /** The change's own id: salts what needs one. */
  readonly salt: string;
}

function entryOf({ book }: ChangeContext, name: string): Entry {
  const entry = book.named(name);
  if (entry !== undefined) return entry;
  throw new TerminalError("UNKNOWN_NAME", `This deployment has no ${name}`, {
    advice: `It has ${book.entries.map((known) => known.name).join(", ")}.`,
  });
}

/** The contract of a name in the address book, to read from. */
export function contractOf(context: ChangeContext, name: string): Contract {
  const { address, face } = entryOf(context, name);
  return new Contract(address, face, context.provider);
}

/** One view's answer. */
export async function view<T>(
  context: ChangeContext,
  name: string,
  fn: string,
  ...args: readonly unknown[]
): Promise<T> {
  return (await contractOf(context, name)
    .getFunction(fn)
    .staticCall(...args)) as T;
}

/** A call of a contract in the book. */
export function callOf(context: ChangeContext, name: string, fn: string, args: readonly unknown[]) {
  const { address, face } = entryOf(context, name);
  return { to: address, data: face.encodeFunctionData(fn, [...args]) };
}

/** Words of the record that have no entry in the book, for references. */
function recorded(addresses: SuiteAddresses, name: string): string | undefined {
  const [group, key] = name.split(".");
  if (key !== undefined) {
    if (group === "safes") return addresses.safes[key as keyof SuiteAddresses["safes"]];
    if (group === "tokens") return addresses.assets.find(({ symbol }) => symbol === key)?.token;
    return undefined;
  }
  const value = (addresses as unknown as Record<string, unknown>)[name];
  return typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value) ? value : undefined;
}

type Names = Pick<ChangeContext, "parts" | "book" | "addresses">;

/** What a name stands for: a part of the change, a contract of the book, or a word of the record. */
export function addressNamed({ parts, book, addresses }: Names, name: string): string | undefined {
  return parts.get(name)?.address ?? book.named(name)?.address ?? recorded(addresses, name);
}

/**
 * The address behind `$name`, or the address itself.
 *
 * @throws TerminalError `UNKNOWN_NAME`
 */
export function resolve(names: Names, reference: string): string {
  if (!reference.startsWith("$")) return reference;
  const found = addressNamed(names, reference.slice(1));
  if (found !== undefined) return found;
  throw new TerminalError("UNKNOWN_NAME", `Nothing is called ${reference}`, {
    facts: { parts: [...names.parts.keys()].join(" ") || "none" },
    advice:
      "Declare it under `deploy`, or use a name of the deployment's record such as $vault or $safes.council.",
  });
}

/** An argument with the addresses of the names in it. */
export function resolveNames(names: Names, value: Argument): unknown {
  if (typeof value === "object") return value.map((item) => resolveNames(names, item));
  return typeof value === "string" ? resolve(names, value) : value;
}

/**
 * An asset by its symbol.
 *
 * @throws TerminalError `UNKNOWN_ASSET`
 */
export async function assetOf(context: ChangeContext, symbol: string): Promise<KnownAsset> {
  const known = context.addresses.assets.find((asset) => asset.symbol === symbol);
  if (known === undefined) {
    const symbols = context.addresses.assets.map((asset) => asset.symbol).join(", ");
    throw new TerminalError("UNKNOWN_ASSET", `The deployment's record has no asset ${symbol}`, {
      advice: `It has ${symbols}. An asset that was listed since belongs into the record: see docs/operations/list-asset.md.`,
    });
  }
  const id = BigInt(known.id);
  const { decimals, tickExponent } = await view<{ decimals: bigint; tickExponent: bigint }>(
    context,
    "vault",
    "assetOf",
    id,
  );
  return { symbol, id, token: known.token, decimals: Number(decimals), tickExponent: Number(tickExponent) };
}
