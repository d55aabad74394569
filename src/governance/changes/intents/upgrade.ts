import { keccak256 } from "ethers";
import { z } from "zod";
import { TerminalError } from "../../../core/errors.ts";
import { COMPARE, type Probe, vaultProbes } from "../../release.ts";
import { type ChangeContext, callOf, resolve, view } from "../context.ts";
import { intent } from "../intent.ts";
import { address, bytes32, reference } from "../quantities.ts";

/** `Governed` of contracts/governance/interfaces/IUpgradeController.sol. */
interface GovernedProxy {
  readonly proxyAdmin: string;
  readonly revision: bigint;
  readonly implementation: string;
}

async function codeHash(context: ChangeContext, where: string, what: string): Promise<string> {
  const code = await context.provider.getCode(where);
  if (code !== "0x") return keccak256(code);
  throw new TerminalError("NO_CODE", `There is no code at ${what}`, {
    facts: { address: where },
    advice: "Declare it under `deploy`, or deploy it first.",
  });
}

/** Turns the probes of the named views to `CHANGED`; each name must be asked by some probe. */
function withChanged(context: ChangeContext, probes: readonly Probe[], names: readonly string[]): Probe[] {
  const face = context.book.named("vault")?.face;
  const selectors = new Map(names.map((name) => [face?.getFunction(name)?.selector, name]));
  const missing = [...selectors].filter(
    ([selector]) => !probes.some(({ data }) => data.slice(0, 10) === selector),
  );
  if (missing.length > 0) {
    throw new TerminalError("UNKNOWN_PROBE", "A view that may change is none of those that are probed", {
      facts: { views: missing.map(([, name]) => name).join(", ") },
      advice: "Name views of docs/operations/upgrade.md, without arguments.",
    });
  }
  return probes.map((probe) =>
    selectors.has(probe.data.slice(0, 10)) ? { ...probe, compare: COMPARE.CHANGED } : probe,
  );
}

/** A release of the Vault's code: rehearsed in its own transaction, and open to rollback. */
export const upgrade = intent(
  "upgrade",
  z.strictObject({
    kind: z.literal("upgrade"),
    contract: z.literal("vault"),
    to: reference.describe("The new implementation"),
    pins: z
      .array(reference)
      .default([])
      .describe("Contracts that it relies on: their code hashes are checked too"),
    sample: z
      .strictObject({ accounts: z.array(address).min(1), exits: z.array(bytes32).default([]) })
      .describe("Whose money the rehearsal looks at"),
    changed: z
      .array(z.string().min(1))
      .default([])
      .describe("Views whose answers the release means to change"),
    noRollback: z.boolean().default(false).describe("Rolling it back would open what it closes"),
    migration: z
      .string()
      .regex(/^0x([0-9a-fA-F]{2})*$/)
      .default("0x")
      .describe("Calldata of the migration; 0x = none"),
  }),
  async (entry, context) => {
    const { vault } = context.addresses;
    const { revision, implementation } = await view<GovernedProxy>(
      context,
      "upgradeController",
      "governedOf",
      vault,
    );
    const to = resolve(context, entry.to);
    const pins = await Promise.all(
      entry.pins.map(async (pin) => [
        resolve(context, pin),
        await codeHash(context, resolve(context, pin), pin),
      ]),
    );
    const probes = withChanged(
      context,
      await vaultProbes(context.provider, vault, entry.sample),
      entry.changed,
    );
    const step = [
      vault,
      revision,
      implementation,
      to,
      await codeHash(context, to, entry.to),
      entry.migration,
    ];
    const release = [
      [step],
      pins,
      probes.map(({ target, data, compare }) => [target, data, compare]),
      entry.noRollback,
      context.validUntil,
      context.salt,
    ];
    const back = entry.noRollback ? "without a way back" : "open to rollback inside the window";
    const zhBack = entry.noRollback ? "不可回滚" : "窗口期内可回滚";
    return {
      calls: [callOf(context, "upgradeController", "upgrade", [release])],
      says: {
        en: `Upgrade the Vault to ${entry.to}, rehearsed with ${probes.length} probes, ${back}`,
        zh: `将金库升级到 ${entry.to}：以 ${probes.length} 个探针预演，${zhBack}`,
      },
    };
  },
);
