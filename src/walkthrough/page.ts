import { type Line, prompted } from "./shell.ts";

/** What of this machine is replaced by what is the same on every one. */
export interface Places {
  readonly home: string;
  readonly checkout: string;
  readonly url: string;
}

/** Where the transcript is kept. */
export const WALKTHROUGH_PAGE = "docs/walkthrough.md";

/** Where a reader's node would be. */
const USUAL_URL = "http://127.0.0.1:8545";

const BEGIN = `# Walkthrough

A run of \`node scripts/walkthrough.ts\` on a fresh anvil, from nothing: deploy, change a limit with three signatures from three
machines, upgrade the Vault, roll it back. Each command ran as it stands here; times, addresses and hashes are those of that
run. \`[…]\` stands for lines that are left out. \`node scripts/walkthrough.ts --write\` writes this page again.
`;

function shown(output: string, shows: readonly [number, number] | undefined): readonly string[] {
  const lines = output.replace(/\n+$/, "").split("\n");
  if (shows === undefined || lines.length <= shows[0] + shows[1] + 1) return lines;
  return [...lines.slice(0, shows[0]), "[…]", ...lines.slice(lines.length - shows[1])];
}

function block(line: Extract<Line, { kind: "command" }>): string {
  const { command, output, shows, code, timed, milliseconds } = line;
  return [
    prompted(command),
    ...(output === "" ? [] : shown(output, shows)),
    ...(code === 0 ? [] : [`(exit code ${code})`]),
    ...(timed ? [`(took ${(milliseconds / 1_000).toFixed(1)} s)`] : []),
  ].join("\n");
}

/** A walk as a page: remarks as text, commands as a terminal shows them. */
export function page(lines: readonly Line[], { home, checkout, url }: Places): string {
  const parts: string[] = [];
  let open: string[] = [];
  const close = (): void => {
    // Summaries have headings of their own, and quotes: four marks hold them.
    if (open.length > 0) parts.push(["````console", ...open, "````"].join("\n"));
    open = [];
  };
  for (const line of lines) {
    if (line.kind === "command") {
      open.push(block(line));
      continue;
    }
    close();
    parts.push(line.text);
  }
  close();
  const text = [BEGIN, ...parts].join("\n\n").replaceAll(/\n{3,}/g, "\n\n");
  return `${text.replaceAll(home, "~").replaceAll(checkout, "~/strongroom").replaceAll(url, USUAL_URL)}\n`;
}

/**
 * The commands in a page or a terminal's text, in order, without what differs from run to run: hashes, addresses and the
 * node's port.
 */
export function commandsIn(text: string): readonly string[] {
  const commands: string[] = [];
  // Of what a command prints, some begins as its further lines do.
  let goesOn = false;
  for (const line of text.split("\n")) {
    goesOn = line.startsWith("$ ") || (goesOn && line.startsWith("> "));
    if (!goesOn) continue;
    const before = line.startsWith("$ ") ? "" : `${commands.pop() ?? ""}\n`;
    commands.push(`${before}${line.slice(2)}`);
  }
  return commands.map((command) =>
    command.replaceAll(/0x[0-9a-fA-F]{64}/g, "0x…").replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:8545"),
  );
}
