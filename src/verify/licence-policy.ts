import { createRequire } from "node:module";

type Expression =
  | { readonly license: string }
  | { readonly left: Expression; readonly conjunction: "and" | "or"; readonly right: Expression };

// It brings no types of its own.
const parse = createRequire(import.meta.url)("spdx-expression-parse") as (expression: string) => Expression;

/** Licences of what may be linked into what ships: they ask for no more than their notice. */
export const LINKABLE: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Unlicense",
]);

/** Licences of programs that run beside ours during development and are never part of what ships. */
export const TOOLS_ONLY: ReadonlySet<string> = new Set([
  ...LINKABLE,
  "AGPL-3.0-only",
  "CC-BY-3.0",
  "CNRI-Python",
  "GPL-3.0-only",
  "MPL-2.0",
  "PSF-2.0",
  "Python-2.0",
  "WTFPL",
]);

/** Packages that ship under another licence because nothing of ours is linked with them. */
export const APART: Readonly<Record<string, { licence: string; reason: string }>> = {
  "@safe-global/safe-smart-account": {
    licence: "LGPL-3.0",
    reason:
      "Safe's compiled contracts are deployed as they are, as contracts of their own; no source of theirs is imported.",
  },
};

/** Licences of npm packages whose manifest has none where npm looks, with where it stands instead. */
export const STATED_ELSEWHERE: Readonly<Record<string, { licence: string; where: string }>> = {
  "@nomicfoundation/ignition-ui@3.2.0": { licence: "MIT", where: "its LICENSE file" },
  "memorystream@0.3.1": { licence: "MIT", where: "`licenses` in its package.json" },
};

/** What packages and sources write instead of an SPDX expression. */
const IN_SPDX: Readonly<Record<string, string>> = {
  "Apache 2": "Apache-2.0",
  "Apache 2.0": "Apache-2.0",
  "BSD, Public Domain": "BSD-2-Clause AND Unlicense",
  "MIT License": "MIT",
  "PSFL (Keccak: CC0 1.0 Universal)": "PSF-2.0 AND CC0-1.0",
  "GNU GENERAL PUBLIC LICENSE Version 3": "GPL-3.0-only",
  "GNU AFFERO GENERAL PUBLIC LICENSE Version 3": "AGPL-3.0-only",
  "AGPL-3.0": "AGPL-3.0-only",
  "License :: OSI Approved :: MIT License": "MIT",
  "License :: OSI Approved :: GNU Affero General Public License v3": "AGPL-3.0-only",
};

/** A licence as SPDX writes it, where its author wrote it otherwise. */
export function inSpdx(words: string): string {
  return IN_SPDX[words] ?? words;
}

function parsed(expression: string): Expression | undefined {
  try {
    return parse(expression);
  } catch {
    return undefined;
  }
}

/** What a Python package says of its licence, as an SPDX expression; undefined when it says none that is known. */
export function pythonLicence(said: {
  expression: string;
  text: string;
  classifiers: readonly string[];
}): string | undefined {
  if (said.expression !== "") return said.expression;
  // Some paste the whole licence: its title and version are enough.
  const text = said.text.replaceAll(/\s+/g, " ").trim();
  const title = text.match(/^GNU (?:AFFERO )?GENERAL PUBLIC LICENSE Version \d/)?.[0] ?? text;
  for (const words of [title, ...said.classifiers.filter((line) => line.startsWith("License ::"))]) {
    const known = IN_SPDX[words] ?? (parsed(words) === undefined ? undefined : words);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** Whether one may take what stands under an SPDX expression by the allowed licences alone. */
export function allows(allowed: ReadonlySet<string>, expression: string): boolean {
  const holds = (node: Expression): boolean => {
    if ("conjunction" in node) {
      return node.conjunction === "or"
        ? holds(node.left) || holds(node.right)
        : holds(node.left) && holds(node.right);
    }
    // An exception only grants more; "or later" includes the version itself.
    return allowed.has(node.license);
  };
  const node = parsed(expression);
  return node !== undefined && holds(node);
}
