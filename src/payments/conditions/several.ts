import { AbiCoder } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import type { Question } from "../question.ts";

/** What Several is asked. */
export interface SeveralTerms {
  /** How many of the parts must be met. */
  readonly threshold: bigint;
  /** Questions of other kinds. */
  readonly parts: readonly Question[];
}

/** What is brought for one of the parts. */
export interface ShownPart {
  /** The part's, counted from 0. */
  readonly place: number;
  readonly witness: string;
}

const TERMS = "tuple(uint256 threshold, tuple(address condition, bytes terms)[] parts)";
const WITNESS = "tuple(uint256 place, bytes witness)[]";
const coder = AbiCoder.defaultAbiCoder();

function unmeetable(
  message: string,
  facts: Readonly<Record<string, string | number | bigint>>,
): TerminalError {
  const advice = "Name a threshold from 1 to the number of parts, none of which is of this kind again.";
  return new TerminalError("SEVERAL_INVALID", message, { facts, advice });
}

/**
 * Whether enough of several other questions are met.
 *
 * @throws TerminalError `SEVERAL_INVALID` for one that could never be met
 */
export function several(condition: string, { threshold, parts }: SeveralTerms): Question {
  if (threshold < 1n || threshold > BigInt(parts.length)) {
    throw unmeetable("These conditions could never be met, or need nothing", {
      threshold,
      parts: parts.length,
    });
  }
  const nested = parts.findIndex((part) => BigInt(part.condition) === BigInt(condition));
  if (nested !== -1) throw unmeetable("Conditions of conditions go one level deep", { place: nested });
  return { condition, terms: coder.encode([TERMS], [{ threshold, parts }]) };
}

export function readSeveral({ terms }: Question): SeveralTerms {
  const [{ threshold, parts }] = coder.decode([TERMS], terms);
  return { threshold, parts: parts.map(({ condition, terms }: Question) => ({ condition, terms })) };
}

/**
 * The witness: as many of the parts as are wanted, by ascending place. Each of them must be met.
 *
 * @throws TerminalError `SEVERAL_TOO_FEW` below the threshold
 */
export function severalWitness(question: Question, shown: readonly ShownPart[]): string {
  const { threshold } = readSeveral(question);
  const byPlace = new Map(shown.map(({ place, witness }) => [place, witness]));
  if (BigInt(byPlace.size) < threshold) {
    throw new TerminalError("SEVERAL_TOO_FEW", "Fewer parts are shown than are wanted", {
      facts: { shown: byPlace.size, threshold },
      advice: "Bring the witnesses of more parts.",
    });
  }
  const ascending = [...byPlace].sort(([a], [b]) => a - b).slice(0, Number(threshold));
  return coder.encode([WITNESS], [ascending]);
}
