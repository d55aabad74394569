import { TerminalError } from "../core/errors.ts";
import { type Constant, constants } from "./solidity-text.ts";

/** Numbers that only a new release of the code changes: where each stands and what it is. */
const FIXED: readonly (readonly [file: string, constant: string, what: string])[] = [
  [
    "contracts/custody/libraries/Quotes.sol",
    "EXIT_WINDOW",
    "trailing period of all windows on instant exits",
  ],
  [
    "contracts/custody/VaultExits.sol",
    "SCREENING_PATIENCE",
    "after `late`, how long a release waits for a silent list",
  ],
  [
    "contracts/custody/libraries/Quotes.sol",
    "MAX_DELAY",
    "longest `soon` and `late` that any policy can give",
  ],
  ["contracts/custody/libraries/Quotes.sol", "QUOTE_GAS", "gas that a quote gets, never less"],
  ["contracts/custody/libraries/VaultAssets.sol", "MAX_ASSETS", "most assets that one Vault lists"],
  [
    "contracts/custody/libraries/VaultReserves.sol",
    "MAX_RESERVES",
    "most reserves whose holdings count for one Vault",
  ],
  [
    "contracts/custody/Reserve.sol",
    "VETO_FOR",
    "how long a reserve's Safe can keep one exit from being refilled",
  ],
  [
    "contracts/custody/libraries/ReserveParams.sol",
    "LONGEST_DELAY",
    "refill delay of a reserve whose row was never set",
  ],
  ["contracts/custody/libraries/Lanes.sol", "BURST", "unused lane time that is remembered, in 1/256 s"],
  [
    "contracts/custody/libraries/Lanes.sol",
    "SMALL_SHARE",
    "an exit of at most one in this many of the liabilities is small",
  ],
  [
    "contracts/custody/libraries/VaultSubjects.sol",
    "HOLD_BUDGET",
    "guardians together may hold one subject, or everyone, for this",
  ],
  ["contracts/custody/libraries/VaultSubjects.sol", "HOLD_WINDOW", "in any trailing period of this"],
  [
    "contracts/custody/libraries/VaultSubjects.sol",
    "MAX_EXTENSION",
    "most that one act of the timelock adds to a hold",
  ],
  ["contracts/custody/libraries/VaultSubjects.sol", "MAX_TIER_WAIT", "furthest ahead that a tier may begin"],
  ["contracts/governance/Guardian.sol", "EVERYONE_BUDGET", "one key may hold everyone for this"],
  ["contracts/governance/Guardian.sol", "PERIOD", "in any trailing period of this"],
  ["contracts/governance/Guardian.sol", "LONGEST_TERM", "furthest expiry of a guardian key"],
  ["contracts/oracle/PriceRouter.sol", "MAX_WARM_FOR", "longest that a stored price may be used"],
  [
    "contracts/oracle/libraries/StoredPrice.sol",
    "HALT_DAYS",
    "UTC days that a forced halt lasts, the first included",
  ],
  ["contracts/oracle/libraries/StoredPrice.sol", "REST_DAYS", "UTC days after it before the next"],
  ["contracts/policy/TierRegistry.sol", "LIFT_DELAY", "from a lift's attestation until it works"],
  ["contracts/policy/TierRegistry.sol", "GRACE", "added to every attestation's `until`"],
  ["contracts/policy/TierRegistry.sol", "LONGEST", "longest that evidence may hold"],
  [
    "contracts/policy/slices/SanctionsSlice.sol",
    "LISTED_DELAY",
    "delay of an exit to or from a listed address",
  ],
  ["contracts/policy/libraries/TierLimits.sol", "MAX_DELAY", "delay of a tier whose row was never set"],
  ["contracts/shared/Params.sol", "TIGHT_FOR", "how long a tightening lasts"],
  [
    "contracts/shared/Params.sol",
    "REST_FOR",
    "how long after its end before the next one of the same number",
  ],
];

function fixedRow(sources: ReadonlyMap<string, string>, file: string, name: string, what: string): string[] {
  const found: Constant | undefined = constants(sources.get(file) ?? "").find(
    (constant) => constant.name === name,
  );
  if (found === undefined) throw new TerminalError("NO_CONSTANT", `There is no constant ${name} in ${file}`);
  const contract = file.split("/").at(-1)?.replace(".sol", "");
  return [`\`${contract}.${name}\``, `\`${found.value}\``, what];
}

/**
 * Rows of the table of numbers that are fixed in code: name, value as its source writes it, meaning.
 *
 * @throws TerminalError `NO_CONSTANT` if a source has no such constant any more.
 */
export function fixedRows(sources: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  return FIXED.map(([file, name, what]) => fixedRow(sources, file, name, what));
}
