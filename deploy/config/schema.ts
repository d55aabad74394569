import { schnorr } from "@noble/curves/secp256k1.js";
import { getAddress, isAddress, ZeroAddress } from "ethers";
import { z } from "zod";
import { CHAIN_NAME } from "../../src/core/chain-name.ts";
import { TerminalError } from "../../src/core/errors.ts";
import { DAY } from "../../src/core/time.ts";
import { kindOfChain } from "../chains.ts";

/** The largest amount that a window counts: 36 bits (contracts/policy/libraries/SlidingWindow.sol). */
const MOST_TICKS = (1n << 36n) - 1n;

const address = z
  .string()
  .meta({ pattern: "^(0x)?[0-9a-fA-F]{40}$" })
  .transform((text, context) => {
    if (!isAddress(text) || getAddress(text) === ZeroAddress) {
      context.addIssue({ code: "custom", message: `"${text}" is not an address: fill in the real one` });
      return z.NEVER;
    }
    return getAddress(text);
  });

/** A whole number inside bounds; files may write it as a number, a bigint or digits. */
function whole(least: bigint, most: bigint, unit: string) {
  const description = `${least} to ${most} ${unit}`.trim();
  // Only editors read the bounds of the number: the transformation knows them for all three.
  const number = z
    .number()
    .int()
    .meta({
      minimum: Number(least),
      maximum: Math.min(Number(most), Number.MAX_SAFE_INTEGER),
    });
  return z
    .union([z.bigint(), number, z.string().regex(/^-?\d+$/)])
    .meta({ description })
    .transform((input, context) => {
      const value = BigInt(input);
      if (value < least || value > most) {
        context.addIssue({ code: "custom", message: `${value} ${unit} is outside ${least} to ${most}` });
        return z.NEVER;
      }
      return value;
    });
}

const safe = z
  .strictObject({
    /** A Safe that its owners have already: it is used as it is, if its owners and threshold are those named here. */
    adopt: address.optional(),
    owners: z.array(address).min(1, "name the owners"),
    threshold: z.number().int(),
    /** Another number gives the same owners another Safe. */
    saltNonce: whole(0n, (1n << 64n) - 1n, "").default(0n),
  })
  .superRefine(({ adopt, owners, threshold, saltNonce }, context) => {
    if (adopt !== undefined && saltNonce !== 0n) {
      context.addIssue({ code: "custom", path: ["saltNonce"], message: "an adopted Safe is not made again" });
    }
    if (new Set(owners).size !== owners.length) {
      context.addIssue({ code: "custom", path: ["owners"], message: "an owner is named twice" });
    }
    if (threshold < 1 || threshold > owners.length) {
      const message = `${threshold} signatures of ${owners.length} owners`;
      context.addIssue({ code: "custom", path: ["threshold"], message });
    }
  });

/** Several signatures of several owners: one stolen key is nothing. */
const quorum = safe.refine(({ threshold }) => threshold >= 2, {
  path: ["threshold"],
  message: "at least 2: one stolen key must not be enough",
});

const mockFeed = z.strictObject({
  mock: z.strictObject({ decimals: z.number().int().min(0).max(24), answer: whole(1n, 1n << 86n, "") }),
});
const mockToken = z.strictObject({
  mock: z.strictObject({ name: z.string().min(1), decimals: z.number().int().min(0).max(30) }),
});

/** US dollars with 12 decimals. */
const price = whole(1n, (1n << 64n) - 1n, "(dollars, 12 decimals)");

const feedTerms = {
  /** Who stands behind the data: sources of one upstream count once. */
  upstream: z.string().min(1),
  minPrice: price,
  maxPrice: price,
  sequencer: z.strictObject({ feed: address, graceSeconds: whole(1n, DAY, "s") }).optional(),
};

/** A Chainlink feed, or any with its interface: the kind that needs no name. */
const chainlinkFeed = z.strictObject({
  kind: z
    .literal("chainlink")
    .optional()
    .transform(() => "chainlink" as const),
  ...feedTerms,
  /** Heartbeat and slack. */
  maxAgeSeconds: whole(1n, 3n * DAY, "s"),
  aggregator: z.union([mockFeed, address]),
});

