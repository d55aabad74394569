import ts from "typescript";
import { codeOf } from "../docs/solidity-text.ts";

const EXPECTATIONS: ReadonlySet<string> = new Set(["emit", "revertedWithCustomError"]);

/** The words of a call chain, the last one first: `expect(x).to.emit(y)` gives emit, to, expect. */
function chain(call: ts.CallExpression): readonly string[] {
  const words: string[] = [];
  let node: ts.Expression = call;
  for (;;) {
    if (ts.isCallExpression(node)) node = node.expression;
    else if (ts.isPropertyAccessExpression(node)) {
      words.push(node.name.text);
      node = node.expression;
    } else {
      if (ts.isIdentifier(node)) words.push(node.text);
      return words;
    }
  }
}

/** Whether somebody waits for the chain that this call is part of: a promise that nobody awaits proves nothing. */
function isWaitedFor(call: ts.CallExpression): boolean {
  let node: ts.Expression = call;
  for (;;) {
    const { parent } = node;
    const continues =
      ts.isPropertyAccessExpression(parent) || (ts.isCallExpression(parent) && parent.expression === node);
    if (!continues)
      return ts.isAwaitExpression(parent) || ts.isReturnStatement(parent) || ts.isArrowFunction(parent);
    node = parent;
  }
}

/**
 * The errors and events that a Mocha test expects by name: the literal second argument of `revertedWithCustomError` or
 * `emit` in a chain that begins with `expect`, isn't negated and is waited for, outside skipped tests.
 *
 * @example
 * namesInTypeScript('await expect(call).to.emit(vault, "Held");'); // Set { "Held" }
 */
export function namesInTypeScript(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [last = "", ...before] = chain(node);
      if (last === "skip") return;
      const name = node.arguments[1];
      const expects = EXPECTATIONS.has(last) && before.at(-1) === "expect" && !before.includes("not");
      if (expects && name !== undefined && ts.isStringLiteral(name) && isWaitedFor(node))
        names.add(name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("any.test.ts", text, ts.ScriptTarget.Latest, true));
  return names;
}

/** A statement, or what precedes a block, and in how many blocks it stands. */
interface Statement {
  readonly text: string;
  readonly depth: number;
}

function statements(code: string): readonly Statement[] {
  const found: Statement[] = [];
  let depth = 0;
  for (const [, text = "", end] of code.matchAll(/([^;{}]*)([;{}])/g)) {
    if (text.trim() !== "") found.push({ text: text.trim(), depth });
    if (end === "{") depth++;
    // The end of a block counts as an empty statement of the block around it.
    if (end === "}") found.push({ text: "", depth: --depth });
  }
  return found;
}

/** Whether the statement expects or compares the word. */
function asserts(statement: string, word: string): boolean {
  return new RegExp(`\\b(?:vm\\.expectRevert|assertEq)\\(.*\\b${word}\\b`, "s").test(statement);
}

/**
 * The errors and events that a Solidity test expects by name: `Name.selector` in `vm.expectRevert` or `assertEq`, there
 * or through a variable of the same block, and the event that is emitted right after `vm.expectEmit`.
 *
 * @example
 * namesInSolidity("vm.expectRevert(Vault.Vault_Held.selector);"); // Set { "Vault_Held" }
 */
export function namesInSolidity(source: string): ReadonlySet<string> {
  const names = new Set<string>();
  const all = statements(codeOf(source));
  for (const [index, { text, depth }] of all.entries()) {
    const emitted = text.match(/^emit\s+(?:\w+\.)*(\w+)\s*\(/)?.[1];
    if (emitted !== undefined && all[index - 1]?.text.startsWith("vm.expectEmit(")) names.add(emitted);

    const variable = text.match(/^bytes(?:4| memory) (\w+)\s*=/)?.[1];
    const end = all.findIndex((later, at) => at > index && later.depth < depth);
    const rest = all.slice(index + 1, end === -1 ? undefined : end);
    const expected = variable !== undefined && rest.some((later) => asserts(later.text, variable));
    for (const [, name = ""] of text.matchAll(/\b(\w+)\.selector\b/g)) {
      if (expected || asserts(text, `${name}\\.selector`)) names.add(name);
    }
  }
  return names;
}
