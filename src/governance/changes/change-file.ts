import { existsSync } from "node:fs";
import { extname } from "node:path";
import { id } from "ethers";
import JSON5 from "json5";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { canonicalJson } from "../../core/canonical-json.ts";
import { TerminalError, UsageError } from "../../core/errors.ts";
import { schemaText } from "../../core/json-schema.ts";
import { terminalText } from "../../core/terminal-text.ts";
import { foreignText } from "../wallets/foreign-json.ts";
import { INTENTS } from "./all-intents.ts";
import { argument, line, moment } from "./quantities.ts";

/** Says which words a change file is written in. */
export const CHANGE_FORMAT = "strongroom/change@1";

const MOST_CHANGES = 40;

const part = z.strictObject({
  contract: z
    .string()
    .regex(/^[A-Z]\w*$/)
    .describe("A contract of this checkout, by its name"),
  arguments: z
    .array(argument)
    .default([])
    .describe("Its constructor's, in order; $names stand for addresses"),
});

const entries = INTENTS.map(({ schema }) => schema) as unknown as [
  z.core.$ZodTypeDiscriminable,
  ...z.core.$ZodTypeDiscriminable[],
];

const schema = z.strictObject({
  $schema: z.string().optional(),
  format: z.literal(CHANGE_FORMAT),
  title: line(5, 80).describe("What changes, in a line"),
  reason: z
    .string()
    .min(10)
    .max(2_000)
    .refine((text) => terminalText(text) === text, "has control or direction characters")
    .describe("Why: signers read it"),
  /** An operation is told from an equal one before it by its number. */
  serial: z.int().min(1).default(1).describe("Count it up to propose the same change again"),
  expires: moment
    .optional()
    .describe("After it nothing of this may be signed or executed; two weeks after its delay by default"),
  deploy: z
    .record(z.string().regex(/^[a-zA-Z]\w*$/), part)
    .default({})
    .describe(
      "Contracts that the change needs, in order: anyone may deploy them, at addresses that follow from their code",
    ),
  changes: z
    .array(z.discriminatedUnion("kind", entries, { error: kindError }))
    .min(1)
    .max(MOST_CHANGES)
    .describe("In the order in which they are made, all or none"),
});

function kindError({ input }: { input: unknown }): string {
  const kind = (input as { kind?: unknown } | null)?.kind;
  return `${kind === undefined ? "no kind" : `"${String(kind)}" is no kind of change`}: one of ${INTENTS.map((known) => known.kind).join(", ")}`;
}

/** A change as a file states it, checked. */
export interface ChangeFile extends Omit<z.output<typeof schema>, "changes"> {
  readonly changes: readonly { readonly kind: string }[];
  /** What was read, without its form: the digest is of this. */
  readonly stated: Readonly<Record<string, unknown>>;
}

/**
 * Parses YAML (JSON is YAML too) or JSON5, by the file's extension. Of YAML 1.2 alone, whatever a file declares: in 1.1, 1:30 is
 * 90 and 010 is 8.
 */
function parseText(text: string, file: string): unknown {
  try {
    return [".yaml", ".yml"].includes(extname(file))
      ? (parseYaml(text, { schema: "core" }) as unknown)
      : JSON5.parse(text);
  } catch (error) {
    throw new TerminalError("CHANGE_SYNTAX", `${file} can't be read as ${extname(file).slice(1)}`, {
      cause: error,
      advice: "Correct it where the message points to; write .yaml, .json5 or .json.",
    });
  }
}

/**
 * Checks what a change file states.
 *
 * @throws TerminalError `CHANGE_INVALID` that names every field that is wrong, and how.
 * @example
 * const change = parseChange({ format: "strongroom/change@1", title: "…", reason: "…", changes: [{ kind: "heartbeat" }] });
 */
export function parseChange(stated: unknown, file = "The change"): ChangeFile {
  const parsed = schema.safeParse(stated);
  if (parsed.success) {
    const changes = parsed.data.changes as unknown as { kind: string }[];
    return { ...parsed.data, changes, stated: stated as Readonly<Record<string, unknown>> };
  }
  const lines = parsed.error.issues.flatMap((issue) => linesOf(issue, stated));
  throw new TerminalError("CHANGE_INVALID", `${file} is not valid:\n  ${[...new Set(lines)].join("\n  ")}`, {
    advice: "Correct these fields; schemas/change.schema.json lets editors complete them.",
    docs: "docs/operations/change-files.md",
  });
}

function linesOf(issue: z.core.$ZodIssue, stated: unknown): string[] {
  const where = issue.path.join(".") || "the file";
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${[...issue.path, key].join(".")}: unknown field`);
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    // The branch that came furthest says what is wrong.
    const branches = issue.errors.map((errors) => errors.map(({ message }) => message));
    const best =
      branches.find((messages) => messages.some((message) => !message.startsWith("Invalid"))) ?? branches[0];
    return (best ?? []).map((message) => `${where}: ${message}`);
  }
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    stated,
  );
  return [`${where}: ${value === undefined ? "is missing" : issue.message}`];
}

/**
 * Reads a change file.
 *
 * @throws UsageError where there is none; TerminalError `FILE_UNREADABLE`, `FILE_TOO_LARGE`, `CHANGE_SYNTAX`, `CHANGE_INVALID`.
 */
export function readChange(file: string): ChangeFile {
  if (![".yaml", ".yml", ".json5", ".json"].includes(extname(file))) {
    throw new UsageError(`${file} is no change file`, { advice: "Name a .yaml, .json5 or .json file." });
  }
  if (!existsSync(file)) {
    throw new UsageError(`There is no change file ${file}`, { advice: "Check its path." });
  }
  return parseChange(parseText(foreignText(file, "a change file"), file), file);
}

/** Names a change by what it states: keccak-256 of its canonical JSON, `$schema` aside. */
export function changeDigest({ stated }: Pick<ChangeFile, "stated">): string {
  const { $schema: _, ...rest } = stated;
  return id(canonicalJson(rest));
}

/** Where the schema is kept. */
export const CHANGE_SCHEMA = "schemas/change.schema.json";

/** The published JSON Schema of change files, so that editors complete and check them. `parseChange` has the last word. */
export function changeSchema(): string {
  return schemaText(schema, "Strongroom change file");
}