/** Whoever brings a signed price picks it out of this time: short. */
const pulledAge = whole(1n, 3_600n, "s");

/** A price of the network's Pyth contract. */
const pythFeed = z
  .strictObject({
    kind: z.literal("pyth"),
    ...feedTerms,
    maxAgeSeconds: pulledAge,
    priceId: z
      .string()
      .regex(/^0x[0-9a-fA-F]{64}$/, "not 32 bytes in hex")
      .refine((text) => BigInt(text) !== 0n, "zero names no price"),
    /** A price less sure than this is not valid, confidence over price. */
    maxConfBps: whole(1n, 1_000n, "basis points"),
    /** How many confidences the spread is. */
    sigmas: whole(1n, 10n, "confidences"),
    minExpo: whole(-24n, 0n, "(exponent of ten)"),
    maxExpo: whole(-24n, 0n, "(exponent of ten)"),
  })
  .refine(({ minExpo, maxExpo }) => minExpo <= maxExpo, { path: ["minExpo"], message: "above maxExpo" });

/** A RedStone feed, whose signers' packages are brought to the source itself. */
const redstoneFeed = z
  .strictObject({
    kind: z.literal("redstone"),
    ...feedTerms,
    maxAgeSeconds: pulledAge,
    /** RedStone's name of it. */
    feedId: z.string().regex(/^[\x21-\x7e]{1,31}$/, "not 1 to 31 characters of ASCII without spaces"),
    /** Of its values; RedStone's numbers have 8. */
    decimals: whole(0n, 24n, "decimals"),
    signers: z
      .array(address)
      .min(2, "name at least 2 signers")
      .max(8, "at most 8 signers")
      .refine((all) => new Set(all).size === all.length, "a signer is named twice"),
    /** So many must agree on a time. */
    threshold: whole(2n, 8n, "signers"),
  })
  .superRefine(({ signers, threshold }, context) => {
    const count = BigInt(signers.length);
    if (2n * threshold > count && threshold <= count) return;
    const message = `${threshold} of ${count} signers: more than half of them, and no more than all`;
    context.addIssue({ code: "custom", path: ["threshold"], message });
  });

/** A price feed of an asset. */
export const feed = z
  .discriminatedUnion("kind", [chainlinkFeed, pythFeed, redstoneFeed], {
    error: "one of chainlink (if none is named), pyth and redstone",
  })
  .refine(({ minPrice, maxPrice }) => minPrice < maxPrice, {
    path: ["minPrice"],
    message: "not below maxPrice",
  });

/** CAIP-19: a chain, and an asset's namespace and reference on it. */
const ASSET = /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}\/[-a-z0-9]{3,8}:[-.%a-zA-Z0-9]{1,128}$/;

/** A token of ours for an asset of another chain, which the gateway serves. */
const foreignToken = z.strictObject({
  foreign: z.strictObject({
    caip19: z.string().regex(ASSET, "not an asset's name by CAIP-19"),
    name: z.string().regex(/^[\x20-\x7e]{1,32}$/, "not 1 to 32 characters of ASCII"),
    ticker: z.string().regex(/^[A-Z0-9]{1,12}$/, "not 1 to 12 capital letters and digits"),
    decimals: z.number().int().min(0).max(30),
    /** Most that its supply comes to, payouts on their way included. */
    supplyTicks: whole(0n, MOST_TICKS, "ticks"),
    /** Credited at once in any trailing day; the rest waits. */
    instantTicks: whole(0n, MOST_TICKS, "ticks"),
    /** Least that a payout carries: more than what its chain calls dust. */
    leastTicks: whole(1n, 1_000_000n, "ticks"),
    /** What one whole unit counts in its chain's `outCents`. No price: no payout depends on an oracle. */
    worthCents: whole(1n, MOST_TICKS, "cents"),
  }),
});

/** Most that a committee has (contracts/gateway/verifiers/MultisigVerifier.sol). */
const MOST_SIGNERS = 32;

/** Whether 32 bytes are a BIP-340 key. One that is not below the group's order is none: one in 2^128. */
function isGroupKey(text: string): boolean {
  const x = BigInt(text);
  try {
    schnorr.utils.lift_x(x);
  } catch {
    return false;
  }
  return x < schnorr.Point.Fn.ORDER;
}

