import { TerminalError } from "../core/errors.ts";
import type { Permission } from "../governance/role-graph.ts";
import { type Constant, constants, table } from "./solidity-text.ts";

/** A row of a contract's table as the contract itself answers `specOf`. */
export interface Spec {
  readonly min: bigint;
  readonly max: bigint;
  /** `Direction`: 0 none, 1 down, 2 up. */
  readonly direction: bigint;
}

/** One kind of parameter. */
export interface Kind extends Spec {
  readonly name: string;
  readonly number: bigint;
  readonly contract: ParameterContract;
  readonly argument: Argument;
  /** Unit and meaning, the comment in ParamKeys.sol. */
  readonly meaning: string;
}

export type ParameterContract = "Vault" | "ExitPolicy" | "TierRegistry" | "Reserve" | "AppRelease";
export type Argument = "none" | "tier" | "asset" | "account";

const TARGETS = {
  Vault: "vault",
  ExitPolicy: "policy",
  TierRegistry: "registry",
  Reserve: "reserve",
  AppRelease: "appRelease",
} as const;
const TIGHTER = ["no order", "smaller", "larger"] as const;

/** Kinds of parameters with their contracts, as ParamKeys.sol lists them. */
export function kindsOf(source: string): readonly Omit<Kind, keyof Spec>[] {
  const kinds: Omit<Kind, keyof Spec>[] = [];
  let contract: ParameterContract | undefined;
  for (const line of source.split("\n")) {
    const heading = line.match(/^\s*\/\/ (\w+)$/)?.[1];
    if (heading !== undefined && heading in TARGETS) contract = heading as ParameterContract;
    const constant = /\bpublic\b|\binternal\b/.test(line) ? constants(line)[0] : undefined;
    if (constant === undefined || contract === undefined) continue;
    if (constant.comment === "") {
      throw new TerminalError(
        "PARAMETER_WITHOUT_UNIT",
        `ParamKeys.${constant.name} has no comment with its unit`,
      );
    }
    kinds.push({
      name: constant.name,
      number: BigInt(constant.value),
      contract,
      argument: argumentOf(constant.name),
      meaning: constant.comment,
    });
  }
  return kinds;
}

function argumentOf(name: string): Argument {
  if (name.startsWith("TIER_")) return "tier";
  if (name === "CANARY_SHARE") return "account";
  const ofAsset = [
    "HOLDINGS_CAP",
    "SMALL_LANE_RATE",
    "LARGE_LANE_RATE",
    "ASSET_BREAKER",
    "KEEP",
    "CANARY_CAP",
  ];
  return ofAsset.includes(name) || name.startsWith("HOT_") ? "asset" : "none";
}

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
  ["contracts/governance/AuditRecord.sol", "MAX_CODEHASHES", "most code hashes that one audit covers"],
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

function holderOf(permissions: readonly Permission[], contract: ParameterContract, verb: string): string {
  const found = permissions.find(
    ({ target, signature }) => target === TARGETS[contract] && signature.startsWith(`${verb}(`),
  );
  if (found === undefined) throw new TerminalError("NO_PERMISSION", `Nobody may call ${contract}.${verb}`);
  return found.role;
}

function fixedRow(sources: ReadonlyMap<string, string>, file: string, name: string, what: string): string[] {
  const found: Constant | undefined = constants(sources.get(file) ?? "").find(
    (constant) => constant.name === name,
  );
  if (found === undefined) throw new TerminalError("NO_CONSTANT", `There is no constant ${name} in ${file}`);
  const contract = file.split("/").at(-1)?.replace(".sol", "");
  return [`\`${contract}.${name}\``, `\`${found.value}\``, what];
}

const INTRODUCTION = `# Variables

Generated by \`node scripts/docs.ts --write\` from contracts/shared/ParamKeys.sol, from what the contracts answer to
\`specOf\`, and from src/governance/role-graph.ts; don't edit.

Every number that moves money is a row of one table: bounded in code, permissioned, evented. A key is the kind's byte over
a 248-bit argument: nothing, a tier (0 to 3, 0 = unverified), an asset id without its class byte, or an account (a canary's
address). A window's numbers stay below 2^36; ticks are the asset's own unit, 10^tickExponent raw units.

- **Tightening** is \`tighten(key, value)\`: at once, for 14 days, then 14 days of rest. Event \`ParamTightened\`.
- **Loosening**, and everything that has no order, is \`set(key, expectedVersion, validUntil, value)\`: through the
  timelock's delay (\`getMinDelay\`), and void if the row was written since it was proposed. It clears a tightening. Event
  \`ParamSet\`.
- **In force** is the tightening while it lasts, else the base: \`inForce(key)\`. For a tier, limits are the least and
  delays the most of its own row and all higher tiers'. A limit never set is 0 and lets nothing be instant; a delay never
  set is 30 days, a refill delay never set a week.
- **A reserve** has an AccessManager, a timelock and a Safe of its own: its PARAMETERS and RISK_OFFICER are not the Vault's.`;

/** docs/variables.md. */
export function variablesPage(
  kinds: readonly Kind[],
  permissions: readonly Permission[],
  sources: ReadonlyMap<string, string>,
): string {
  const rows = kinds.map((kind) => {
    const loosens = holderOf(permissions, kind.contract, "set");
    const ordered = kind.direction !== 0n;
    return [
      `\`${kind.name}\``,
      `\`0x${kind.number.toString(16).padStart(2, "0")}\` · ${kind.argument}`,
      kind.contract,
      kind.meaning,
      `${kind.min} to ${kind.max}`,
      TIGHTER[Number(kind.direction)] ?? "unknown",
      ordered ? `${holderOf(permissions, kind.contract, "tighten")}, at once` : "nobody",
      `${loosens} (timelock), after its delay`,
    ];
  });
  const head = [
    "Name",
    "Kind · argument",
    "Contract",
    "Unit and meaning",
    "Bounds",
    "Tighter is",
    "Tightens",
    "Sets",
  ];
  const fixed = FIXED.map(([file, name, what]) => fixedRow(sources, file, name, what));
  return `${[
    INTRODUCTION,
    table(head, rows),
    "## Fixed in code\n\nThese change with a new release of the code only.",
    table(["Constant", "Value", "What it is"], fixed),
    "## Replaced by pointer\n\n`setPolicy` (Vault) and `setFeedSet` (PriceRouter) replace whole contracts through the timelock; each names what it replaces, so that a stale proposal fails. Events `PolicySet`, `FeedSetChanged`.",
    "## Declared once\n\n`declareCap` (AuditRecord) declares an asset's cap while the code isn't covered by an audit, in ticks, through the timelock or at deployment: once, so that nobody raises it; an asset without one has 0. Event `UnverifiedCapDeclared`.",
  ].join("\n\n")}\n`;
}
