import { ZeroAddress } from "ethers";
import { type Facts, TerminalError } from "../core/errors.ts";
import { utc } from "../core/time.ts";
import { parseTerms } from "./parse-terms.ts";
import { UNCONDITIONAL } from "./question.ts";
import type { PaymentTerms } from "./terms.ts";

/** Most that a fee may be, in basis points: `MAX_FEE_BPS` of Payments. */
export const MAX_FEE_BPS = 1_000n;
/** How far ahead a payment may end, seconds: `MAX_TERM` of Payments. */
export const MAX_TERM = 50n * 365n * 86_400n;
/** The largest time that the contracts hold, Unix seconds. */
const LAST_TIME = (1n << 40n) - 1n;

/** Where payments are made. */
export interface PaymentsPlace {
  readonly chainId: bigint;
  /** Addresses. */
  readonly vault: string;
  readonly payments: string;
}

/** Why terms are refused: the SDK's code, and the contract's error for the same. */
function refused(
  code: string,
  error: string,
  message: string,
  advice: string,
  facts: Facts = {},
): TerminalError {
  return new TerminalError(code, message, { advice, facts: { error, ...facts } });
}

const same = (a: string, b: string): boolean => BigInt(a) === BigInt(b);

function checkRecipient(place: PaymentsPlace, field: "payee" | "feeTo", to: string): void {
  const nobody = same(to, ZeroAddress);
  if (!nobody && !same(to, place.payments) && !same(to, place.vault)) return;
  throw refused(
    "TERMS_BAD_PARTY",
    "Payments_BadParty",
    nobody ? `${field} is nobody` : `${field} is the Vault or Payments itself, which could never pay it out`,
    `Name the account that ${field} should be.`,
    { field, party: to },
  );
}

function checkSchedule({ amount, schedule: { start, duration, step, cliff } }: PaymentTerms): void {
  if (cliff > amount) {
    const message = "more would vest at the start than the payment has";
    throw refused("TERMS_CLIFF", "Schedules_CliffAboveAmount", message, "Lower the cliff.", {
      cliff,
      amount,
    });
  }
  if (start + duration > LAST_TIME) {
    const message = "the schedule would end after what the contracts can count";
    const advice = "Give times in seconds, not milliseconds.";
    throw refused("TERMS_TOO_FAR", "Schedules_EndsTooLate", message, advice, { end: start + duration });
  }
  if (duration !== 0n && step === 0n) {
    const message = "it vests over time, and no step is named";
    throw refused("TERMS_STEP", "Schedules_NoStep", message, "Name one: 1 for a stream.", { duration });
  }
  if (step > duration) {
    const message = duration === 0n ? "a lump has no step" : "a step is longer than the whole";
    const advice = "Shorten it; 0 for a lump.";
    throw refused("TERMS_STEP", "Schedules_StepBeyondDuration", message, advice, { step, duration });
  }
}

function tooFar(what: string, time: bigint, latest: bigint): TerminalError {
  const message = `${what} is more than 50 years ahead`;
  const advice = `Choose a time until ${utc(latest)}.`;
  return refused("TERMS_TOO_FAR", "Payments_TooFar", message, advice, { time, latest });
}

function checkDeadlines({ condition, capture, latchBy, expiry }: PaymentTerms, now: bigint): void {
  const facts = { latchBy, expiry, now };
  const bad = (message: string, advice: string) =>
    refused("TERMS_DEADLINES", "Payments_BadDeadlines", message, advice, facts);
  if (condition === UNCONDITIONAL && !capture) {
    if ((latchBy | expiry) === 0n) return;
    throw bad("it has deadlines, and nothing that they are for", "Set latchBy and expiry to 0.");
  }
  if (latchBy < now) throw bad(`its last moment, latchBy, was ${utc(latchBy)}`, "Choose a later one.");
  if (expiry <= latchBy)
    throw bad("it would expire before its last moment has passed", "Put expiry after latchBy.");
  if (expiry > now + MAX_TERM) throw tooFar("expiry", expiry, now + MAX_TERM);
}

function checkFee(place: PaymentsPlace, { feeBps, feeTo }: PaymentTerms): void {
  const bad = (message: string, advice: string) =>
    refused("TERMS_FEE", "Payments_BadFee", message, advice, { feeBps, feeTo });
  if (feeBps > MAX_FEE_BPS) throw bad(`the fee is above ${MAX_FEE_BPS} basis points`, "Lower it.");
  if (feeBps !== 0n) checkRecipient(place, "feeTo", feeTo);
  else if (!same(feeTo, ZeroAddress))
    throw bad("a fee of nothing has somebody to go to", "Set feeTo to ZeroAddress.");
}

/**
 * Checks what Payments checks when a payment is created, and refuses the same with words: a mistake is seen before gas is spent.
 * What depends on the ledger, as balances and the payer's tier do, is not known here; see `readAllowance`.
 *
 * @param terms of any origin; the shape is checked too
 * @param now the chain's time, Unix seconds
 * @returns the terms, their addresses with checksums
 * @throws TerminalError `TERMS_UNREADABLE`, `TERMS_BAD_PARTY`, `TERMS_AMOUNT`, `TERMS_CLIFF`, `TERMS_STEP`, `TERMS_TOO_FAR`,
 * `TERMS_DEADLINES`, `TERMS_FEE`; the fact `error` is the contract's
 */
export function checkTerms(place: PaymentsPlace, input: unknown, now: bigint): PaymentTerms {
  const terms = parseTerms(input);
  const { payer, payee, amount, schedule } = terms;
  if (same(payer, ZeroAddress)) {
    throw refused("TERMS_BAD_PARTY", "Payments_NotThePayer", "payer is nobody", "Name who pays.", {
      field: "payer",
    });
  }
  if (payee === payer) {
    const facts = { field: "payee", party: payee };
    throw refused(
      "TERMS_BAD_PARTY",
      "Payments_BadParty",
      "payer and payee are one",
      "Name another payee.",
      facts,
    );
  }
  checkRecipient(place, "payee", payee);
  if (amount === 0n) throw refused("TERMS_AMOUNT", "Payments_ZeroAmount", "the amount is zero", "Raise it.");
  checkSchedule(terms);
  const end = schedule.start + schedule.duration;
  if (end > now + MAX_TERM) throw tooFar("the schedule's end", end, now + MAX_TERM);
  checkDeadlines(terms, now);
  checkFee(place, terms);
  return terms;
}
