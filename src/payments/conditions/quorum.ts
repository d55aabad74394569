import { AbiCoder, getAddress, keccak256, type Signer, ZeroHash } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { signText, type TypedText } from "../../custody/typed-text.ts";
import type { Question } from "../question.ts";

/** What a Quorum is asked. */
export interface QuorumTerms {
  /** Keys or ERC-1271 contracts, in any order, each once. */
  readonly signers: readonly string[];
  /** How many of them. */
  readonly threshold: bigint;
  /** Whether one approval serves every payment of these terms. */
  readonly shared: boolean;
}

/** One signer's approval. */
export interface Approval {
  readonly signer: string;
  readonly signature: string;
}

const TERMS = "tuple(address[] signers, uint256 threshold, bool shared)";
const WITNESS = "tuple(uint256 place, bytes signature)[]";
const TYPES = {
  Approval: [
    { name: "payment", type: "bytes32" },
    { name: "terms", type: "bytes32" },
  ],
};
const coder = AbiCoder.defaultAbiCoder();

/**
 * Whether enough of the signers approve.
 *
 * @throws TerminalError `QUORUM_INVALID` for a quorum that could never be met, or that names a signer twice
 */
export function quorum(condition: string, { signers, threshold, shared }: QuorumTerms): Question {
  const ascending = signers
    .map((signer) => getAddress(signer))
    .sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const twice = ascending.find((signer, place) => signer === ascending[place + 1]);
  if (twice !== undefined || threshold < 1n || threshold > BigInt(signers.length)) {
    throw new TerminalError(
      "QUORUM_INVALID",
      twice === undefined
        ? "This quorum could never be met, or needs nobody"
        : "This quorum names a signer twice",
      {
        facts: { threshold, signers: signers.length, ...(twice === undefined ? {} : { twice }) },
        advice: "Name each signer once, and a threshold from 1 to their number.",
      },
    );
  }
  return { condition, terms: coder.encode([TERMS], [[ascending, threshold, shared]]) };
}

export function readQuorum({ terms }: Question): QuorumTerms {
  const [{ signers, threshold, shared }] = coder.decode([TERMS], terms);
  return { signers: [...signers], threshold, shared };
}

/**
 * The approval of a payment as its signers' wallets show it.
 *
 * @param payment the payment's id
 */
export function approvalText(chainId: bigint, question: Question, payment: string): TypedText {
  const { condition, terms } = question;
  return {
    domain: { name: "Strongroom Quorum", version: "1", chainId, verifyingContract: condition },
    types: TYPES,
    message: { payment: readQuorum(question).shared ? ZeroHash : payment, terms: keccak256(terms) },
  };
}

/** A signer's approval. */
export async function signApproval(
  signer: Signer,
  chainId: bigint,
  question: Question,
  payment: string,
): Promise<Approval> {
  return {
    signer: await signer.getAddress(),
    signature: await signText(signer, approvalText(chainId, question, payment)),
  };
}

/**
 * The witness: as many of the approvals as the quorum wants, by the places of their signers.
 *
 * @throws TerminalError `QUORUM_STRANGER` for somebody the quorum doesn't name, `QUORUM_TOO_FEW` below the threshold
 */
export function approvalsWitness(question: Question, approvals: readonly Approval[]): string {
  const { signers, threshold } = readQuorum(question);
  const byPlace = new Map<number, string>();
  for (const { signer, signature } of approvals) {
    const place = signers.indexOf(getAddress(signer));
    if (place === -1) {
      throw new TerminalError("QUORUM_STRANGER", "An approval is by somebody whom the quorum doesn't name", {
        facts: { signer },
        advice: "Leave it out.",
      });
    }
    byPlace.set(place, signature);
  }
  if (BigInt(byPlace.size) < threshold) {
    throw new TerminalError("QUORUM_TOO_FEW", "There are fewer approvals than the quorum wants", {
      facts: { approvals: byPlace.size, threshold },
      advice: "Have more of its signers approve.",
    });
  }
  const ascending = [...byPlace].sort(([a], [b]) => a - b).slice(0, Number(threshold));
  return coder.encode([WITNESS], [ascending]);
}