/** Who says what happened on other chains: signers each with a key, or a FROST group with one. */
const committee = z.union([
  z
    .strictObject({
      signers: z
        .array(address)
        .min(1, "name the signers")
        .max(MOST_SIGNERS, `at most ${MOST_SIGNERS} signers`)
        .refine((all) => new Set(all).size === all.length, "a signer is named twice"),
      threshold: z.number().int(),
    })
    .superRefine(({ signers, threshold }, context) => {
      if (2 * threshold > signers.length && threshold <= signers.length) return;
      const message = `${threshold} of ${signers.length} signers: more than half of them, and no more than all`;
      context.addIssue({ code: "custom", path: ["threshold"], message });
    }),
  z.strictObject({
    /** A BIP-340 key, x only. */
    groupKey: z
      .string()
      .regex(/^0x[0-9a-fA-F]{64}$/, { error: "not 32 bytes in hex", abort: true })
      .refine(isGroupKey, "no key: there is no point of secp256k1 with this x"),
  }),
]);

/** A chain whose coins the gateway takes and pays. */
const foreignChain = z.strictObject({
  chain: z.string().regex(CHAIN_NAME, "not a chain's name by CAIP-2"),
  /** How long credits wait that aren't immediate: long enough for governance to refuse them. */
  delaySeconds: whole(3_600n, 30n * DAY, "s"),
  /** Payouts authorised in any trailing day. */
  outCents: whole(0n, MOST_TICKS, "cents"),
});

/** An asset with its limits and feeds. */
export const asset = z.strictObject({
  symbol: z.string().regex(/^[a-z][a-z0-9]*$/, "lower-case letters and digits"),
  token: z.union([z.literal("native"), mockToken, foreignToken, address]),
  tokenClass: z.enum(["native", "exact", "fee-taking"]),
  /** One tick is 10^tickExponent raw units. */
  tickExponent: whole(0n, 30n, ""),
  /** Deposits may bring liabilities to this. */
  capTicks: whole(0n, MOST_TICKS, "ticks"),
  /** And to this only, while an audit doesn't cover the code that runs. For good: nobody can change it. */
  unverifiedCapTicks: whole(1n, MOST_TICKS, "ticks"),
  /** What queued exits may take a day, basis points of liabilities. */
  smallLaneBps: whole(200n, 10_000n, "basis points"),
  largeLaneBps: whole(200n, 10_000n, "basis points"),
  /** Instant exits of everyone in any trailing day. */
  breakerTicks: whole(0n, MOST_TICKS, "ticks"),
  /** What a sweep leaves for instant exits: this share of the trailing day's, between the two bounds. */
  hotCoverBps: whole(0n, 1_000_000n, "basis points"),
  hotMinTicks: whole(0n, MOST_TICKS, "ticks"),
  hotMaxTicks: whole(0n, MOST_TICKS, "ticks"),
  /** How far apart sources may be. */
  deltaBps: whole(1n, 1_000n, "basis points"),
  feeds: z.array(feed).min(1, "fill in this network's price feeds").max(5),
});

const tier = z
  .strictObject({
    windowCents: whole(0n, MOST_TICKS, "cents"),
    singleCents: whole(0n, MOST_TICKS, "cents"),
    soonSeconds: whole(1n, 30n * DAY, "s"),
    lateSeconds: whole(1n, 30n * DAY, "s"),
  })
  .superRefine((row, context) => {
    if (row.singleCents > row.windowCents) {
      context.addIssue({
        code: "custom",
        path: ["singleCents"],
        message: "above windowCents: never reached",
      });
    }
    if (row.soonSeconds > row.lateSeconds) {
      context.addIssue({ code: "custom", path: ["soonSeconds"], message: "after lateSeconds" });
    }
  });

const tiersOpen = whole(0n, 4n, "tiers");

const guardianKey = z
  .strictObject({
    key: z.union([z.literal("guardian-safe"), address]),
    /** When it dies unless governance renews it: a date, or on a development chain days from the deployment. */
    expires: z.union([z.iso.datetime(), z.strictObject({ days: whole(1n, 365n, "days") })]),
    /** Seconds it may hold subjects for in any 90 days. */
    budgetSeconds: whole(1n, (1n << 32n) - 1n, "s"),
  })
  .strict();

