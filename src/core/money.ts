import { TerminalError } from "./errors.ts";

declare const centsBrand: unique symbol;
declare const unitsBrand: unique symbol;

/** US cents, never negative. The windows of the vault count subjects and the shared pool in them. */
export type Cents = bigint & { readonly [centsBrand]: true };

/** The smallest units of a token (wei, satoshi), never negative. */
export type Units = bigint & { readonly [unitsBrand]: true };

/** A price as a feed gives it: dollars per whole token, times ten to the power of `decimals`. */
export interface Price {
  readonly answer: bigint;
  readonly decimals: number;
}

const CENTS_PER_DOLLAR = 100n;
const THIN_SPACE = " ";
const USD_PATTERN = /^(\d+)(?:\.(\d{1,2}))?$/;

/**
 * Brands an amount of cents.
 *
 * @throws TerminalError `MONEY_NEGATIVE` below zero.
 * @example
 * const limit = cents(100_000n); // $1,000
 */
export function cents(amount: bigint): Cents {
  if (amount < 0n) {
    throw new TerminalError("MONEY_NEGATIVE", "An amount of money is negative", { facts: { cents: amount } });
  }
  return amount as Cents;
}

/** Brands an amount of a token's smallest units; negative amounts throw `MONEY_NEGATIVE`. */
export function units(amount: bigint): Units {
  if (amount < 0n) {
    throw new TerminalError("MONEY_NEGATIVE", "An amount of a token is negative", {
      facts: { units: amount },
    });
  }
  return amount as Units;
}

/** Whole dollars as cents. */
export function dollars(amount: bigint): Cents {
  return cents(amount * CENTS_PER_DOLLAR);
}

/** The sum of any number of amounts; of none, zero. */
export function sumCents(amounts: Iterable<Cents>): Cents {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return cents(sum);
}

/** The smaller of two amounts. */
export function minCents(a: Cents, b: Cents): Cents {
  return a < b ? a : b;
}

/** The larger of two amounts. */
export function maxCents(a: Cents, b: Cents): Cents {
  return a < b ? b : a;
}

/** `a - b`, or zero where that would be negative. */
export function lessOrZero(a: Cents, b: Cents): Cents {
  return a > b ? cents(a - b) : cents(0n);
}

/** `amount × numerator ÷ denominator`, rounded down. */
export function shareDown(amount: Cents, numerator: bigint, denominator: bigint): Cents {
  if (denominator <= 0n) {
    throw new TerminalError("MONEY_DENOMINATOR", "A share needs a positive denominator", {
      facts: { denominator },
    });
  }
  return cents((amount * numerator) / denominator);
}

/**
 * Reads decimal dollars with at most two decimals.
 *
 * @throws TerminalError `MONEY_SYNTAX` for anything else, signs and exponents included.
 * @example
 * parseUsd("202440.73"); // 20244073n
 */
export function parseUsd(text: string): Cents {
  const match = USD_PATTERN.exec(text);
  if (match === null) {
    throw new TerminalError("MONEY_SYNTAX", "Not an amount of dollars with at most two decimals", {
      facts: { text: text.slice(0, 40) },
    });
  }
  return cents(BigInt(match[1] ?? "0") * CENTS_PER_DOLLAR + BigInt((match[2] ?? "").padEnd(2, "0")));
}

/** Decimal dollars for machines, two decimals, no separators: `"1440290000.00"`. */
export function usdDecimal(amount: Cents): string {
  return `${amount / CENTS_PER_DOLLAR}.${(amount % CENTS_PER_DOLLAR).toString().padStart(2, "0")}`;
}

