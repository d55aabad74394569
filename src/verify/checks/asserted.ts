import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Declaration, declarations, ownSources } from "../../docs/solidity-text.ts";
import { namesInSolidity, namesInTypeScript } from "../asserted-names.ts";
import { type CheckResult, type Finding, resultOf } from "../check.ts";

const REMEDY = {
  error: (name: string) =>
    `no test expects it: revertedWithCustomError(…, "${name}") in a *.test.ts, or ${name}.selector in vm.expectRevert or assertEq in a *.t.sol`,
  event: (name: string) =>
    `no test expects it: .to.emit(…, "${name}") in a *.test.ts, or vm.expectEmit and emit ${name}(…) in a *.t.sol`,
} as const satisfies Record<Declaration["kind"], (name: string) => string>;

/** Each error and event that the sources declare, and whether a test asserts its name. Both maps are by path. */
export function assertedFindings(
  sources: ReadonlyMap<string, string>,
  tests: ReadonlyMap<string, string>,
): readonly Finding[] {
  const asserted = new Set(
    [...tests].flatMap(([file, text]) => [
      ...(file.endsWith(".sol") ? namesInSolidity(text) : namesInTypeScript(text)),
    ]),
  );
  const declaredIn = new Map<string, string>();
  return [...sources].flatMap(([file, source]) =>
    declarations(source).map(({ kind, name }) => {
      const other = declaredIn.get(name);
      declaredIn.set(name, file);
      const subject = `${file}: ${kind} ${name}`;
      if (other !== undefined)
        return { subject, problem: `${other} has the name too: no test can tell which` };
      return { subject, problem: asserted.has(name) ? undefined : REMEDY[kind](name) };
    }),
  );
}

/** The errors and events that our own contracts declare, against the tests of both runners. */
export async function checkAsserted(root: string): Promise<CheckResult> {
  // What stands in support files is not an assertion: a test has to say what it expects.
  const files = globSync("test/**/*.{test.ts,t.sol}", { cwd: root }).sort();
  const tests = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
  return resultOf("asserted", assertedFindings(ownSources(root), tests));
}
