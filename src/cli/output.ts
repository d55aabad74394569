import { terminalJson, terminalText } from "../core/terminal-text.ts";

/** Progress and what is said to people. Much of it comes from other machines: nothing of that steers the terminal. */
export function say(line: string): void {
  process.stderr.write(`${terminalText(line)}\n`);
}

/** Prints a result as one JSON object; large numbers are decimal text. */
export function printJson(object: unknown): void {
  const digits = (_key: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
  process.stdout.write(`${terminalJson(JSON.stringify(object, digits, 2))}\n`);
}

/** Prints a result: one JSON object, or lines for people. */
export function print(json: boolean | undefined, object: unknown, text: string): void {
  if (json === true) printJson(object);
  else process.stdout.write(terminalText(text));
}

/** Text whose further lines stand under its first, so that each entry of a list begins at the margin alone. */
export function hanging(text: string): string {
  return text.replaceAll("\n", "\n        ");
}
