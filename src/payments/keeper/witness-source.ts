import { Contract, type Provider, sha256 } from "ethers";
import { SECRET_REGISTRY_ABI } from "../abi.ts";
import { readHashLock, SECRET_REGISTERED } from "../conditions/hash-lock.ts";
import { hashOf, type Question } from "../question.ts";
import type { PaymentTerms } from "../terms.ts";

/** A payment that waits for its condition. */
export interface WaitingPayment {
  readonly id: string;
  readonly terms: PaymentTerms;
}

/** Where questions and what is brought for them come from: a file, a service, another chain. */
export interface WitnessSource {
  /** The question of a hash (`PaymentTerms.condition`), where it is known: the chain has the hash alone. */
  question(hash: string): Promise<Question | undefined>;
  /** What may be brought for a question, or for a part of one; each is tried before anything is sent. */
  witnesses(question: Question, payment: WaitingPayment): Promise<readonly string[]>;
}

/** What somebody holds for keepers. */
export interface HeldWitnesses {
  readonly questions: readonly Question[];
  /** Of hash locks, 32 bytes each. */
  readonly secrets?: readonly string[];
  /** Approvals and attestations, encoded, by the hash of the question that they are for. */
  readonly witnesses?: Readonly<Record<string, readonly string[]>>;
}

/** What is held, as a source. */
export function heldWitnesses({ questions, secrets = [], witnesses = {} }: HeldWitnesses): WitnessSource {
  const byHash = new Map(questions.map((question) => [hashOf(question), question]));
  const byDigest = new Map(secrets.map((secret) => [sha256(secret), secret]));
  return {
    question: async (hash) => byHash.get(hash),
    witnesses: async (question) => {
      const secret = byDigest.get(wantedSecret(question) ?? "");
      return [...(secret === undefined ? [] : [secret]), ...(witnesses[hashOf(question)] ?? [])];
    },
  };
}

/** The hash in a hash lock's terms; undefined for terms of another form. */
function wantedSecret(question: Question): string | undefined {
  try {
    return readHashLock(question).hash;
  } catch {
    return undefined;
  }
}

/** Watches a SecretRegistry: a hash lock whose secret was shown there in time needs no other witness. */
export function registeredSecrets(provider: Provider, registry: string, hashLock: string): WitnessSource {
  const contract = new Contract(registry, SECRET_REGISTRY_ABI, provider);
  return {
    question: async () => undefined,
    witnesses: async (question) => {
      if (BigInt(question.condition) !== BigInt(hashLock)) return [];
      const { hash, before } = readHashLock(question);
      const shownAt = (await contract.getFunction("shownAt")(hash)) as bigint;
      return shownAt !== 0n && shownAt <= before ? [SECRET_REGISTERED] : [];
    },
  };
}
