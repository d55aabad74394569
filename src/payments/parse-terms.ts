import { getAddress, isHexString } from "ethers";
import { TerminalError } from "../core/errors.ts";
import type { PaymentSchedule, PaymentTerms } from "./terms.ts";

type Fields<T> = { readonly [K in keyof T]-?: (value: unknown) => T[K] };

/** Says why a value isn't what its field holds. */
class Unfit extends Error {}

const unsigned =
  (bits: bigint) =>
  (value: unknown): bigint => {
    const written = typeof value === "string" && /^\d{1,78}$/.test(value);
    if (
      typeof value !== "bigint" &&
      !written &&
      !(typeof value === "number" && Number.isSafeInteger(value))
    ) {
      throw new Unfit("it is no whole number: a bigint, or decimal digits");
    }
    const number = BigInt(value as bigint | string | number);
    if (number < 0n || number >> bits !== 0n) throw new Unfit(`it doesn't fit ${bits} bits without a sign`);
    return number;
  };

const address = (value: unknown): string => {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{40}$/.test(value)) throw new Unfit("it is no address");
  try {
    return getAddress(value);
  } catch {
    throw new Unfit("the checksum of the address is wrong");
  }
};

const word = (value: unknown): string => {
  if (!isHexString(value, 32)) throw new Unfit("it isn't 32 bytes in hex");
  return value.toLowerCase();
};

const flag = (value: unknown): boolean => {
  if (typeof value !== "boolean") throw new Unfit("it is neither true nor false");
  return value;
};

const SCHEDULE: Fields<PaymentSchedule> = {
  start: unsigned(40n),
  duration: unsigned(40n),
  step: unsigned(40n),
  cliff: unsigned(112n),
};

const TERMS: Fields<PaymentTerms> = {
  payer: address,
  payee: address,
  asset: unsigned(256n),
  amount: unsigned(112n),
  schedule: (value) => parsed(SCHEDULE, value, "schedule."),
  capture: flag,
  condition: word,
  latchBy: unsigned(40n),
  expiry: unsigned(40n),
  arbiter: address,
  feeBps: unsigned(16n),
  feeTo: address,
  ref: word,
  salt: unsigned(256n),
};

function unreadable(field: string, why: string): TerminalError {
  return new TerminalError("TERMS_UNREADABLE", `These are no payment's terms: of ${field}, ${why}`, {
    facts: { field, why },
    advice: "Give every field that PaymentTerms has, in its units, and no other.",
  });
}

function parsed<T>(fields: Fields<T>, input: unknown, path: string): T {
  if (typeof input !== "object" || input === null) {
    throw unreadable(path.slice(0, -1) || "the whole", "it is no object");
  }
  for (const name of Object.keys(input)) {
    if (!(name in fields)) throw unreadable(path + name, "there is no such field");
  }
  const read = Object.entries<(value: unknown) => unknown>(fields).map(([name, parse]) => {
    const value = (input as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) throw unreadable(path + name, "it is missing");
    try {
      return [name, parse(value)] as const;
    } catch (error) {
      throw error instanceof Unfit ? unreadable(path + name, error.message) : error;
    }
  });
  return Object.fromEntries(read) as T;
}

/**
 * Terms out of what somebody sent: JSON that was parsed, say, with numbers as decimal text. It answers whether these are terms
 * at all; `checkTerms` says whether a payment can be made under them.
 *
 * @throws TerminalError `TERMS_UNREADABLE`, which names the field
 * @example
 * const terms = parseTerms(JSON.parse(text)); // text: canonicalJson(terms)
 */
export function parseTerms(input: unknown): PaymentTerms {
  return parsed(TERMS, input, "");
}