function grouped(whole: bigint): string {
  return whole.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Dollars in full: `$202,440.73`, whole dollars without decimals. */
export function formatUsd(amount: Cents): string {
  const rest = amount % CENTS_PER_DOLLAR;
  const whole = `$${grouped(amount / CENTS_PER_DOLLAR)}`;
  return rest === 0n ? whole : `${whole}.${rest.toString().padStart(2, "0")}`;
}

/** Whole dollars, rounded half up: `$202,441`. */
export function formatUsdWhole(amount: Cents): string {
  return `$${grouped((amount + CENTS_PER_DOLLAR / 2n) / CENTS_PER_DOLLAR)}`;
}

const SCALES = [
  { suffix: "B", cents: 100_000_000_000n },
  { suffix: "M", cents: 100_000_000n },
  { suffix: "k", cents: 100_000n },
] as const;

/** Three significant digits of `amount ÷ scale`, half up, without trailing zeros; `undefined` if it rounds to 1000. */
function threeDigits(amount: bigint, scale: bigint): string | undefined {
  const whole = amount / scale;
  const places = whole >= 100n ? 0 : whole >= 10n ? 1 : 2;
  const power = 10n ** BigInt(places);
  const rounded = (amount * power + scale / 2n) / scale;
  if (rounded >= 1000n * power) return undefined;
  const head = rounded / power;
  if (places === 0) return head.toString();
  const tail = (rounded % power).toString().padStart(places, "0").replace(/0+$/, "");
  // 9.999 rounds to 10.00 and 99.99 to 100.0: still three digits or fewer once the zeros are cut.
  return tail === "" ? head.toString() : `${head}.${tail}`;
}

/**
 * Dollars as people read them: `$1.44 B`, `$11.8 M`, `$203 k`; below $1,000 in full.
 *
 * @example
 * formatUsdShort(dollars(1_440_290_000n)); // "$1.44 B"
 */
export function formatUsdShort(amount: Cents): string {
  for (const [index, scale] of SCALES.entries()) {
    if (amount < scale.cents) continue;
    const digits = threeDigits(amount, scale.cents);
    if (digits !== undefined) return `$${digits}${THIN_SPACE}${scale.suffix}`;
    const larger = SCALES[index - 1];
    return larger === undefined
      ? `$${grouped(amount / scale.cents)}${THIN_SPACE}${scale.suffix}`
      : `$1${THIN_SPACE}${larger.suffix}`;
  }
  return formatUsd(amount);
}

/**
 * Token units as people read them, cut (never rounded up) after `places` decimals.
 *
 * @example
 * formatUnits(units(1_500_000_000_000_000_000n), 18, "ETH"); // "1.5 ETH"
 */
export function formatUnits(amount: Units, decimals: number, symbol: string, places = 4): string {
  const one = 10n ** BigInt(decimals);
  const fraction = (amount % one).toString().padStart(decimals, "0").slice(0, places).replace(/0+$/, "");
  const whole = grouped(amount / one);
  return `${decimals === 0 || fraction === "" ? whole : `${whole}.${fraction}`} ${symbol}`;
}

/** `amount` over `by`, rounded up. Neither is negative, `by` not zero. */
export function divUp(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by;
}

function requirePrice(price: Price): void {
  if (price.answer <= 0n) {
    throw new TerminalError("MONEY_PRICE", "A price must be above zero", { facts: { answer: price.answer } });
  }
}

/** What `amount` cents buy at `price`, rounded down to the token's smallest unit. */
export function unitsForCentsDown(amount: Cents, price: Price, tokenDecimals: number): Units {
  requirePrice(price);
  const scale = 10n ** BigInt(tokenDecimals + price.decimals);
  return units((amount * scale) / (price.answer * CENTS_PER_DOLLAR));
}

/** What `amount` units are worth at `price`, rounded up to cents, as the vault charges its windows. */
export function centsOfUnitsUp(amount: Units, price: Price, tokenDecimals: number): Cents {
  requirePrice(price);
  const scale = 10n ** BigInt(tokenDecimals + price.decimals);
  return cents(divUp(amount * price.answer * CENTS_PER_DOLLAR, scale));
}
