import { keccak256, type Provider } from "ethers";
import { AccessManager__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.ts";
import { UpgradeController__factory } from "../../../typechain-types/factories/contracts/governance/UpgradeController__factory.ts";
import { TerminalError } from "../../core/errors.ts";
import type { CompiledChange } from "../changes/compile.ts";
import type { Part } from "../changes/parts.ts";
import type { Wording } from "../governed/wording.ts";
import { PERMISSIONS, selectorOf } from "../role-graph.ts";
import { nameOfRole, ROLES } from "../roles.ts";
import type { CodeDescription } from "./code-book.ts";
import type { Governance } from "./governance.ts";
import type { Proposal } from "./proposal.ts";

type Report = NonNullable<Proposal["upgrade"]>;

const CONTROLLER = UpgradeController__factory.createInterface();

/** The release that a batch makes; undefined where it makes none. */
function releaseIn({ calls, book }: CompiledChange) {
  const controller = book.named("upgradeController")?.address;
  const selector = CONTROLLER.getFunction("upgrade").selector;
  const [call, ...more] = calls.filter(({ to, data }) => to === controller && data.startsWith(selector));
  if (call === undefined) return undefined;
  const [release] = CONTROLLER.decodeFunctionData("upgrade", call.data);
  const [step, ...others] = release.steps as { proxy: string; from: string; to: string }[];
  if (step === undefined) throw new TerminalError("UPGRADE_EMPTY", "The release has no step");
  if (more.length > 0 || others.length > 0 || step.proxy !== book.named("vault")?.address) {
    throw new TerminalError(
      "UPGRADE_OTHER",
      "A file upgrades the Vault, once: what else it does is described nowhere",
      {
        facts: { releases: more.length + 1, steps: others.length + 1, proxy: step.proxy },
        advice: "Split it: a file with kind upgrade for each release.",
      },
    );
  }
  return { from: step.from, to: step.to, noRollback: release.noRollback as boolean };
}

const nameOf = (signature: string): string => signature.split("(")[0] ?? signature;

/** A function whose name stays and whose arguments change is a changed one. */
function compareFunctions(before: readonly string[], after: readonly string[]): Report["functions"] {
  const gone = before.filter((signature) => !after.includes(signature));
  const come = after.filter((signature) => !before.includes(signature));
  const changed = come.filter((signature) => gone.some((old) => nameOf(old) === nameOf(signature)));
  const names = new Set(changed.map(nameOf));
  return {
    added: come.filter((signature) => !names.has(nameOf(signature))),
    removed: gone.filter((signature) => !names.has(nameOf(signature))),
    changed,
  };
}

async function layoutReport(before: CodeDescription, after: CodeDescription): Promise<Wording> {
  // Only a release needs OpenZeppelin's checks, and they take long to load.
  const { incompatibility } = await import("../../verify/storage-layout.ts");
  const objection = incompatibility(before.layout, after.layout);
  if (objection !== undefined) {
    throw new TerminalError("UPGRADE_LAYOUT", "The new code reads what the old one has stored otherwise", {
      cause: new Error(objection),
      advice: "Append to the namespaces and change nothing of what is there.",
      docs: "docs/operations/upgrade.md",
    });
  }
  const count = (layout: CodeDescription["layout"]) =>
    layout.storage.length + Object.values(layout.namespaces ?? {}).flat().length;
  const added = count(after.layout) - count(before.layout);
  return added === 0
    ? { en: "Storage layout: unchanged", zh: "存储布局：不变" }
    : {
        en: `Storage layout: ${added} fields appended, nothing moved`,
        zh: `存储布局：追加 ${added} 个字段，其余不变`,
      };
}

/** The Vault's code delegates to its other half: that has to be of this checkout, too. */
function refuseForeignHalf(part: Part, parts: readonly Part[], { addresses }: Governance): void {
  const halves = parts.filter(({ contract }) => contract === "VaultAdmin").map(({ address }) => address);
  const [half] = part.arguments;
  if (part.contract !== "Vault" || half === addresses.vaultAdmin || halves.some((one) => one === half))
    return;
  throw new TerminalError("UPGRADE_UNKNOWN_CODE", "The new Vault's other half is not of this checkout", {
    facts: { half: String(half) },
    advice: "Declare a VaultAdmin under `deploy` and give the Vault its name, such as $half.",
  });
}

/** Restricted functions that the release brings or takes, and what the access manager asks for them. */
async function roleReport(
  provider: Provider,
  { addresses }: Governance,
  { added, removed, changed }: Report["functions"],
): Promise<Wording[]> {
  const manager = AccessManager__factory.connect(addresses.manager, provider);
  const said: Wording[] = [];
  for (const signature of [...added, ...changed]) {
    const permission = PERMISSIONS.find((known) => known.target === "vault" && known.signature === signature);
    if (permission === undefined) continue;
    const asked = await manager.getTargetFunctionRole(addresses.vault, selectorOf(signature));
    const right = asked === ROLES[permission.role];
    const asks = nameOfRole(asked);
    said.push({
      en: `${signature}: meant for ${permission.role}; the access manager asks for ${asks}${right ? "" : ": set its role in the same batch"}`,
      zh: `${signature}：应属 ${permission.role}；权限管理器要求 ${asks}${right ? "" : "：须在同一批次中设定其角色"}`,
    });
  }
  for (const signature of removed) {
    const permission = PERMISSIONS.find((known) => known.target === "vault" && known.signature === signature);
    if (permission !== undefined) {
      said.push({
        en: `${signature} goes: ${permission.role} loses it`,
        zh: `${signature} 移除：${permission.role} 不再拥有`,
      });
    }
  }
  return said;
}

/**
 * What an upgrade changes: storage layout, code hashes, functions, roles, and how long it can be rolled back. Undefined where
 * a change upgrades nothing.
 *
 * @throws TerminalError `UPGRADE_UNKNOWN_CODE` where nothing describes the code that runs; `UPGRADE_LAYOUT` where the layouts
 *   don't fit
 */
export async function upgradeReport(
  provider: Provider,
  governance: Governance,
  compiled: CompiledChange,
  parts: readonly Part[],
): Promise<Report | undefined> {
  const release = releaseIn(compiled);
  if (release === undefined) return undefined;
  const [from, to] = await Promise.all(
    [release.from, release.to].map(async (address) => ({
      address,
      codeHash: keccak256(await provider.getCode(address)),
    })),
  );
  if (from === undefined || to === undefined) return undefined;
  const before = governance.codeBook.of(from.codeHash);
  if (before === undefined) {
    throw new TerminalError(
      "UPGRADE_UNKNOWN_CODE",
      "Nothing describes the code that runs now, so that the new one can't be compared with it",
      {
        facts: { implementation: from.address, codeHash: from.codeHash },
        advice: "Restore the deployment's .code.json, which was written when that code was deployed.",
      },
    );
  }
  // The code book is no witness of new code: whoever proposes may have written into it.
  const part = parts.find(({ address }) => address === to.address);
  const after = part === undefined ? undefined : governance.describe(part.contract);
  if (part === undefined || after === undefined) {
    throw new TerminalError("UPGRADE_UNKNOWN_CODE", "The new code is not of this checkout", {
      facts: { implementation: to.address, codeHash: to.codeHash },
      advice:
        "Declare it under `deploy` as the Vault, so that it is built from the sources that reviewers have.",
    });
  }
  refuseForeignHalf(part, parts, governance);
  const controller = UpgradeController__factory.connect(governance.addresses.upgradeController, provider);
  const functions = compareFunctions(before.functions, after.functions);
  return {
    contract: after.contract,
    from,
    to,
    layout: await layoutReport(before, after),
    functions,
    roles: await roleReport(provider, governance, functions),
    rollbackWindowSeconds: (await controller.WINDOW()).toString(),
    rollbackPossible: !release.noRollback,
  };
}
