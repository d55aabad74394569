import { concat, isHexString, keccak256 } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { hashObligation, type Obligation } from "./obligation.ts";

/**
 * The tree under whose root a cycle's obligations are: pairs sorted, leaves hashed once more than the obligations, so that no
 * inner node passes for a leaf. It is made of hashes alone, so whoever has them can make it without the others' terms. Node by
 * node it is the StandardMerkleTree of `@openzeppelin/merkle-tree`, which would bring forty packages along.
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
  const known = new Set(sorted);
  const leaves = sorted.map((hash) => keccak256(hash)).sort();
  // A whole binary tree in one list: the root first, the children of node i at 2i + 1 and 2i + 2, the leaves last, backwards.
  const nodes = [...new Array<string>(leaves.length - 1).fill(""), ...leaves.toReversed()];
  for (let i = leaves.length - 2; i >= 0; i--) nodes[i] = parentOf(nodes[2 * i + 1], nodes[2 * i + 2]);
  return {
    root: nodes[0] ?? "",
    hashes: sorted,
    has: (obligation) => known.has(hashObligation(obligation)),
    proof: (obligation) => {
      const hash = hashObligation(obligation);
      if (!known.has(hash)) {
        throw new TerminalError("OBLIGATION_NOT_IN_CYCLE", "The cycle hasn't cleared this obligation", {
          facts: { obligation: hash },
        });
      }
      const proof: string[] = [];
      for (let i = nodes.indexOf(keccak256(hash)); i > 0; i = (i - 1) >> 1) {
        // Its sibling: left children are odd.
        proof.push(nodes[i % 2 === 1 ? i + 1 : i - 1] ?? "");
      }
      return proof;
    },
  };
}

function parentOf(left = "", right = ""): string {
  return keccak256(concat(left < right ? [left, right] : [right, left]));
}
