import { getAddress, Interface } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { TerminalError } from "../../core/errors.ts";
import { NATIVE_ASSET } from "../parameters.ts";
import type { Reading } from "./reading.ts";

/** An asset that the Vault lists. */
export interface ReadAsset {
  readonly id: bigint;
  /** Names it in ids: `native`, a token's address, or a foreign asset's hash. */
  readonly name: string;
  readonly symbol: string;
  readonly class: bigint;
  readonly tickExponent: bigint;
  readonly decimals: bigint;
  readonly windingDown: boolean;
  readonly impaired: boolean;
  /** The CAIP-2 name of the chain that it is of, where the gateway serves it. */
  readonly chain?: string;
}

const SYMBOL = new Interface(["function symbol() view returns (string)"]);

/** How ids of variables name an asset. Parameter keys lack its class byte: an address is a token's, zero is native. */
export function assetName(id: bigint): string {
  const body = id & ((1n << 248n) - 1n);
  if (body === 0n) return "native";
  if (body < 1n << 160n) return getAddress(`0x${body.toString(16).padStart(40, "0")}`);
  return `0x${body.toString(16).padStart(62, "0")}`;
}

/** The assets that the Vault lists, in the order of listing. */
export async function readAssets(at: Reading): Promise<readonly ReadAsset[]> {
  const { vault } = at.addresses;
  const ids = await at.view<readonly bigint[]>(vault, "vault", "listedAssets");
  return Promise.all(
    ids.map(async (id) => {
      const record = await at.view<Omit<ReadAsset, "id" | "name" | "symbol">>(vault, "vault", "assetOf", [
        id,
      ]);
      const name = assetName(id);
      const chain = await chainOf(at, id, name);
      const known = at.addresses.assets.find((asset) => BigInt(asset.id) === id)?.symbol;
      return {
        id,
        name,
        symbol: known ?? (await symbolOf(at, id, name)),
        class: record.class,
        tickExponent: record.tickExponent,
        decimals: record.decimals,
        windingDown: record.windingDown,
        impaired: record.impaired,
        ...(chain === undefined ? {} : { chain }),
      };
    }),
  );
}

const FOREIGN = new Interface(["function caip19() view returns (string)"]);

/** The chain of an asset that the gateway serves. */
async function chainOf(at: Reading, id: bigint, name: string): Promise<string | undefined> {
  const row = await at.view<{ token: string }>(at.addresses.gateway, "gateway", "foreignOf", [id]);
  if (BigInt(row.token) === 0n) return undefined;
  const caip19 = await at.view<string>(name, FOREIGN, "caip19");
  return caip19.slice(0, caip19.indexOf("/"));
}

/** The assets that a record names, for a Vault that doesn't answer: what only it knows is missing. */
export function recordedAssets({ assets }: SuiteAddresses): readonly ReadAsset[] {
  return assets.map(({ id, symbol }) => ({
    id: BigInt(id),
    name: assetName(BigInt(id)),
    symbol,
    class: 0n,
    tickExponent: 0n,
    decimals: 0n,
    windingDown: false,
    impaired: false,
  }));
}

/** What a token calls itself: its own word, so it is only shown beside the address. */
async function symbolOf(at: Reading, id: bigint, name: string): Promise<string> {
  if (id === NATIVE_ASSET || name.length !== 42) return name;
  try {
    const symbol = await at.view<string>(name, SYMBOL, "symbol");
    return /^[\w.+-]{1,16}$/.test(symbol) ? `${symbol} ${name}` : name;
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    // Tokens are free to have no symbol, or to give bytes instead of a text.
    return name;
  }
}
