// The child process of compiler.ts: keeps the compiler loaded and warm.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { CompilerAnswer, CompilerInput, CompilerQuestion } from "./compiler.ts";

const root = process.argv[2] ?? ".";
const solc = createRequire(join(root, "package.json"))("solc") as {
  compile(
    input: string,
    callbacks: { import(path: string): { contents: string } | { error: string } },
  ): string;
};

function compile({ input, changed }: CompilerQuestion): CompilerAnswer {
  const read = (path: string) => {
    const text = changed[path];
    if (text !== undefined) return { contents: text };
    const file = [join(root, path), join(root, "node_modules", path)].find((place) => existsSync(place));
    return file === undefined ? { error: "there is no such file" } : { contents: readFileSync(file, "utf8") };
  };
  const sources = Object.fromEntries(
    input.files.map((file) => {
      const found = read(file);
      return [file, { content: "contents" in found ? found.contents : "" }];
    }),
  );
  const request: CompilerInput = {
    language: "Solidity",
    sources,
    settings: { ...input.settings, outputSelection: input.outputSelection },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(request), { import: read })) as {
    errors?: { severity: string; formattedMessage: string }[];
    contracts?: CompilerAnswer["contracts"];
    sources?: Record<string, { ast?: unknown }>;
  };
  const error = output.errors?.find(({ severity }) => severity === "error")?.formattedMessage;
  const trees = Object.fromEntries(
    input.files.flatMap((file) => {
      const tree = output.sources?.[file]?.ast;
      return tree === undefined ? [] : [[file, tree]];
    }),
  );
  return { error, contracts: output.contracts ?? {}, trees };
}

process.on("message", (question: CompilerQuestion) => {
  process.send?.(compile(question));
});
// The other end is gone.
process.on("disconnect", () => process.exit(0));
