import { formatUnits } from "ethers";
import { utc } from "../../core/time.ts";
import type { Question } from "../question.ts";
import { PRICE_DECIMALS } from "./price-limit.ts";
import { type ConditionAddresses, readQuestion } from "./read-question.ts";

/** What is known besides a question. */
export interface QuestionWords {
  /** Where the deployment's conditions are. */
  readonly conditions: ConditionAddresses;
  /** Signers of a quorum whose approvals are there. */
  readonly approvals?: readonly string[];
  readonly nameOf: (account: string) => string;
  readonly symbolOf: (asset: bigint) => string;
}

/** A question as a part of a sentence. */
export interface ExplainedQuestion {
  /** What is waited for: `2 of 3 approvals`. */
  readonly what: string;
  /** When it can be met last, Unix seconds, if it says so itself. */
  readonly until?: bigint;
  /** Whether all that it wants is known to be there. */
  readonly ready?: boolean;
}

/** What a question waits for, as a part of a sentence. */
export function explainQuestion(question: Question, words: QuestionWords): ExplainedQuestion {
  const asked = readQuestion(question, words.conditions);
  switch (asked.kind) {
    case "hashLock":
      return { what: `the secret of the hash ${asked.terms.hash}`, until: asked.terms.before };
    case "timeWindow":
      return { what: `the time to be ${utc(asked.terms.from)}`, until: asked.terms.until };
    case "priceLimit": {
      const { asset, limit, above, from, until } = asked.terms;
      const price = formatUnits(limit, PRICE_DECIMALS).replace(/\.0$/, "");
      const side = above ? "or more" : "or less";
      return { what: `${words.symbolOf(asset)} at $${price} ${side}, read from ${utc(from)} on`, until };
    }
    case "quorum": {
      const { signers, threshold } = asked.terms;
      const given = signers.filter((signer) =>
        words.approvals?.some((one) => BigInt(one) === BigInt(signer)),
      );
      const known = given.length === 0 ? "" : ` (given: ${given.map(words.nameOf).join(", ")})`;
      return {
        what: `${threshold} of ${signers.length} approvals${known}`,
        ready: BigInt(given.length) >= threshold,
      };
    }
    case "attestation": {
      const { attestor, claim, from, until } = asked.terms;
      const when = `between ${utc(from)} and ${utc(until)}`;
      return { what: `${words.nameOf(attestor)} to attest that ${claim} happened ${when}` };
    }
    case "several": {
      const { threshold, parts } = asked.terms;
      const told = parts.map((part) => explainQuestion(part, words));
      const each = told.map(({ what, until }) =>
        until === undefined ? what : `${what} until ${utc(until)}`,
      );
      return { what: `${threshold} of ${parts.length}: ${each.join("; ")}` };
    }
    case "other":
      return { what: `the condition at ${question.condition}` };
  }
}
