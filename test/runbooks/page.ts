import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../docs/runbooks/", import.meta.url));

/** What a page asks of its reader, or of its test, in order. */
export type Step =
  | {
      readonly kind: "command";
      /** As on the page, a line each, its comment aside. */
      readonly line: string;
      readonly exits: number;
    }
  /** `<!-- by: guardian -->`: whoever signs or acts next; a Safe's name means as many of its owners as it asks for. */
  | { readonly kind: "by"; readonly who: string }
  /** `<!-- wait: 2 d -->`: what the prose says must pass. */
  | { readonly kind: "wait"; readonly seconds: number }
  /** `<!-- test: name -->`: what the test does to the world, or looks at, here. */
  | { readonly kind: "test"; readonly name: string };

/** One page in one language. */
export interface Page {
  readonly name: string;
  readonly text: string;
  readonly headings: readonly string[];
  /** The words in capitals that people replace, as its table declares them. */
  readonly words: readonly string[];
  /** The text of every fenced block of commands. */
  readonly blocks: readonly string[];
  readonly steps: readonly Step[];
}

const SECONDS = { min: 60, h: 3_600, d: 86_400 } as const;

function waitOf(text: string): number {
  const [, count, unit] = /^(\d+) (min|h|d)$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`no time to wait: ${text}`);
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}

function commandsOf(block: string): Step[] {
  const lines = block.replaceAll(/\\\n\s*/g, "").split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, exits] = / {2}# exits (\d+): .+$/.exec(line) ?? [];
      return { kind: "command", line: line.replace(/ {2}#.*$/, "").trim(), exits: Number(exits ?? 0) };
    });
}

/** Reads a page: `stolen-user-key` or `stolen-user-key.zh`. */
export function readPage(name: string): Page {
  const text = readFileSync(`${FOLDER}${name}.md`, "utf8");
  const steps: Step[] = [];
  const blocks: string[] = [];
  for (const [, key, value = "", block] of text.matchAll(/<!-- (\w+): (.+?) -->|```sh\n([\s\S]*?)```/g)) {
    if (block !== undefined) {
      blocks.push(block);
      steps.push(...commandsOf(block));
    } else if (key === "by") steps.push({ kind: "by", who: value });
    else if (key === "wait") steps.push({ kind: "wait", seconds: waitOf(value) });
    else if (key === "test") steps.push({ kind: "test", name: value });
    else throw new Error(`${name} has an unknown marker ${key}`);
  }
  return {
    name,
    text,
    headings: [...text.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading),
    words: [...text.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, word = ""]) => word),
    blocks,
    steps,
  };
}
