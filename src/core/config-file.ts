import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { TerminalError } from "./errors.ts";

/** A configuration, and the folder that its relative paths are meant from. */
export interface Configured<T> {
  readonly config: T;
  readonly folder: string;
}

/** How people are told of a configuration that can't be used. */
export interface ConfigKind {
  /** Of what: `a signer`. */
  readonly of: string;
  /** Where one is shown, as a sentence. */
  readonly advice: string;
  readonly docs: string;
}

/**
 * Reads a configuration of JSON.
 *
 * @throws TerminalError `CONFIG_MISSING`, `CONFIG_INVALID`
 * @example
 * const { config, folder } = readConfigFile("anna/signer.json", schema, { of: "a signer", advice, docs });
 */
export function readConfigFile<S extends z.ZodType>(
  file: string,
  schema: S,
  { of, advice, docs }: ConfigKind,
): Configured<z.output<S>> {
  if (!existsSync(file))
    throw new TerminalError("CONFIG_MISSING", `${file} does not exist`, { advice, docs });
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new TerminalError("CONFIG_INVALID", `${file} is no JSON`, { cause, advice, docs });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { config: parsed.data, folder: dirname(resolve(file)) };
  throw new TerminalError("CONFIG_INVALID", `${file} is no configuration of ${of}`, {
    facts: { why: z.prettifyError(parsed.error).slice(0, 800) },
    advice,
    docs,
  });
}
