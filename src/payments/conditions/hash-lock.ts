import { AbiCoder, dataLength, hexlify, sha256 } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import type { Question } from "../question.ts";

/** What a HashLock is asked. */
export interface HashLockTerms {
  /** SHA-256 of a secret of 32 bytes. */
  readonly hash: string;
  /** The last second in which the secret counts, Unix seconds. */
  readonly before: bigint;
}

/** The witness where the SecretRegistry has seen the secret. */
export const SECRET_REGISTERED = "0x";

const TYPES = ["bytes32", "uint40"];
const coder = AbiCoder.defaultAbiCoder();

/** Whether the secret of a hash is shown in time. */
export function hashLock(condition: string, { hash, before }: HashLockTerms): Question {
  return { condition, terms: coder.encode(TYPES, [hash, before]) };
}

export function readHashLock({ terms }: Question): HashLockTerms {
  const [hash, before] = coder.decode(TYPES, terms);
  return { hash, before };
}

/**
 * The witness that brings the secret itself.
 *
 * @throws TerminalError `SECRET_INVALID` if it isn't 32 bytes
 */
export function secretWitness(secret: string): string {
  if (dataLength(secret) !== 32) {
    throw new TerminalError("SECRET_INVALID", "A secret of a hash lock has 32 bytes", {
      facts: { bytes: dataLength(secret) },
      advice: "Make one with newSecret(), or take the preimage of the payment on the other chain.",
    });
  }
  return secret;
}

/** A secret that nobody guesses, and its hash: the one of Lightning and of hash time-locked contracts elsewhere. */
export function newSecret(): { readonly secret: string; readonly hash: string } {
  const secret = hexlify(globalThis.crypto.getRandomValues(new Uint8Array(32)));
  return { secret, hash: sha256(secret) };
}
