import { hexlify, ZeroAddress } from "ethers";
import { parseTerms } from "./parse-terms.ts";
import { hashOf, type Question, UNCONDITIONAL } from "./question.ts";
import { NO_REFERENCE, referenceHash } from "./reference.ts";
import type { PaymentSchedule, PaymentTerms } from "./terms.ts";

/** Who pays what to whom. */
export interface Parties {
  readonly payer: string;
  readonly payee: string;
  /** The asset's id in the ledger. */
  readonly asset: bigint;
  /** Raw units. */
  readonly amount: bigint;
}

/** Until when a payment may be latched or captured, and from when on anyone rolls it back. Unix seconds. */
export interface Deadlines {
  readonly latchBy: bigint;
  /** After `latchBy`. */
  readonly expiry: bigint;
}

/** What any payment may have besides. */
export interface TermsOptions {
  /** May split what the payee hasn't earned yet. */
  readonly arbiter?: string;
  /** A share of each amount paid, in basis points, and who gets it. */
  readonly fee?: { readonly bps: bigint; readonly to: string };
  /** An ISO 20022 end-to-end id. */
  readonly reference?: string;
  /** Tells payments of equal terms apart; at random unless given. */
  readonly salt?: bigint;
}

/** What a payment that anyone releases may have besides. */
export interface ReleasedOptions extends TermsOptions {
  /** What it depends on. */
  readonly condition?: Deadlines & { readonly question: Question };
}

/** What a payment that its payee captures may have besides. */
export interface CapturedOptions extends TermsOptions {
  /** What capturing depends on; it is latched until `latchBy` too. */
  readonly question?: Question;
}

const AT_ONCE: PaymentSchedule = { start: 0n, duration: 0n, step: 0n, cliff: 0n };

/** A number of 256 bits that nobody guesses. */
function randomSalt(): bigint {
  return BigInt(hexlify(globalThis.crypto.getRandomValues(new Uint8Array(32))));
}

type Rest = Pick<PaymentTerms, "schedule" | "capture" | "condition" | "latchBy" | "expiry">;

function built({ payer, payee, asset, amount }: Parties, rest: Rest, options: TermsOptions): PaymentTerms {
  const { arbiter = ZeroAddress, fee, reference, salt = randomSalt() } = options;
  return parseTerms({
    ...{ payer, payee, asset, amount, ...rest, arbiter, salt },
    feeBps: fee?.bps ?? 0n,
    feeTo: fee?.to ?? ZeroAddress,
    ref: reference === undefined ? NO_REFERENCE : referenceHash(reference),
  });
}

function released(parties: Parties, schedule: PaymentSchedule, options: ReleasedOptions): PaymentTerms {
  const { question, latchBy, expiry } = options.condition ?? { latchBy: 0n, expiry: 0n, question: undefined };
  const condition = question === undefined ? UNCONDITIONAL : hashOf(question);
  return built(parties, { schedule, capture: false, condition, latchBy, expiry }, options);
}

/**
 * All at once: as soon as its condition is met, or right away without one.
 *
 * @param parties `from`: not before this time, Unix seconds
 * @throws TerminalError `TERMS_UNREADABLE`, `REFERENCE_INVALID`
 * @example
 * const terms = lump({ payer, payee, asset: erc20Asset(usdc), amount: 50_000_000n }, { condition: { question, latchBy, expiry } });
 */
export function lump(
  parties: Parties & { readonly from?: bigint },
  options: ReleasedOptions = {},
): PaymentTerms {
  return released(parties, { ...AT_ONCE, start: parties.from ?? 0n }, options);
}

/**
 * Second by second, from one time to another.
 *
 * @param parties times in Unix seconds; `cliff`: raw units that vest at `from` at once
 * @throws TerminalError `TERMS_UNREADABLE`, `REFERENCE_INVALID`
 */
export function stream(
  parties: Parties & { readonly from: bigint; readonly until: bigint; readonly cliff?: bigint },
  options: ReleasedOptions = {},
): PaymentTerms {
  const { from, until, cliff = 0n } = parties;
  return released(parties, { start: from, duration: until - from, step: 1n, cliff }, options);
}

/**
 * In equal parts: a down payment, if there is one, at `from`, then `count` instalments, the first one `every` seconds later.
 * Odd raw units fall where rounding down puts them, and the last instalment makes the amount whole.
 *
 * @param parties `from` in Unix seconds, `every` in seconds, `downPayment` in raw units, a part of the amount
 * @throws TerminalError `TERMS_UNREADABLE`, `REFERENCE_INVALID`
 */
export function instalments(
  parties: Parties & {
    readonly from: bigint;
    readonly count: bigint;
    readonly every: bigint;
    readonly downPayment?: bigint;
  },
  options: ReleasedOptions = {},
): PaymentTerms {
  const { from, count, every, downPayment = 0n } = parties;
  return released(
    parties,
    { start: from, duration: count * every, step: every, cliff: downPayment },
    options,
  );
}

/**
 * Authorised now, captured by the payee in whatever parts it wants until `latchBy`, as cards do; what it hasn't captured by
 * `expiry` anyone rolls back.
 *
 * @throws TerminalError `TERMS_UNREADABLE`, `REFERENCE_INVALID`
 */
export function authorisation(parties: Parties & Deadlines, options: CapturedOptions = {}): PaymentTerms {
  const { latchBy, expiry } = parties;
  const condition = options.question === undefined ? UNCONDITIONAL : hashOf(options.question);
  return built(parties, { schedule: AT_ONCE, capture: true, condition, latchBy, expiry }, options);
}
