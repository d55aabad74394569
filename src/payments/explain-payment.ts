import { formatUnits, ZeroAddress } from "ethers";
import { utc } from "../core/time.ts";
import { type ExplainedQuestion, explainQuestion } from "./conditions/explain-question.ts";
import type { ConditionAddresses } from "./conditions/read-question.ts";
import type { PaymentState } from "./payment-state.ts";
import type { Question } from "./question.ts";
import { nextVesting } from "./schedule.ts";
import type { PaymentTerms } from "./terms.ts";

/** How an asset is written. */
export interface AssetWords {
  readonly symbol: string;
  readonly decimals: number;
}

/** What is known besides a payment's terms and its state. */
export interface PaymentWords {
  /** By the ledger's ids; amounts of others are told in raw units. */
  readonly assets?: ReadonlyMap<bigint, AssetWords>;
  /** What a conditional payment depends on. */
  readonly question?: Question;
  /** Where the deployment's conditions are: without them a question is told by its address. */
  readonly conditions?: ConditionAddresses;
  /** Signers of a quorum whose approvals are there. */
  readonly approvals?: readonly string[];
  /** What an account is called; its address unless given. */
  readonly nameOf?: (account: string) => string;
}

const earlier = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function waitedFor(words: PaymentWords, nameOf: (account: string) => string): ExplainedQuestion {
  const { question, conditions, approvals, assets } = words;
  if (question === undefined) return { what: "its condition" };
  if (conditions === undefined) return { what: `the condition at ${question.condition}` };
  return explainQuestion(question, {
    ...{ conditions, nameOf },
    ...(approvals === undefined ? {} : { approvals }),
    symbolOf: (asset) => assets?.get(asset)?.symbol ?? `the asset ${asset}`,
  });
}

/**
 * Where a payment stands and what happens next, as a sentence without its end. Times are UTC, amounts exact.
 *
 * @param state of these terms: `readPayment`, `paymentState`
 * @example
 * explainPayment(terms, state, { question, conditions, assets });
 * // "waiting for 2 of 3 approvals until 2026-12-01 12:00 UTC, else 50 USDC goes back to 0x…, from 2026-12-02 12:00 UTC on"
 */
export function explainPayment(terms: PaymentTerms, state: PaymentState, words: PaymentWords = {}): string {
  const { payer, payee, arbiter, asset, amount, schedule, latchBy, expiry } = terms;
  const { phase, time, paid, refunded, vested, due, left } = state;
  const nameOf = words.nameOf ?? ((account: string) => account);
  const { symbol, decimals } = words.assets?.get(asset) ?? { symbol: "units", decimals: 0 };
  const number = (units: bigint) => formatUnits(units, decimals).replace(/\.0$/, "");
  const money = (units: bigint) => `${number(units)} ${symbol}`;

  const back = `${money(left)} goes back to ${nameOf(payer)}, from ${utc(expiry)} on`;
  const given = refunded === 0n ? "" : `, of which ${money(refunded)} was given back`;
  const sofar = paid === 0n ? "" : ` (${number(paid)} of ${money(amount)} paid${given})`;
  const splits =
    arbiter === ZeroAddress ? "" : `; ${nameOf(arbiter)} may split what isn't earned between both`;

  switch (phase) {
    case "none":
      return `not created: ${nameOf(payer)} has yet to pay ${money(amount)} in`;
    case "waiting": {
      const { what, until = latchBy, ready = false } = waitedFor(words, nameOf);
      const last = earlier(until, latchBy);
      if (ready) return `${what} are there: anyone can latch it until ${utc(last)}, else ${back}${splits}`;
      return `waiting for ${what} until ${utc(last)}, else ${back}${splits}`;
    }
    case "missed": {
      const { what } = waitedFor(words, nameOf);
      return `not met by ${utc(latchBy)}: ${what}; ${back}${splits}`;
    }
    case "lapsed":
      return `expired: anyone can roll back ${money(left)} to ${nameOf(payer)}${sofar}`;
    case "capturable": {
      const now = due === left ? money(due) : `${money(due)} now, of ${money(left)} left,`;
      return `authorised: ${nameOf(payee)} can capture ${now} until ${utc(latchBy)}, else ${back}${sofar}${splits}`;
    }
    case "uncaptured":
      return `capture ended at ${utc(latchBy)}: ${back}${sofar}${splits}`;
    case "vesting": {
      const end = utc(schedule.start + schedule.duration);
      const release = due === 0n ? "nothing due" : `anyone can release ${money(due)}`;
      const progress = `${number(vested)} of ${money(amount)} vested, ${number(paid)} paid${given}; ${release}`;
      if (schedule.step === 1n && time >= schedule.start) {
        return `streaming: ${progress}, all by ${end}${splits}`;
      }
      const next = nextVesting(terms, time) ?? schedule.start + schedule.duration;
      const kind =
        schedule.duration === 0n ? "scheduled" : schedule.step === 1n ? "streaming" : "in instalments";
      const until =
        schedule.duration === 0n ? `vests at ${utc(next)}` : `more at ${utc(next)}, all by ${end}`;
      return `${kind}: ${progress}, ${until}${splits}`;
    }
    case "due":
      return `due: anyone can release ${money(due)} to ${nameOf(payee)}${sofar}${splits}`;
    case "paid":
      return `paid: ${money(paid)} to ${nameOf(payee)}${given}`;
    case "returned": {
      const returned = `${money(amount - paid)} went back to ${nameOf(payer)}`;
      return `over: ${paid === 0n ? "" : `${money(paid)} paid to ${nameOf(payee)}${given}, `}${returned}`;
    }
  }
}
