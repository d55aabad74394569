import { FunctionFragment, type Interface, type ParamType } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import type { Deployment, Descriptor, Field, Format, Meaning, Meanings } from "./descriptor.ts";
import { ENUMS } from "./enums.ts";

const SCHEMA =
  "https://raw.githubusercontent.com/LedgerHQ/clear-signing-erc7730-registry/master/specs/erc7730-v2.schema.json";
const OWNER = "Strongroom";

/** A value inside the arguments: its path and its type. */
interface Leaf {
  readonly path: string;
  readonly type: string;
}

/** Every value of a parameter, tuples and arrays unfolded. */
function leavesOf(param: ParamType, path = param.name): readonly Leaf[] {
  if (param.arrayChildren !== null) return leavesOf(param.arrayChildren, `${path}.[]`);
  if (param.components === null) return [{ path, type: param.type }];
  return param.components.flatMap((part) => leavesOf(part, `${path}.${part.name}`));
}

const SLICE = /\.\[-?\d*:-?\d*\]$/;
const INTEGER = /^uint\d+$/;

/** Whether a value can be shown in a field's format. */
function fits({ path, format }: Field, type: string): boolean {
  if (format === "raw" || (format === "enum" && SLICE.test(path))) return true;
  if (format === "addressName") return type === "address" || path.endsWith(".[-20:]");
  if (format === "calldata") return type === "bytes";
  return INTEGER.test(type) || (format === "enum" && type === "bytes4");
}

/** What is wrong with a meaning: values that it leaves out, and lines that show nothing. */
function problemsOf({ fields }: Meaning, leaves: readonly Leaf[]): readonly string[] {
  const shown = new Set<string>();
  const problems: string[] = [];
  for (const field of fields) {
    const at = field.path.replace(SLICE, "");
    const leaf = leaves.find(({ path }) => path === at);
    if (leaf === undefined) problems.push(`${field.path} is no argument`);
    else if (!fits(field, leaf.type)) problems.push(`${field.path} is ${leaf.type}, not for ${field.format}`);
    shown.add(at);
    for (const [name, value] of Object.entries(field.params ?? {})) {
      if (typeof value !== "string" || value.startsWith("@.")) continue;
      if (name === "$ref" && !(value.replace("$.metadata.enums.", "") in ENUMS))
        problems.push(`${value} is no enum`);
      if (!name.endsWith("Path")) continue;
      const target = value.replace(SLICE, "");
      if (!leaves.some(({ path }) => path === target)) problems.push(`${value} is no argument`);
      if (name === "calleePath") shown.add(target);
    }
  }
  for (const { path } of leaves) if (!shown.has(path)) problems.push(`${path} is not shown`);
  return problems;
}

function incomplete(name: string, problems: readonly string[]): TerminalError {
  return new TerminalError(
    "CLEAR_SIGNING_INCOMPLETE",
    `${name} can't be shown on a wallet: ${problems.join("; ")}`,
    {
      advice: "Complete its entry in src/governance/clear-signing: an intent, and a label for each argument.",
      docs: "docs/wallets.md",
    },
  );
}

function formatOf(id: string, meaning: Meaning): Format {
  return { $id: id, intent: meaning.intent, fields: meaning.fields };
}

/** The enums that a descriptor's fields refer to. */
function enumsOf(formats: Readonly<Record<string, Format>>): Descriptor["metadata"]["enums"] {
  const names = new Set(
    Object.values(formats).flatMap(({ fields }) =>
      fields.flatMap(({ params }) => {
        const reference = params?.$ref;
        return typeof reference === "string" ? [reference.replace("$.metadata.enums.", "")] : [];
      }),
    ),
  );
  return Object.fromEntries(Object.entries(ENUMS).filter(([name]) => names.has(name)));
}

function metadataOf(contractName: string, formats: Readonly<Record<string, Format>>): Descriptor["metadata"] {
  const enums = enumsOf(formats) ?? {};
  return { owner: OWNER, contractName, ...(Object.keys(enums).length === 0 ? {} : { enums }) };
}

/**
 * The descriptor of a contract's functions.
 *
 * @param required signatures that must have a meaning
 * @throws TerminalError `CLEAR_SIGNING_INCOMPLETE` if one has none, leaves an argument out, or names what isn't there
 */
export function calldataDescriptor(
  contractName: string,
  face: Interface,
  meanings: Meanings,
  required: readonly string[],
  deployments: readonly Deployment[],
): Descriptor {
  const missing = required.filter((signature) => !(signature in meanings));
  if (missing.length > 0)
    throw incomplete(
      contractName,
      missing.map((signature) => `${signature} has no entry`),
    );
  const formats: Record<string, Format> = {};
  for (const [signature, meaning] of Object.entries(meanings)) {
    const fragment = face.getFunction(signature);
    if (fragment === null) throw incomplete(contractName, [`${signature} is no function of it`]);
    const problems = problemsOf(
      meaning,
      fragment.inputs.flatMap((input) => leavesOf(input)),
    );
    if (problems.length > 0) throw incomplete(`${contractName}.${signature}`, problems);
    const parameters = fragment.inputs.map((input) => input.format("full")).join(", ");
    formats[`${fragment.name}(${parameters})`] = formatOf(fragment.name, meaning);
  }
  return {
    $schema: SCHEMA,
    context: { $id: contractName, contract: { deployments } },
    metadata: metadataOf(contractName, formats),
    display: { formats },
  };
}

/**
 * The descriptor of typed messages.
 *
 * @param domain its name and version; none for a Safe
 * @param meanings by EIP-712's `encodeType`
 * @throws TerminalError `CLEAR_SIGNING_INCOMPLETE`
 */
export function messageDescriptor(
  contractName: string,
  domain: { readonly name: string; readonly version: string } | undefined,
  meanings: Meanings,
  deployments: readonly Deployment[],
): Descriptor {
  const formats: Record<string, Format> = {};
  for (const [type, meaning] of Object.entries(meanings)) {
    const { name, inputs } = FunctionFragment.from(`function ${type}`);
    const problems = problemsOf(
      meaning,
      inputs.flatMap((input) => leavesOf(input)),
    );
    if (problems.length > 0) throw incomplete(name, problems);
    formats[type] = formatOf(name, meaning);
  }
  return {
    $schema: SCHEMA,
    context: { $id: contractName, eip712: { ...(domain === undefined ? {} : { domain }), deployments } },
    metadata: metadataOf(contractName, formats),
    display: { formats },
  };
}
