import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { isHexString, keccak256 } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { hashObligation, type Obligation } from "./obligation.ts";

/**
 * The tree under whose root a cycle's obligations are: pairs sorted, leaves hashed once more than the obligations, so that no
 * inner node passes for a leaf. It is made of hashes alone, so whoever has them can make it without the others' terms.
 *
 * @example
 * const tree = obligationTree(obligations.map(hashObligation));
 * await netting.includes(tree.root, obligations[0], tree.proof(obligations[0]));
 */
export interface ObligationTree {
  /** `Cycle.obligations`. */
  readonly root: string;
  /** The obligations' struct hashes, ascending. */
  readonly hashes: readonly string[];
  has(obligation: Obligation): boolean;
  /**
   * What `Netting.includes` wants to see: for the books of the obligation's parties.
   *
   * @throws {TerminalError} OBLIGATION_NOT_IN_CYCLE
   */
  proof(obligation: Obligation): string[];
}

/**
 * Makes the tree of obligations by their struct hashes, in whatever order.
 *
 * @throws {TerminalError} NO_OBLIGATIONS if there are none, OBLIGATION_TWICE if one is there twice, BAD_HASH for what isn't of
 *   32 bytes: 64 would be the two children of an inner node, under which others could be hidden
 */
export function obligationTree(hashes: readonly string[]): ObligationTree {
  const sorted = hashes.map((hash) => hash.toLowerCase()).sort();
  if (sorted.length === 0) throw new TerminalError("NO_OBLIGATIONS", "A tree needs an obligation");
  const odd = sorted.find((hash) => !isHexString(hash, 32));
  if (odd !== undefined) {
    throw new TerminalError("BAD_HASH", "An obligation's hash has 32 bytes", { facts: { hash: odd } });
  }
  const twice = sorted.find((hash, i) => hash === sorted[i + 1]);
  if (twice !== undefined) {
    throw new TerminalError("OBLIGATION_TWICE", "An obligation is in the cycle twice", {
      facts: { obligation: twice },
      advice: "Give obligations of equal terms different salts.",
    });
  }
  const tree = SimpleMerkleTree.of(sorted.map((hash) => keccak256(hash)));
  const places = new Map(sorted.map((hash, place) => [hash, place]));
  return {
    root: tree.root,
    hashes: sorted,
    has: (obligation) => places.has(hashObligation(obligation)),
    proof: (obligation) => {
      const hash = hashObligation(obligation);
      const place = places.get(hash);
      if (place === undefined) {
        throw new TerminalError("OBLIGATION_NOT_IN_CYCLE", "The cycle hasn't cleared this obligation", {
          facts: { obligation: hash },
        });
      }
      return tree.getProof(place);
    },
  };
}
