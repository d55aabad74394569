import { UsageError } from "../../../core/errors.ts";
import { makeSafe } from "../../../governance/acts/new-safe.ts";
import { ExitCode } from "../../exit-code.ts";
import { checkedAddress, type PasswordOptions, wholeNumber } from "../../option-values.ts";
import { print } from "../../output.ts";
import { type GovOptions, openSession, payer } from "./session.ts";

/** What `gov new-safe` is told. */
export interface NewSafeCommand extends GovOptions, PasswordOptions {
  /** With commas between. */
  readonly owners: string;
  readonly threshold: string;
  readonly reserve: boolean;
  readonly salt: string;
  readonly keystore?: string;
}

/** A salt may be longer than a count. */
function saltOf(text: string): bigint {
  if (/^\d{1,30}$/.test(text)) return BigInt(text);
  throw new UsageError("--salt takes a whole number", { facts: { found: text.slice(0, 50) } });
}

/** `gov new-safe`: makes a Safe that comes into the world guarded, and prints its address. */
export async function govNewSafe(options: NewSafeCommand): Promise<number> {
  const owners = options.owners.split(",").map((owner) => checkedAddress(owner.trim(), "--owners"));
  const terms = {
    owners,
    threshold: wholeNumber(options.threshold, "--threshold"),
    domain: options.reserve ? ("reserve" as const) : ("suite" as const),
    salt: saltOf(options.salt),
  };
  const session = await openSession(options);
  try {
    const made = await makeSafe(session.governance.addresses, terms, await payer(session, options));
    const state = made.transaction === undefined ? "it stood already" : made.transaction;
    print(options.json, made, `Safe: ${made.address}\n${state}\n`);
    return ExitCode.done;
  } finally {
    await session.close();
  }
}
