import { TerminalError } from "../core/errors.ts";
import type { Artifact } from "../verify/build.ts";

/** One entry of an ABI, as far as it is told apart from others. */
interface Entry {
  readonly type: string;
  readonly name?: string;
  readonly inputs?: readonly { readonly type: string; readonly components?: Entry["inputs"] }[];
}

/** What nobody calls or decodes at the address of several contracts joined. */
const OF_ONE_CODE: ReadonlySet<string> = new Set(["constructor", "fallback", "receive"]);

function typesOf(inputs: Entry["inputs"] = []): string {
  return inputs.map(({ type, components }) => type + (components ? `(${typesOf(components)})` : "")).join();
}

function joined(abis: readonly (readonly Entry[])[]): readonly Entry[] {
  const [only] = abis;
  if (only !== undefined && abis.length === 1) return only;
  const entries = new Map<string, Entry>();
  for (const entry of abis.flat()) {
    if (OF_ONE_CODE.has(entry.type)) continue;
    const key = `${entry.type} ${entry.name}(${typesOf(entry.inputs)})`;
    if (!entries.has(key)) entries.set(key, entry);
  }
  return [...entries.values()];
}

/**
 * The source of `strongroom/abi`: each ABI as a constant with its literal type, from which viem infers names, arguments
 * and results.
 *
 * @param abis the constants, and the contracts that each one joins
 * @throws TerminalError `NO_ARTIFACT` if there is not exactly one artifact of a contract's name.
 */
export function abiModule(
  artifacts: readonly Pick<Artifact, "contractName" | "abi">[],
  abis: Readonly<Record<string, readonly string[]>>,
): string {
  const abiOf = (name: string): readonly Entry[] => {
    const found = artifacts.filter(({ contractName }) => contractName === name);
    const [artifact] = found;
    if (artifact === undefined || found.length > 1) {
      throw new TerminalError("NO_ARTIFACT", `${found.length} contracts are called ${name}`, {
        facts: { contract: name },
        advice: "Correct src/package/abis.ts, then run npx hardhat build.",
      });
    }
    return artifact.abi as readonly Entry[];
  };
  const constants = Object.entries(abis).map(([constant, contracts]) => {
    const entries = joined(contracts.map(abiOf)).map((entry) => `  ${JSON.stringify(entry)},\n`);
    return `/** ${contracts.join(", ")}. */\nexport const ${constant} = [\n${entries.join("")}] as const;\n`;
  });
  return `// Generated from the contracts.\n${constants.join("\n")}`;
}
