import { concat, id, keccak256, type Signer, TypedDataEncoder, toBeHex } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { signText, type TypedText } from "../../custody/typed-text.ts";
import type { NettingDomain } from "./netting-domain.ts";
import { nameOf } from "./netting-graph.ts";
import { hashObligation, type Obligation } from "./obligation.ts";
import { obligationTree } from "./obligation-tree.ts";

/** One party's part of a cycle. */
export interface CycleEntry {
  readonly party: string;
  /** Raw units: what it gets, negative = what it gives. */
  readonly net: bigint;
}

/** A cycle as its parties sign it: all that its hash covers. */
export interface Cycle {
  readonly asset: bigint;
  /** Merkle root: see `obligationTree`. */
  readonly obligations: string;
  /** Unix seconds. */
  readonly deadline: bigint;
  /** Every party, by ascending address; the nets sum to zero. */
  readonly entries: readonly CycleEntry[];
}

/** A cycle as `Netting.settle` takes it. */
export interface SignedCycle extends Cycle {
  readonly entries: (CycleEntry & { readonly signature: string })[];
}

/** What a party signs for its part. */
export interface Position {
  /** {@link hashCycle}. */
  readonly cycle: string;
  readonly party: string;
  /** The cycle's: so that wallets show what the net is of. */
  readonly asset: bigint;
  readonly net: bigint;
  /** How many cycles of the asset it has been in. */
  readonly nonce: bigint;
}

/** What a party is shown before it signs. */
export interface CycleProposal {
  readonly domain: NettingDomain;
  readonly cycle: Cycle;
  /** Struct hashes of all obligations under the root: whoever knows an obligation finds it, the others' terms stay theirs. */
  readonly hashes: readonly string[];
}

/** EIP-712 types of {@link Position}. */
export const POSITION_TYPES: Record<string, { name: string; type: string }[]> = {
  Position: [
    { name: "cycle", type: "bytes32" },
    { name: "party", type: "address" },
    { name: "asset", type: "uint256" },
    { name: "net", type: "int112" },
    { name: "nonce", type: "uint32" },
  ],
};

const CYCLE_TYPE_HASH = id("Cycle(uint256 asset,bytes32 obligations,uint40 deadline,bytes32 entries)");

/**
 * What obligations of one asset come to: their root, their parties and what each gets. All of them are cleared.
 *
 * @param deadline Unix seconds; when it settles, at most an hour ahead
 * @throws {TerminalError} NO_OBLIGATIONS, OBLIGATION_TWICE, MIXED_ASSETS
 */
export function proposeCycle(
  domain: NettingDomain,
  obligations: readonly Obligation[],
  deadline: bigint,
): CycleProposal {
  const { root, hashes } = obligationTree(obligations.map(hashObligation));
  const asset = obligations[0]?.asset ?? 0n;
  if (obligations.some((obligation) => obligation.asset !== asset))
    throw new TerminalError("MIXED_ASSETS", "A cycle is of one asset");
  const nets = new Map<string, bigint>();
  const add = (party: string, amount: bigint) =>
    nets.set(nameOf(party), (nets.get(nameOf(party)) ?? 0n) + amount);
  for (const { debtor, creditor, amount } of obligations) {
    add(debtor, -amount);
    add(creditor, amount);
  }
  const entries = [...nets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([party, net]) => ({ party, net }));
  return { domain, cycle: { asset, obligations: root, deadline, entries }, hashes };
}

/** The cycle's EIP-712 struct hash, as `Netting.hashOf`. */
export function hashCycle({ asset, obligations, deadline, entries }: Cycle): string {
  const vector = entries.flatMap(({ party, net }) => [word(BigInt(party)), word(BigInt.asUintN(256, net))]);
  return keccak256(
    concat([CYCLE_TYPE_HASH, word(asset), obligations, word(deadline), keccak256(concat(vector))]),
  );
}

/** What a party's wallet shows and signs. */
export function positionText(domain: NettingDomain, position: Position): TypedText {
  return { domain, types: POSITION_TYPES, message: { ...position } };
}

/** What a party's key signs. */
export function positionDigest(domain: NettingDomain, position: Position): string {
  return TypedDataEncoder.hash(domain, POSITION_TYPES, position);
}

/** Signs without looking: `signCycle` checks first. A contract signs by its own means over {@link positionDigest}. */
export function signPosition(signer: Signer, domain: NettingDomain, position: Position): Promise<string> {
  return signText(signer, positionText(domain, position));
}

function word(value: bigint): string {
  return toBeHex(value, 32);
}
