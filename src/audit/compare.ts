import { AbiCoder, keccak256 } from "ethers";
import { claimsByAsset, hex20, hex32, queuedTicksByAsset, type VaultState } from "./rebuild.ts";
import { pack, unpack } from "./slots.ts";

/** The namespace of the Vault's storage: ERC-7201, `strongroom.storage.Vault`. */
export const VAULT_NAMESPACE = 0x049ed9874cddfb22ee00672b5e90470d92861ce613b533c13a00c28c3bd9ad00n;

/** Reads one storage word of the Vault: `eth_getStorageAt` at its address. */
export type ReadSlot = (slot: bigint) => Promise<bigint>;

/** A word that the logs and the chain tell differently. */
export interface Difference {
  readonly what: string;
  readonly logs: bigint;
  readonly chain: bigint;
}

/** What `compareToChain` has looked at, so that a comparison of nothing can't pass for a good one. */
export interface Comparison {
  readonly compared: number;
  readonly differences: readonly Difference[];
}

/** Where each member of the Vault's namespace begins, from VAULT_NAMESPACE on. */
export const MEMBERS = {
  door: 0n,
  screen: 1n,
  balances: 2n,
  accounts: 3n,
  subjects: 4n,
  assets: 5n,
  opens: 6n,
  windows: 7n,
  book: 8n,
  params: 9n,
  revision: 10n,
  listed: 11n,
  reserves: 12n,
  governedAt: 13n,
} as const;

/** The slot of a mapping's entry, `keys` from the outermost mapping inwards. */
export function entrySlot(base: bigint, ...keys: readonly string[]): bigint {
  return keys.reduce(
    (slot, key) =>
      BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [hex32(key), slot]))),
    base,
  );
}

/** Every word of the rebuilt state, with the slot where the chain keeps it. */
function* words(state: VaultState): Generator<readonly [what: string, slot: bigint, word: bigint]> {
  const base = (member: keyof typeof MEMBERS) => VAULT_NAMESPACE + MEMBERS[member];
  yield ["door", base("door"), state.door];
  // The hold on everyone stands beside the policy and beside the list.
  const { heldUntil } = unpack("door", state.door);
  yield ["sanctions list", base("screen"), pack("screen", { list: BigInt(state.sanctionsList), heldUntil })];
  yield ["governed at", base("governedAt"), state.governedAt];
  for (const member of ["listed", "reserves"] as const) {
    yield [`${member}: how many`, base(member), BigInt(state[member].length)];
    const first = BigInt(keccak256(hex32(base(member))));
    for (const [i, entry] of state[member].entries()) {
      yield [`${member} ${i}`, first + BigInt(i), BigInt(entry)];
    }
  }
  yield ["revision", base("revision"), state.revision];
  for (const member of [
    "balances",
    "accounts",
    "subjects",
    "assets",
    "opens",
    "windows",
    "book",
    "params",
  ] as const) {
    for (const [key, word] of state[member]) {
      yield [`${member} ${key}`, entrySlot(base(member), ...key.split("/")), word];
    }
  }
}

/** Adds zero words where the logs are silent: what they don't mention must be untouched on the chain. */
function withSilence(state: VaultState, also: readonly string[]): VaultState {
  const mentioned = [
    ...state.accounts.keys(),
    ...state.subjects.keys(),
    ...[...state.balances.keys(), ...state.book.keys()].map((key) => key.slice(0, 42)),
    ...[...state.exits.values()].flatMap(({ owner, to }) => [owner, to]),
    ...also.map(hex20),
  ];
  const addresses = [...new Set(mentioned)];
  const fill = (words: ReadonlyMap<string, bigint>, keys: readonly string[]) =>
    new Map([...keys.map((key) => [key, 0n] as const), ...words]);
  const pairs = (inner: readonly string[]) => addresses.flatMap((a) => inner.map((b) => `${a}/${b}`));
  return {
    ...state,
    balances: fill(state.balances, pairs([...state.assets.keys()])),
    accounts: fill(state.accounts, addresses),
    subjects: fill(state.subjects, addresses),
    windows: fill(state.windows, [
      ...addresses.map(hex32),
      ...addresses.map((a) => hex32((0xfen << 248n) | BigInt(a))),
      hex32(0xfen << 248n),
      hex32(0xffn << 248n),
      ...state.assets.keys(),
    ]),
  };
}

/**
 * Compares a rebuilt state to the chain, word by word, in the Vault's raw storage; and claims to liabilities.
 *
 * @param also accounts to look at besides those that the logs mention: silent in the logs, they must be empty on the chain
 * @param read reads the Vault's storage at one block: the last that the logs cover
 */
export async function compareToChain(
  state: VaultState,
  read: ReadSlot,
  also: readonly string[] = [],
): Promise<Comparison> {
  const differences: Difference[] = [];
  let compared = 0;
  for (const [what, slot, logs] of words(withSilence(state, also))) {
    const chain = await read(slot);
    compared++;
    if (chain !== logs) differences.push({ what, logs, chain });
  }
  const claims = claimsByAsset(state);
  const queued = queuedTicksByAsset(state);
  for (const [asset, word] of state.assets) {
    const { liabilities, queuedTicks } = unpack("asset", word);
    const sum = claims.get(asset) ?? 0n;
    const ticks = queued.get(asset) ?? 0n;
    compared += 2;
    if (sum !== liabilities) differences.push({ what: `claims on ${asset}`, logs: sum, chain: liabilities });
    if (ticks !== queuedTicks)
      differences.push({ what: `queue of ${asset}`, logs: ticks, chain: queuedTicks });
  }
  return { compared, differences };
}
