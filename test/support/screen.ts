import {
  dataLength,
  dataSlice,
  FunctionFragment,
  getAddress,
  Interface,
  type ParamType,
  toBeHex,
} from "ethers";
import type { Descriptor, Field } from "../../src/governance/clear-signing/descriptor.ts";

/** A value found in the arguments, with the indices of the arrays on its way. */
interface Found {
  readonly value: unknown;
  readonly type: string;
  readonly at: readonly number[];
}

/** A descriptor for each address, as a wallet's registry holds them. */
export type Registry = ReadonlyMap<string, Descriptor>;

/**
 * What a wallet that knows ERC-7730 shows of a call, one line a value, inner calls indented. Written from the standard and
 * nothing of the generator, so that it fails where a wallet would.
 *
 * @throws Error for a path that leads nowhere
 */
export function screenOf(registry: Registry, to: string, data: string, depth = 0): readonly string[] {
  const indent = "  ".repeat(depth);
  const descriptor = registry.get(getAddress(to));
  const entry = Object.entries(descriptor?.display.formats ?? {}).find(
    ([key]) => FunctionFragment.from(`function ${key}`).selector === dataSlice(data, 0, 4),
  );
  if (descriptor === undefined || entry === undefined)
    return [`${indent}BLIND ${to} ${dataSlice(data, 0, 4)}`];
  const [key, { intent, fields }] = entry;
  const fragment = FunctionFragment.from(`function ${key}`);
  const values = new Interface([fragment]).decodeFunctionData(fragment, data);
  const argumentsOf = [...fragment.inputs].map((type, index) => ({ type, value: values[index] as unknown }));
  const lines = [`${indent}${descriptor.metadata.contractName}: ${intent}`];
  for (const field of fields) {
    if (field.visible === "never") continue;
    for (const found of resolve(field.path, argumentsOf)) {
      if (field.format !== "calldata") {
        lines.push(`${indent}  ${field.label}: ${shown(field, found, descriptor)}`);
        continue;
      }
      const callee = calleeOf(field, found.at, argumentsOf, to);
      lines.push(`${indent}  ${field.label}:`, ...screenOf(registry, callee, String(found.value), depth + 2));
    }
  }
  return lines;
}

/** Where an inner call goes: the element of the callees with the same index. */
function calleeOf(field: Field, at: readonly number[], args: Arguments, to: string): string {
  const path = String(field.params?.calleePath);
  if (path === "@.to") return to;
  const callee = resolve(path, args).find((one) => one.at.join() === at.join());
  if (callee === undefined) throw new Error(`${path} leads nowhere`);
  return String(callee.value);
}

type Arguments = readonly { readonly type: ParamType; readonly value: unknown }[];

function resolve(path: string, args: Arguments): readonly Found[] {
  const slice = /\.\[(-?\d*):(-?\d*)\]$/.exec(path);
  const [first = "", ...rest] = (slice === null ? path : path.slice(0, slice.index)).split(".");
  const argument = args.find(({ type }) => type.name === first);
  if (argument === undefined) throw new Error(`${path} leads nowhere`);
  let found: { type: ParamType; value: unknown; at: readonly number[] }[] = [{ ...argument, at: [] }];
  for (const part of rest) {
    found = found.flatMap(({ type, value, at }) => {
      if (part === "[]") {
        const inner = type.arrayChildren;
        if (inner === null) throw new Error(`${path} is no array`);
        return (value as unknown[]).map((one, index) => ({ type: inner, value: one, at: [...at, index] }));
      }
      const place = type.components?.findIndex(({ name }) => name === part) ?? -1;
      const component = type.components?.[place];
      if (component === undefined) throw new Error(`${path} leads nowhere`);
      return [{ type: component, value: (value as unknown[])[place], at }];
    });
  }
  return found.map(({ type, value, at }) => {
    if (slice === null) return { value, type: type.type, at };
    const word = typeof value === "bigint" ? toBeHex(value, 32) : String(value);
    const length = dataLength(word);
    const place = (text: string | undefined, otherwise: number) =>
      text === undefined || text === "" ? otherwise : Number(text) < 0 ? length + Number(text) : Number(text);
    return { value: dataSlice(word, place(slice[1], 0), place(slice[2], length)), type: "bytes", at };
  });
}

function shown({ format, params }: Field, { value }: Found, { metadata }: Descriptor): string {
  if (format === "date") return new Date(Number(value) * 1000).toISOString();
  if (format === "duration") return `${value} s`;
  if (format === "addressName") return getAddress(String(value));
  if (format === "enum") {
    const name = String(params?.$ref).replace("$.metadata.enums.", "");
    return metadata.enums?.[name]?.[String(value)] ?? `unknown ${value}`;
  }
  return String(value);
}
