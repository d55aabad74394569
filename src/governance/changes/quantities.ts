import { getAddress, isAddress, isHexString, ZeroAddress } from "ethers";
import { z } from "zod";
import { isTerminalLine } from "../../core/terminal-text.ts";
import { DAY, HOUR } from "../../core/time.ts";
import { DOMAIN_NAMES } from "../role-graph.ts";

/**
 * The scalars of change files as people write them. Each parses to one number in the contracts' unit; each says in its
 * message what it takes.
 */

const SECONDS = { s: 1n, min: 60n, h: HOUR, d: DAY } as const;
const DURATION = /^(\d+) ?(s|min|h|d)$/;
const DOLLARS = /^\$?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?$/;
const AMOUNT = /^(\d+)(?:\.(\d+))?$/;
const PERCENT = /^(\d+)(?:\.(\d{1,2}))? ?%$/;

/** The largest Unix time that the contracts hold (uint40). */
const LAST_SECOND = (1n << 40n) - 1n;

/** Words in one line, as signers read them. */
export function line(least: number, most: number) {
  return z
    .string()
    .min(least)
    .max(most)
    .refine(isTerminalLine, "has line breaks, control or direction characters");
}

/** YAML reads hexadecimal digits without quotes as a number, and loses most of them. */
const QUOTED = "write it as text, in quotes";

/** An address with its checksum (EIP-55): a typing error doesn't go through. Never zero. */
export const address = z
  .string(QUOTED)
  .regex(/^0x[0-9a-fA-F]{40}$/, "not an address: 0x and 40 hexadecimal digits")
  .refine((text) => !isHexString(text, 20) || isAddress(text), "the address fails its checksum (EIP-55)")
  .refine((text) => !/[a-f]/.test(text) || /[A-F]/.test(text), "write the address with its checksum (EIP-55)")
  .refine((text) => text !== ZeroAddress, "the zero address")
  .transform((text) => getAddress(text))
  .meta({ description: "An address with its checksum (EIP-55)" });

/** 32 bytes: an exit's, a release's or an operation's id. */
export const bytes32 = z
  .string(QUOTED)
  .regex(/^0x[0-9a-fA-F]{64}$/, "not an id: 0x and 64 hexadecimal digits")
  .transform((text) => text.toLowerCase())
  .meta({ description: "32 bytes in hexadecimal digits" });

/** US dollars to cents. `"$10,000"`, `"12.50"`, 500. */
export const usd = z
  .union([
    z.string().regex(DOLLARS, 'not an amount of US dollars such as "$10,000" or "12.50"'),
    z.int().min(0),
  ])
  .transform((input) => {
    const [, whole = "0", part = ""] = DOLLARS.exec(String(input)) ?? [];
    return BigInt(whole.replaceAll(",", "")) * 100n + BigInt(part.padEnd(2, "0"));
  })
  .meta({ description: 'US dollars: "$10,000", "12.50" or 500' });

/** A time span to seconds. `"36 h"`, `"3 d"`, `"90 min"`, `"45 s"`. */
export const duration = z
  .string()
  .regex(DURATION, 'not a time span such as "36 h", "3 d", "90 min" or "45 s"')
  .transform((text) => {
    const [, count = "0", unit = "s"] = DURATION.exec(text) ?? [];
    return BigInt(count) * SECONDS[unit as keyof typeof SECONDS];
  })
  .meta({ description: 'A time span: "36 h", "3 d", "90 min", "45 s"' });

/** A share to basis points. `"5 %"`, `"0.25%"`. */
export const percent = z
  .string()
  .regex(PERCENT, 'not a share such as "5 %" or "0.25 %"')
  .transform((text) => {
    const [, whole = "0", part = ""] = PERCENT.exec(text) ?? [];
    return BigInt(whole) * 100n + BigInt(part.padEnd(2, "0"));
  })
  .meta({ description: 'A share: "5 %", "0.25 %"' });

/** A whole number in the unit that its field names. */
export const count = z
  .union([z.int().min(0), z.string().regex(/^\d+$/, "not a whole number")])
  .transform((input) => BigInt(input))
  .meta({ description: "A whole number" });

/** An amount of an asset in whole coins, as text: the asset's decimals are known on the chain only. */
export const amount = z
  .string()
  .regex(AMOUNT, 'not an amount such as "1500" or "0.25"')
  .meta({ description: 'An amount of the asset in whole coins: "1500", "0.25"' });

/** A moment to Unix seconds. ISO 8601 with a zone. */
export const moment = z.iso
  .datetime({ offset: true, error: "not a moment such as 2027-01-31T12:00:00Z" })
  .transform((text) => BigInt(Date.parse(text)) / 1_000n)
  .refine((seconds) => seconds > 0n && seconds < LAST_SECOND, "before 1970 or after what the contracts hold")
  .meta({ description: "A moment in ISO 8601 with its zone: 2027-01-31T12:00:00Z" });

/** A tier of customers, 0 = unverified. */
export const tier = z.int().min(0).max(3).meta({ description: "A tier, 0 (unverified) to 3" });

/** An asset by the symbol that the deployment's record gives it. */
export const symbol = z
  .string()
  .regex(/^[a-z][a-z0-9]*$/, "lower-case letters and digits")
  .meta({ description: "An asset's symbol in the deployment's record" });

/** An address, or the name of a part that this file deploys or that the deployment has, after a dollar sign. */
export const reference = z
  .string(QUOTED)
  .regex(/^(\$[a-zA-Z][a-zA-Z0-9_.]*|0x[0-9a-fA-F]{40})$/, "neither an address nor a name such as $newPolicy")
  .superRefine((text, context) => {
    if (text.startsWith("$")) return;
    const parsed = address.safeParse(text);
    if (!parsed.success)
      for (const { message } of parsed.error.issues) context.addIssue({ code: "custom", message });
  })
  .meta({ description: "An address, or $name of something under `deploy` or of the deployment's record" });

/** What a call's or a constructor's argument is written as: text, numbers, truth, or lists and tuples of them. */
export type Argument = string | number | boolean | readonly Argument[];
export const argument: z.ZodType<Argument> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(argument)]),
);

/** Raw units of an amount in whole coins; undefined if it has more places than the asset. */
export function rawUnits(text: string, decimals: number): bigint | undefined {
  const [, whole = "0", part = ""] = AMOUNT.exec(text) ?? [];
  if (part.length > decimals && /[1-9]/.test(part.slice(decimals))) return undefined;
  return (
    BigInt(whole) * 10n ** BigInt(decimals) + BigInt(part.slice(0, decimals).padEnd(decimals, "0") || "0")
  );
}

/** A field that says which domain is meant: the suite's unless it says so. */
export const domainField = (what: string) => z.enum(DOMAIN_NAMES).default("suite").describe(what);
