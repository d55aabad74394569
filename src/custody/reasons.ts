/**
 * Why an exit isn't instant, in the order of `Reason` in contracts/shared/Reasons.sol: bit i of a reasons word stands for
 * the i-th. The sentences are what users and officers read.
 */
export const REASONS = [
  { name: "ABOVE_SINGLE_LIMIT", sentence: "it is more than the tier may take out in one go" },
  { name: "NEW_DESTINATION", sentence: "the destination is not in the customer's book" },
  { name: "DESTINATION_WAITING", sentence: "the destination is in the book, but not for long enough" },
  { name: "MOVED", sentence: "the account was linked or unlinked lately" },
  { name: "FRESH", sentence: "part of the money has not been there for long enough" },
  { name: "LISTED", sentence: "the owner or the recipient is on the sanctions list" },
  { name: "SCREENING_DOWN", sentence: "the sanctions list gives no answer" },
  { name: "PRICE_NOT_NORMAL", sentence: "there is no price to trust" },
  { name: "SUBJECT_LIMIT", sentence: "the customer's limit for a day is full" },
  { name: "ASSET_LIMIT", sentence: "the asset's limit for a day is full" },
  { name: "POOL_LIMIT", sentence: "the limit that all unverified customers share is full" },
  { name: "EVERYONE_HELD", sentence: "a guardian holds all exits" },
  { name: "IMPAIRED", sentence: "the vault holds less of the asset than it owes" },
  { name: "QUOTE_FAILED", sentence: "the policy gave no usable answer" },
  { name: "NOT_IN_HOT", sentence: "the vault itself holds less than that: the rest is in its reserves" },
  {
    name: "INSTANT_CLOSED",
    sentence: "an upgrade was rolled back, and governance has not reopened instant exits",
  },
] as const;

export type ReasonName = (typeof REASONS)[number]["name"];
export type Reason = (typeof REASONS)[number];

/**
 * The reasons of a word, in the enum's order. A bit that this list doesn't know is an error: an explanation must not
 * leave anything out.
 *
 * @throws RangeError for a negative word or an unknown bit.
 * @example
 * reasonsOf(0b10n)[0]?.sentence; // "the destination is not in the customer's book"
 */
export function reasonsOf(word: bigint): Reason[] {
  if (word < 0n || word >> BigInt(REASONS.length) !== 0n) {
    throw new RangeError(`The reasons word ${word} has bits without a name`);
  }
  return REASONS.filter((_, bit) => ((word >> BigInt(bit)) & 1n) === 1n);
}

/** Reasons as one clause: `it is …; the …`. */
export function explainReasons(word: bigint): string {
  return reasonsOf(word)
    .map(({ sentence }) => sentence)
    .join("; ");
}
