import { getAddress, isAddress } from "ethers";
import { UsageError } from "../../../core/errors.ts";
import { makeSafe } from "../../../governance/acts/new-safe.ts";
import { ExitCode } from "../../exit-code.ts";
import { type GovOptions, openSession, type PasswordOptions, payer, print } from "./session.ts";

/** What `gov new-safe` is told. */
export interface NewSafeCommand extends GovOptions, PasswordOptions {
  /** With commas between. */
  readonly owners: string;
  readonly threshold: string;
  readonly reserve: boolean;
  readonly salt: string;
  readonly keystore?: string;
}

function whole(text: string, option: string): bigint {
  if (/^\d{1,30}$/.test(text)) return BigInt(text);
  throw new UsageError(`${option} takes a whole number`, { facts: { found: text.slice(0, 50) } });
}

/** An address that was typed: its checksum is there to find mistakes. */
export function checkedAddress(text: string, option: string): string {
  if (isAddress(text) && getAddress(text) === text) return text;
  throw new UsageError(`${option} takes addresses with their checksums`, {
    facts: { found: text.slice(0, 50) },
  });
}

/** `gov new-safe`: makes a Safe that comes into the world guarded, and prints its address. */
export async function govNewSafe(options: NewSafeCommand): Promise<number> {
  const owners = options.owners.split(",").map((owner) => checkedAddress(owner.trim(), "--owners"));
  const terms = {
    owners,
    threshold: Number(whole(options.threshold, "--threshold")),
    domain: options.reserve ? ("reserve" as const) : ("suite" as const),
    salt: whole(options.salt, "--salt"),
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
