import { AbiCoder, type Signer, ZeroHash } from "ethers";
import { signText, type TypedText } from "../../custody/typed-text.ts";
import type { Question } from "../question.ts";

/** What an Attestation is asked. */
export interface AttestationTerms {
  /** A key or an ERC-1271 contract. */
  readonly attestor: string;
  /** Hash of what must have happened, in whatever words were agreed, 32 bytes. */
  readonly claim: string;
  /** It must have happened from this second on, Unix seconds. */
  readonly from: bigint;
  /** Until this one; it may be shown later. */
  readonly until: bigint;
  /** Whether one attestation serves every payment on this claim. */
  readonly shared: boolean;
}

const TYPES = {
  Attestation: [
    { name: "payment", type: "bytes32" },
    { name: "claim", type: "bytes32" },
    { name: "time", type: "uint40" },
  ],
};
const TERMS = ["address", "bytes32", "uint40", "uint40", "bool"];
const WITNESS = "tuple(uint40 time, bytes signature)";
const coder = AbiCoder.defaultAbiCoder();

/** Whether the attestor says that something happened inside a window. */
export function attestation(
  condition: string,
  { attestor, claim, from, until, shared }: AttestationTerms,
): Question {
  return { condition, terms: coder.encode(TERMS, [attestor, claim, from, until, shared]) };
}

export function readAttestation({ terms }: Question): AttestationTerms {
  const [attestor, claim, from, until, shared] = coder.decode(TERMS, terms);
  return { attestor, claim, from, until, shared };
}

/**
 * The attestation as the attestor's wallet shows it.
 *
 * @param payment the payment's id
 * @param time when it happened, Unix seconds, not in the future
 */
export function attestationText(
  chainId: bigint,
  question: Question,
  payment: string,
  time: bigint,
): TypedText {
  const { claim, shared } = readAttestation(question);
  return {
    domain: { name: "Strongroom Attestation", version: "1", chainId, verifyingContract: question.condition },
    types: TYPES,
    message: { payment: shared ? ZeroHash : payment, claim, time },
  };
}

/** The attestor's signature of it. */
export function signAttestation(
  signer: Signer,
  chainId: bigint,
  question: Question,
  payment: string,
  time: bigint,
): Promise<string> {
  return signText(signer, attestationText(chainId, question, payment, time));
}

/** The witness. */
export function attestationWitness(time: bigint, signature: string): string {
  return coder.encode([WITNESS], [[time, signature]]);
}
