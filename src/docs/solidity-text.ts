import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TerminalError } from "../core/errors.ts";

/** Solidity sources of our own, by path from the project's root; mocks aside. */
export function ownSources(root: string): ReadonlyMap<string, string> {
  const files = globSync("contracts/**/*.sol", { cwd: root }).filter(
    (file) => !file.startsWith("contracts/mocks/"),
  );
  return new Map(files.sort().map((file) => [file, readFileSync(join(root, file), "utf8")]));
}

/** The code of a source: without comments, its strings empty. */
export function codeOf(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/gm, (found) =>
    found.startsWith("/") ? " " : '""',
  );
}

/** An error or an event that a source declares. */
export interface Declaration {
  readonly kind: "error" | "event";
  readonly name: string;
}

/** The errors and events that a source declares, in order. */
export function declarations(source: string): readonly Declaration[] {
  return [...codeOf(source).matchAll(/(?<=^|[;{}])\s*(error|event)\s+([\w$]+)\s*\(/g)].map(
    ([, kind, name]) => ({ kind: kind as Declaration["kind"], name: name ?? "" }),
  );
}

/** A member of an enum, with the comment on its line. */
export interface EnumMember {
  readonly name: string;
  readonly comment: string;
}

/**
 * The members of an enum in a source, in order.
 *
 * @throws TerminalError `NO_ENUM` if the source has none of that name.
 */
export function enumMembers(source: string, name: string): readonly EnumMember[] {
  const body = source.match(new RegExp(`\\benum ${name} \\{([^}]*)\\}`))?.[1];
  if (body === undefined) throw new TerminalError("NO_ENUM", `There is no enum ${name}`);
  return body
    .split("\n")
    .map((line) => line.match(/^\s*([A-Za-z_]\w*),?\s*(?:\/\/\s*(.*))?$/))
    .filter((match) => match !== null)
    .map((match) => ({ name: match[1] ?? "", comment: match[2] ?? "" }));
}

/** A constant as its source writes it. */
export interface Constant {
  readonly name: string;
  readonly value: string;
  readonly comment: string;
}

/** The constants of a source, in order, each with the comment on its line. */
export function constants(source: string): readonly Constant[] {
  return [
    ...source.matchAll(/^\s*[\w ]*\bconstant ([A-Za-z_]\w*)\s*=\s*([^;]+);[^\S\n]*(?:\/\/[^\S\n]*(.*))?$/gm),
  ].map(([, name, value, comment]) => ({ name: name ?? "", value: value ?? "", comment: comment ?? "" }));
}

/** A cell of a Markdown table. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
