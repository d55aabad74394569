import type { Provider } from "ethers";
import { askCondition } from "../ask-condition.ts";
import { readSeveral, type ShownPart, severalWitness } from "../conditions/several.ts";
import { NO_WITNESS } from "../conditions/time-window.ts";
import type { Question } from "../question.ts";
import type { WaitingPayment, WitnessSource } from "./witness-source.ts";

/** How conditions are asked. */
export interface Asking {
  readonly provider: Provider;
  readonly sources: readonly WitnessSource[];
  /** Most gas that an answer may use: one that needs more isn't worth latching. */
  readonly gas: bigint;
  /** The address of Several, whose parts are asked one by one. */
  readonly several?: string | undefined;
}

/** A question, and what meets it now. */
export interface Met {
  readonly question: Question;
  readonly witness: string;
}

/** Whether a condition says yes within the keeper's own bound on gas; a revert, too much gas and anything else are no. */
async function isMet({ provider, gas }: Asking, question: Question, id: string, witness: string) {
  try {
    return await askCondition(provider, question, id, witness, { gasFor: () => gas });
  } catch {
    // Nodes differ in how they say that gas ran out: it is the condition's fault as long as they answer anything else.
    await provider.getBlockNumber();
    return false;
  }
}

async function candidates(
  { sources }: Asking,
  question: Question,
  payment: WaitingPayment,
): Promise<string[]> {
  const brought = await Promise.all(sources.map((source) => source.witnesses(question, payment)));
  return [...new Set([...brought.flat(), NO_WITNESS])];
}

async function meets(
  asking: Asking,
  question: Question,
  payment: WaitingPayment,
): Promise<string | undefined> {
  for (const witness of await candidates(asking, question, payment)) {
    if (await isMet(asking, question, payment.id, witness)) return witness;
  }
  return undefined;
}

/** As many parts as are wanted, of those that are met. */
async function meetsSeveral(
  asking: Asking,
  question: Question,
  payment: WaitingPayment,
): Promise<string | undefined> {
  const { threshold, parts } = readSeveral(question);
  const shown: ShownPart[] = [];
  for (const [place, part] of parts.entries()) {
    if (BigInt(shown.length) === threshold) break;
    const witness = await meets(asking, part, payment);
    if (witness !== undefined) shown.push({ place, witness });
  }
  if (threshold === 0n || BigInt(shown.length) < threshold) return undefined;
  const witness = severalWitness(question, shown);
  return (await isMet(asking, question, payment.id, witness)) ? witness : undefined;
}

/** The payment's question, and a witness that meets it now; undefined where one of them isn't there. */
export async function findWitness(asking: Asking, payment: WaitingPayment): Promise<Met | undefined> {
  for (const source of asking.sources) {
    const question = await source.question(payment.terms.condition);
    if (question === undefined) continue;
    const parts = asking.several !== undefined && BigInt(question.condition) === BigInt(asking.several);
    const witness = await (parts ? meetsSeveral : meets)(asking, question, payment);
    return witness === undefined ? undefined : { question, witness };
  }
  return undefined;
}
