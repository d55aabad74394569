import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { DEPLOYMENTS, loadRecord } from "../../../deploy/record.ts";
import { TerminalError } from "../../core/errors.ts";
import { readVariables } from "../variables.ts";
import { parseForeign } from "../wallets/foreign-json.ts";
import type { Governance } from "./governance.ts";
import { machineForm } from "./machine-form.ts";
import type { Proposal } from "./proposal.ts";

/** A subject's limit is a budget across chains: what each tier may take out a day on all of them together. */
const schema = z.strictObject({
  format: z.literal("strongroom/budget@1"),
  /** Chain ids that share it. */
  chains: z.array(z.string().regex(/^\d+$/)).min(1),
  /** Cents a day, by tier. */
  perDayCents: z.record(z.string().regex(/^[0-3]$/), z.string().regex(/^\d+$/)),
});
export type Budget = z.output<typeof schema>;

/** The budget's file in a folder of records. */
export const BUDGET_FILE = "budget.json";

/** The declared budget; undefined where none is. */
export function readBudget(deployments: string): Budget | undefined {
  const file = join(deployments, BUDGET_FILE);
  if (!existsSync(file)) return undefined;
  return parseForeign(readFileSync(file, "utf8"), file, {
    schema,
    code: "BUDGET_INVALID",
    what: "a budget across chains",
    advice: "Write it as docs/operations/several-chains.md shows.",
  });
}

/** Gives a provider for a chain that no proposal at hand is for. */
export type OpenChain = (
  chainId: string,
) => Promise<{ readonly governance: Pick<Governance, "provider" | "addresses">; close(): Promise<void> }>;

const windowOf = (tier: string): string => `policy.TIER_WINDOW.${tier}`;

/** A row's own number, by its machine form: a tightening that holds it down ends by itself. */
const baseOf = (form: string): bigint => BigInt(/; base=(\d+)/.exec(form)?.[1] ?? 0);

/** What is in force for each tier for good: the strictest of its own row and all higher ones. */
function strictest(bases: ReadonlyMap<string, bigint>): ReadonlyMap<string, bigint> {
  const sorted = [...bases].sort(([, a], [, b]) => (a < b ? -1 : 1));
  return new Map([...bases.keys()].map((tier) => [tier, sorted.find(([other]) => other >= tier)?.[1] ?? 0n]));
}

/**
 * Refuses proposals after which the limits of all chains together exceed the budget. Chains without a proposal count with what
 * is in force on them: every one of them must answer.
 *
 * @throws TerminalError `BUDGET_EXCEEDED`, `BUDGET_INVALID`, `BUDGET_INCOMPLETE` where a chain can't be asked
 */
export async function refuseOverBudget(
  proposals: readonly Proposal[],
  governances: readonly Pick<Governance, "provider" | "addresses">[],
  deployments: string = DEPLOYMENTS,
  openChain?: OpenChain,
): Promise<void> {
  const budget = readBudget(deployments);
  const touched = Object.keys(budget?.perDayCents ?? {}).filter((tier) =>
    proposals.some(({ simulation }) => simulation.changes.some(({ id }) => id === windowOf(tier))),
  );
  if (budget === undefined || touched.length === 0) return;
  const limits = new Map<string, ReadonlyMap<string, bigint>>();
  for (const chainId of budget.chains) {
    limits.set(chainId, await limitsOn(chainId, proposals, governances, deployments, openChain));
  }
  for (const tier of touched) {
    const most = BigInt(budget.perDayCents[tier] ?? 0);
    const each = [...limits].map(([chainId, byTier]) => [chainId, byTier.get(tier) ?? 0n] as const);
    const sum = each.reduce((total, [, cents]) => total + cents, 0n);
    if (sum <= most) continue;
    throw new TerminalError(
      "BUDGET_EXCEEDED",
      `Tier ${tier}'s daily limits on all chains would exceed its budget`,
      {
        facts: {
          ...Object.fromEntries(each.map(([chainId, cents]) => [`chain ${chainId}`, `${cents} cents`])),
          sum: `${sum} cents`,
          budget: `${most} cents`,
        },
        advice: `Lower a chain's limit first, or agree on another budget in ${BUDGET_FILE}.`,
      },
    );
  }
}

async function limitsOn(
  chainId: string,
  proposals: readonly Proposal[],
  governances: readonly Pick<Governance, "provider" | "addresses">[],
  deployments: string,
  openChain: OpenChain | undefined,
): Promise<ReadonlyMap<string, bigint>> {
  const own = governances.find(({ addresses }) => addresses.chainId === chainId);
  const opened = own === undefined ? await openOther(chainId, deployments, openChain) : undefined;
  const at = own ?? opened?.governance;
  try {
    if (at === undefined) return new Map();
    const limits = new Map<string, bigint>();
    for (const variable of await readVariables(at.provider, at.addresses)) {
      const tier = /^policy\.TIER_WINDOW\.([0-3])$/.exec(variable.id)?.[1];
      if (tier !== undefined) limits.set(tier, baseOf(machineForm(variable)));
    }
    for (const { chainId: of, simulation } of proposals) {
      if (of !== chainId) continue;
      for (const { id, value } of simulation.changes) {
        const tier = /^policy\.TIER_WINDOW\.([0-3])$/.exec(id)?.[1];
        if (tier !== undefined) limits.set(tier, baseOf(value.after));
      }
    }
    return strictest(limits);
  } finally {
    await opened?.close();
  }
}

async function openOther(chainId: string, deployments: string, openChain: OpenChain | undefined) {
  const { addresses } = loadRecord(BigInt(chainId), deployments);
  try {
    if (openChain !== undefined) return await openChain(chainId);
  } catch (cause) {
    throw incomplete(addresses.network, chainId, cause);
  }
  throw incomplete(addresses.network, chainId);
}

function incomplete(network: string, chainId: string, cause?: unknown): TerminalError {
  return new TerminalError(
    "BUDGET_INCOMPLETE",
    "A chain that shares the budget can't be asked for its limits",
    {
      facts: { network, chainId },
      cause,
      advice: `Name it too: --chains with ${network}, and its node.`,
    },
  );
}
