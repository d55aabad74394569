// The child process of compiler.ts: keeps the compiler loaded and warm.
import { runSolc, sourcesOf } from "../solc.ts";
import type { CompilerAnswer, CompilerInput, CompilerQuestion } from "./compiler.ts";

const root = process.argv[2] ?? ".";

function compile({ input, changed }: CompilerQuestion): CompilerAnswer {
  const read = sourcesOf(root, changed);
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
  const output = JSON.parse(runSolc(JSON.stringify(request), read)) as {
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
