import {
  getContractVersion,
  getErrors,
  getStorageLayout,
  getStorageUpgradeReport,
  inferInitializable,
  makeNamespacedInput,
  type SolcInput,
  type SolcOutput,
  type StorageLayout,
  solcInputOutputDecoder,
  UpgradeableContractErrorReport,
  type ValidationRunData,
  validate,
  withValidationDefaults,
} from "@openzeppelin/upgrades-core";
import { TerminalError } from "../core/errors.ts";
import { type Artifact, buildInfo, ownArtifacts } from "./build.ts";
import { runSolc } from "./solc.ts";

/** An upgradeable contract as it is now. */
export interface UpgradeableLayout {
  readonly name: string;
  readonly layout: StorageLayout;
  /** What OpenZeppelin's validation objects to; undefined when nothing. */
  readonly unsafe: string | undefined;
}

const options = withValidationDefaults({ kind: "transparent" });

function compile(input: SolcInput): SolcOutput {
  const output = JSON.parse(runSolc(JSON.stringify(input))) as SolcOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    throw new TerminalError("LAYOUT_BUILD", "The namespaced storage structs do not compile", {
      cause: new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n")),
    });
  }
  return output;
}

function inheritsInitializable(name: string, data: ValidationRunData): boolean {
  const contract = data[name];
  return contract !== undefined && inferInitializable(contract);
}

/** Every upgradeable contract of a built project: those that have code and inherit Initializable. */
export function upgradeableLayouts(root: string): UpgradeableLayout[] {
  const byBuild = Map.groupBy(
    ownArtifacts(root).filter(({ bytecode }) => bytecode !== "0x"),
    (artifact) => artifact.buildInfoId,
  );
  const layouts: UpgradeableLayout[] = [];
  for (const [id, artifacts] of byBuild) {
    const info = buildInfo(root, id);
    const input = info.input as SolcInput;
    const output = info.output as SolcOutput;
    const decode = solcInputOutputDecoder(input, output);
    const plain = validate(output, decode, info.solcVersion, input);
    const fullName = ({ inputSourceName, contractName }: Artifact) => `${inputSourceName}:${contractName}`;
    const upgradeable = artifacts.filter((artifact) => inheritsInitializable(fullName(artifact), plain));
    if (upgradeable.length === 0) continue;
    const namespaced = compile(makeNamespacedInput(input, output, info.solcVersion));
    const data = validate(output, decode, info.solcVersion, input, namespaced);
    for (const artifact of upgradeable) {
      const version = getContractVersion(data, fullName(artifact));
      const errors = getErrors(data, version, options);
      layouts.push({
        name: artifact.contractName,
        layout: stable(getStorageLayout(data, version)),
        unsafe: errors.length === 0 ? undefined : new UpgradeableContractErrorReport(errors).explain(false),
      });
    }
  }
  return layouts.sort((a, b) => a.name.localeCompare(b.name, "en"));
}

/** The layout without what changes when unrelated code does: syntax-tree ids, positions, compiler version. */
export function stable(layout: StorageLayout): StorageLayout {
  const { solcVersion: _, ...rest } = layout;
  const numbers = new Map<string, number>();
  const text = JSON.stringify(rest, (key, value: unknown) =>
    key === "astId" || key === "src" ? undefined : value,
  );
  // Type ids such as t_struct(Exit)4711_storage carry a syntax-tree id: number them by first appearance instead.
  const renumbered = text.replaceAll(/\)(\d+)(?=[_,)"])/g, (_match, id: string) => {
    if (!numbers.has(id)) numbers.set(id, numbers.size + 1);
    return `)${numbers.get(id)}`;
  });
  return JSON.parse(renumbered) as StorageLayout;
}

/** Why the new layout cannot replace the old one under a proxy; undefined when it only appends. */
export function incompatibility(before: StorageLayout, after: StorageLayout): string | undefined {
  // The comparison wants the positions that `stable` left out.
  const withPositions = (layout: StorageLayout): StorageLayout => ({
    ...layout,
    storage: layout.storage.map((item) => ({ ...item, src: "" })),
    namespaces: Object.fromEntries(
      Object.entries(layout.namespaces ?? {}).map(([name, items]) => [
        name,
        items.map((item) => ({ ...item, src: "" })),
      ]),
    ),
  });
  const report = getStorageUpgradeReport(withPositions(before), withPositions(after), options);
  return report.ok ? undefined : report.explain(false);
}
