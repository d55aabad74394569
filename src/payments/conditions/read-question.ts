import type { Question } from "../question.ts";
import { type AttestationTerms, readAttestation } from "./attestation.ts";
import { type HashLockTerms, readHashLock } from "./hash-lock.ts";
import { type PriceLimitTerms, readPriceLimit } from "./price-limit.ts";
import { type QuorumTerms, readQuorum } from "./quorum.ts";
import { readSeveral, type SeveralTerms } from "./several.ts";
import { readTimeWindow, type TimeWindowTerms } from "./time-window.ts";

/** Where a deployment's conditions are. */
export interface ConditionAddresses {
  readonly hashLock: string;
  readonly timeWindow: string;
  readonly priceLimit: string;
  readonly quorum: string;
  readonly attestation: string;
  readonly several: string;
}

/** A question by its kind; `other`: its condition isn't one of the deployment's. */
export type AskedQuestion =
  | { readonly kind: "hashLock"; readonly terms: HashLockTerms }
  | { readonly kind: "timeWindow"; readonly terms: TimeWindowTerms }
  | { readonly kind: "priceLimit"; readonly terms: PriceLimitTerms }
  | { readonly kind: "quorum"; readonly terms: QuorumTerms }
  | { readonly kind: "attestation"; readonly terms: AttestationTerms }
  | { readonly kind: "several"; readonly terms: SeveralTerms }
  | { readonly kind: "other" };

/** What a question asks. Terms that its condition can't read throw what ethers throws. */
export function readQuestion(question: Question, at: ConditionAddresses): AskedQuestion {
  const is = (address: string): boolean => BigInt(address) === BigInt(question.condition);
  if (is(at.hashLock)) return { kind: "hashLock", terms: readHashLock(question) };
  if (is(at.timeWindow)) return { kind: "timeWindow", terms: readTimeWindow(question) };
  if (is(at.priceLimit)) return { kind: "priceLimit", terms: readPriceLimit(question) };
  if (is(at.quorum)) return { kind: "quorum", terms: readQuorum(question) };
  if (is(at.attestation)) return { kind: "attestation", terms: readAttestation(question) };
  if (is(at.several)) return { kind: "several", terms: readSeveral(question) };
  return { kind: "other" };
}
