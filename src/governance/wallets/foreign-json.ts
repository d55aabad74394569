import { readFileSync, statSync } from "node:fs";
import { getAddress, isHexString } from "ethers";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import { terminalText } from "../../core/terminal-text.ts";

/** More than any proposal holds; what is longer is not read. Bytes. */
const LARGEST = 4_000_000;

/** An address with its checksum (EIP-55); lower case alone is refused, for a typo would go unseen. */
export const address = z.string().refine(isChecksummed, "is not an address with its checksum (EIP-55)");

/** An address as programs write it, with or without a checksum; a wrong checksum is refused. */
export const anyAddress = z
  .string()
  .refine((text) => isChecksummed(text) || /^0x[0-9a-f]{40}$/.test(text), "is not an address")
  .transform((text) => getAddress(text));

/** Bytes in hex. */
export const bytes = z
  .string()
  .refine((text) => isHexString(text) && text.length % 2 === 0, "is not hex bytes");

/** A hash in lower-case hex. */
export const hash = z.string().regex(/^0x[0-9a-f]{64}$/, "is not a hash of 32 bytes in lower-case hex");

/** A whole number in decimal digits. */
export const decimal = z.string().regex(/^(0|[1-9]\d{0,77})$/, "is not a whole number in digits");

function isChecksummed(text: string): boolean {
  try {
    return text.length === 42 && getAddress(text) === text;
  } catch {
    return false;
  }
}

/**
 * Words from elsewhere as they may be printed: without control and direction characters, which could rewrite a terminal.
 *
 * @param most characters that are kept
 */
export function printable(text: string, most = 300): string {
  return terminalText(text)
    .replaceAll(/[\n\t]/g, "?")
    .slice(0, most);
}

/** What a text should be, and how its errors are named. */
export interface Expected<T> {
  readonly schema: z.ZodType<T>;
  /** The code of the error that a text of another form gets. */
  readonly code: string;
  /** What it should be, with an article: "a signature file". */
  readonly what: string;
  /** What to do about it. */
  readonly advice: string;
}

/**
 * Parses JSON that came from another machine.
 *
 * @param source the file or server that it came from, for the error
 * @throws TerminalError with the expected's code: not JSON, a field missing, unknown, or of another form.
 */
export function parseForeign<T>(text: string, source: string, expected: Expected<T>): T {
  const fail = (problem: string) =>
    new TerminalError(expected.code, `${source} is not ${expected.what}: ${problem}`, {
      advice: expected.advice,
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // No cause: it would quote the text.
    throw fail("it is not JSON");
  }
  const parsed = parse(expected.schema, json);
  if (parsed === undefined) throw fail("it is nested too deeply");
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  throw fail(printable(problems.join("; ")));
}

/** Undefined where the stack ends before the nesting does. */
function parse<T>(schema: z.ZodType<T>, json: unknown): z.ZodSafeParseResult<T> | undefined {
  try {
    // What is made of it later walks all of it too.
    JSON.stringify(json);
    return schema.safeParse(json);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * The text of a file that came from another machine: never more than a proposal holds, and never from a device or a pipe.
 *
 * @param what it should be, with an article, for the error
 * @throws TerminalError `FILE_UNREADABLE` or `FILE_TOO_LARGE`
 */
export function foreignText(file: string, what: string): string {
  try {
    const found = statSync(file);
    if (!found.isFile()) {
      throw new TerminalError("FILE_UNREADABLE", `${file} is no file`, { advice: "Check the path." });
    }
    if (found.size > LARGEST) {
      throw new TerminalError("FILE_TOO_LARGE", `${file} is too large to be ${what}`, {
        facts: { bytes: found.size, most: LARGEST },
        advice: "Check the path: this is another file.",
      });
    }
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (cause instanceof TerminalError) throw cause;
    throw new TerminalError("FILE_UNREADABLE", `${file} can't be read`, {
      cause,
      advice: "Check the path and the file's permissions.",
    });
  }
}

/**
 * Reads and parses a file that came from another machine.
 *
 * @throws TerminalError `FILE_UNREADABLE` or `FILE_TOO_LARGE`, and what `parseForeign` throws.
 */
export function readForeign<T>(file: string, expected: Expected<T>): T {
  return parseForeign(foreignText(file, expected.what), file, expected);
}