/** What a parameter file may say; `parseConfig` reads by it, editors by its JSON Schema. */
export const schema = z
  .strictObject({
    network: z.string().regex(/^[a-z][a-z0-9-]*$/),
    chainId: whole(1n, (1n << 53n) - 1n, ""),
    /** Part of every contract's address: another word is another deployment of the same deployer. */
    salt: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, "1 to 32 lower-case letters, digits and hyphens")
      .default("1"),
    safes: z.strictObject({
      council: quorum,
      guardian: quorum,
      canceller: quorum,
      reviewer: quorum,
      /** Rolls upgrades back. */
      rollback: quorum,
      /** Vetoes and sends refills of the cold reserve, and governs it. */
      reserve: quorum,
    }),
    riskOfficer: z.union([z.strictObject({ account: address }), z.strictObject({ safe })]),
    /** Who sign attestations of tiers. */
    attestors: z.array(address),
    /** Who sign audits of the code. Governance names them later where there is none yet. */
    auditors: z.array(address).default([]),
    timelock: z.strictObject({ delaySeconds: whole(DAY, 30n * DAY, "s") }),
    /** How long a release can be rolled back. */
    rollbackWindowSeconds: whole(DAY, 30n * DAY, "s"),
    /** After how long without an act of governance anyone may wind an asset down. */
    windDownAfterDays: whole(90n, 730n, "days"),
    reserve: z.strictObject({
      /** Of the reserve's own timelock. */
      delaySeconds: whole(DAY, 30n * DAY, "s"),
      /** From the announcement of an exit to its refill. */
      refillDelaySeconds: whole(3_600n, 7n * DAY, "s"),
    }),
    /** An oracle with `isSanctioned(address)`; "none" screens nobody. */
    sanctionsList: z.union([z.literal("none"), z.literal("mock"), address]),
    /** The network's Pyth contract. */
    pyth: address.optional(),
    freshHours: whole(1n, 168n, "hours"),
    /** From unverified upwards. */
    tiers: z.array(tier).length(4, "four tiers, from unverified upwards"),
    unverifiedPoolCents: whole(0n, MOST_TICKS, "cents"),
    attestorLiftsPerDay: whole(0n, 1_000n, "lifts"),
    /** New positions in the payment apps. */
    payments: z.strictObject({
      /** In any trailing day, by tier from unverified upwards; the largest value counts nothing. */
      volumeCents: z.array(whole(0n, MOST_TICKS, "cents")).length(4, "four tiers, from unverified upwards"),
      /** How many tiers, from the highest down, may use each feature. */
      openTo: z.strictObject({
        pay: tiersOpen,
        schedule: tiersOpen,
        condition: tiersOpen,
        capture: tiersOpen,
        arbiter: tiersOpen,
        netting: tiersOpen,
      }),
    }),
    /** Assets of other chains: those whose token says `foreign`. */
    gateway: z
      .strictObject({
        /** Absent: the council's owners, who have nothing to say until governance adds an asset. */
        committee: committee.optional(),
        chains: z.array(foreignChain).default([]),
      })
      .default({ chains: [] }),
    /** How long a stored price is used. */
    warmForSeconds: whole(0n, 900n, "s"),
    assets: z.array(asset).min(1, "list at least one asset"),
    guardianKeys: z.array(guardianKey),
  })
  .superRefine((config, context) => {
    const issue = (path: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    const development = kindOfChain(config.chainId) === "development";

    for (const [index, row] of config.tiers.entries()) {
      const lower = config.tiers[index - 1];
      if (lower === undefined) continue;
      for (const limit of ["windowCents", "singleCents"] as const) {
        if (row[limit] < lower[limit]) issue(["tiers", index, limit], "tighter than the tier below it");
      }
      for (const delay of ["soonSeconds", "lateSeconds"] as const) {
        if (row[delay] > lower[delay]) issue(["tiers", index, delay], "longer than the tier below it waits");
      }
    }

    for (const [index, cents] of config.payments.volumeCents.entries()) {
      const lower = config.payments.volumeCents[index - 1];
      if (lower !== undefined && cents < lower) {
        issue(["payments", "volumeCents", index], "tighter than the tier below it");
      }
    }

    const symbols = config.assets.map(({ symbol }) => symbol);
    if (new Set(symbols).size !== symbols.length) issue(["assets"], "a symbol is used twice");
    for (const [index, row] of config.assets.entries()) {
      const path = ["assets", index];
      if (row.unverifiedCapTicks > row.capTicks) {
        issue([...path, "unverifiedCapTicks"], "above capTicks: an audit would change nothing");
      }
      if (row.hotMinTicks > row.hotMaxTicks) issue([...path, "hotMinTicks"], "above hotMaxTicks");
      if ((row.token === "native") !== (row.tokenClass === "native")) {
        issue([...path, "tokenClass"], `${row.tokenClass} does not fit the token`);
      }
      if (!development && typeof row.token === "object" && "mock" in row.token) {
        issue([...path, "token"], "mock tokens exist on development chains only");
      }
      if (typeof row.token === "object" && "foreign" in row.token) {
        const { caip19, supplyTicks, instantTicks } = row.token.foreign;
        const at = (field: string) => [...path, "token", "foreign", field];
        if (row.tokenClass !== "exact") issue([...path, "tokenClass"], "a foreign asset's token is exact");
        if (!config.gateway.chains.some(({ chain }) => caip19.startsWith(`${chain}/`))) {
          issue(at("caip19"), "its chain is not among gateway.chains");
        }
        if (supplyTicks > row.capTicks) {
          issue(at("supplyTicks"), "above capTicks: the Vault would take less than the gateway may mint");
        }
        if (instantTicks > supplyTicks) issue(at("instantTicks"), "above supplyTicks: never reached");
      }
      const upstreams = row.feeds.map(({ upstream }) => upstream);
      if (new Set(upstreams).size !== upstreams.length) {
        issue([...path, "feeds"], "two sources of one upstream count once");
      }
      for (const [which, source] of row.feeds.entries()) {
        if (!development && source.kind === "chainlink" && typeof source.aggregator === "object") {
          issue([...path, "feeds", which, "aggregator"], "mock feeds exist on development chains only");
        }
        if (source.kind === "pyth" && config.pyth === undefined) {
          issue(["pyth"], "name the network's Pyth contract: a feed reads it");
        }
      }
    }

    const names = config.assets.flatMap(({ token }) =>
      typeof token === "object" && "foreign" in token ? [token.foreign.caip19] : [],
    );
    if (new Set(names).size !== names.length) issue(["assets"], "two tokens stand for one foreign asset");
    if (names.length > 0 && config.gateway.committee === undefined) {
      issue(["gateway", "committee"], "name who says what happened on other chains");
    }
    const { length: owners } = config.safes.council.owners;
    if (config.gateway.committee === undefined && owners > MOST_SIGNERS) {
      issue(
        ["gateway", "committee"],
        `name it: without one it is the council's owners, who are ${owners}, and a committee has at most ${MOST_SIGNERS}`,
      );
    }
    const chains = config.gateway.chains.map(({ chain }) => chain);
    if (new Set(chains).size !== chains.length) issue(["gateway", "chains"], "a chain is named twice");
    if (!development && config.sanctionsList === "mock") {
      issue(["sanctionsList"], "the mock list exists on development chains only");
    }
    for (const [index, { expires }] of config.guardianKeys.entries()) {
      if (!development && typeof expires === "object") {
        issue(
          ["guardianKeys", index, "expires"],
          "give a date, so that an interrupted deployment can resume",
        );
      }
    }

    const risk = "safe" in config.riskOfficer ? [config.riskOfficer.safe.adopt] : [];
    const adopted = [...Object.values(config.safes).map(({ adopt }) => adopt), ...risk].filter(
      (adopt) => adopt !== undefined,
    );
    if (new Set(adopted).size !== adopted.length) issue(["safes"], "one Safe is adopted for two offices");

    // A key in two Safes would hold two powers that are meant to watch each other.
    const councillors = new Set(config.safes.council.owners);
    for (const name of ["guardian", "canceller", "rollback", "reserve"] as const) {
      const both = config.safes[name].owners.filter((owner) => councillors.has(owner));
      if (both.length >= config.safes[name].threshold) {
        issue(["safes", name, "owners"], "council members alone could act for it");
      }
    }
  });

/** Everything that a deployment is told. Built by `parseConfig` alone. */
export type SuiteConfig = z.output<typeof schema>;

/** What a parameter file writes down. */
export type SuiteConfigInput = z.input<typeof schema>;

/**
 * Checks a parameter file.
 *
 * @throws TerminalError `CONFIG_INVALID` that names every field that is wrong, and how.
 * @example
 * const config = parseConfig(localConfig);
 */
export function parseConfig(input: unknown): SuiteConfig {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues
    .flatMap(unfold)
    .map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new TerminalError(
    "CONFIG_INVALID",
    `The parameter file is not valid:\n  ${[...new Set(lines)].join("\n  ")}`,
    {
      advice: "Correct these fields; deploy/config/schema.ts says what each one means.",
    },
  );
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A union's issue hides those of its branches: the branch that came furthest says what is wrong. */
function unfold(issue: z.core.$ZodIssue, _index?: number): Issue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const branches = issue.errors.map((errors) => errors.flatMap((inner) => unfold(inner)));
  const says = (errors: readonly Issue[], what: RegExp) => errors.some(({ message }) => what.test(message));
  const custom = branches.find((errors) => says(errors, /^(?!Invalid|Unrecognized)/));
  const depth = (errors: readonly Issue[]) => Math.max(...errors.map(({ path }) => path.length));
  // A key that only another branch knows is said at the top, one that none knows further inside.
  const [misspelt] = branches
    .filter((errors) => says(errors, /^Unrecognized/))
    .sort((a, b) => depth(b) - depth(a));
  const best = custom ?? misspelt ?? branches.at(-1) ?? [];
  return best.map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
}

/** What is valid and still deserves a second look, as sentences. */
export function warningsOf(config: SuiteConfig): readonly string[] {
  const warnings: string[] = [];
  for (const { symbol, feeds } of config.assets) {
    if (feeds.length === 1) {
      warnings.push(
        `${symbol} has one price source: its price is never NORMAL, so none of its exits is instant`,
      );
    } else if (feeds.length === 2) {
      warnings.push(`${symbol} has two price sources: one that is wrong stops its instant exits`);
    }
  }
  for (const { symbol, capTicks, breakerTicks, hotMaxTicks } of config.assets) {
    if (breakerTicks > capTicks)
      warnings.push(`${symbol}: breakerTicks is above capTicks, so that it never acts`);
    if (hotMaxTicks > capTicks)
      warnings.push(`${symbol}: hotMaxTicks is above capTicks, so that it never acts`);
  }
  const shortest = config.tiers.map(({ lateSeconds }) => lateSeconds).sort((a, b) => (a < b ? -1 : 1))[0];
  if (shortest !== undefined && config.reserve.refillDelaySeconds > shortest) {
    warnings.push(
      "reserve.refillDelaySeconds is longer than a tier waits: what reserves fund is paid later than late",
    );
  }
  if (config.unverifiedPoolCents < (config.tiers[0]?.windowCents ?? 0n)) {
    warnings.push("unverifiedPoolCents is below one unverified owner's own limit");
  }
  if (config.sanctionsList === "none") warnings.push("nobody is screened: there is no sanctions list");
  if (config.attestors.length === 0) warnings.push("there is no attestor: everyone stays unverified");
  for (const { chain, delaySeconds } of config.gateway.chains) {
    if (delaySeconds <= config.timelock.delaySeconds) {
      warnings.push(
        `${chain}: delaySeconds is not above timelock.delaySeconds, so that governance refuses a deposit only while a guardian holds the chain`,
      );
    }
  }
  if (config.gateway.chains.length > 0) {
    const { committee: who } = config.gateway;
    if (who !== undefined && "signers" in who && who.threshold === 1) {
      warnings.push("one stolen key credits what never arrived: the committee's threshold is 1");
    }
  }
  if ("account" in config.riskOfficer) warnings.push("the risk officer is one account, not a Safe");
  return warnings;
}
