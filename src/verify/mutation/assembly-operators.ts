import type { Edit } from "./mutant.ts";
import { child, children, rangeOf, type SourceText, type SyntaxNode } from "./syntax.ts";

const SWAPS: Readonly<Record<string, string>> = {
  lt: "gt",
  gt: "lt",
  slt: "sgt",
  sgt: "slt",
  and: "or",
  or: "and",
  xor: "and",
  add: "sub",
  sub: "add",
  mul: "div",
  div: "mul",
  mod: "div",
  shl: "shr",
  shr: "shl",
};

/** What changes something outside the block's own variables. */
const EFFECTS: ReadonlySet<string> = new Set([
  "sstore",
  "tstore",
  "mstore",
  "mstore8",
  "calldatacopy",
  "returndatacopy",
  "codecopy",
  "mcopy",
  "log0",
  "log1",
  "log2",
  "log3",
  "log4",
]);

const calls = (node: SyntaxNode) =>
  node.nodeType === "YulFunctionCall" ? String(child(node, "functionName").name) : "";

function literal(node: SyntaxNode, text: SourceText): Edit[] {
  if (node.kind !== "number") return [];
  const value = BigInt(text.of(node));
  const of = (next: bigint): Edit => ({ operator: "constant", ...rangeOf(node), replacement: String(next) });
  return [...(value < 2n ** 256n - 1n ? [of(value + 1n)] : []), ...(value > 0n ? [of(value - 1n)] : [])];
}

/** The defects of a node inside an assembly block. */
export function assemblyEdits(
  node: SyntaxNode,
  around: readonly SyntaxNode[],
  text: SourceText,
): readonly Edit[] {
  const range = rangeOf(node);
  switch (node.nodeType) {
    case "YulFunctionCall": {
      const name = calls(node);
      const swap = SWAPS[name];
      if (swap !== undefined) {
        return [{ operator: "assembly", ...rangeOf(child(node, "functionName")), replacement: swap }];
      }
      const [only] = children(node, "arguments");
      // `if iszero(x)` is inverted as a condition.
      const inverted = around.at(-1)?.nodeType === "YulIf";
      if (name !== "iszero" || only === undefined || inverted) return [];
      return [{ operator: "assembly", ...range, replacement: text.of(only) }];
    }
    case "YulIf": {
      const condition = child(node, "condition");
      const [inner] = children(condition, "arguments");
      const opposite =
        calls(condition) === "iszero" && inner !== undefined
          ? text.of(inner)
          : `iszero(${text.of(condition)})`;
      return [{ operator: "condition", ...rangeOf(condition), replacement: opposite }];
    }
    case "YulExpressionStatement":
      if (!EFFECTS.has(calls(child(node, "expression")))) return [];
      return [{ operator: "statement", ...range, replacement: "{}" }];
    case "YulAssignment":
      // A loop without its step only takes long.
      if (around.at(-2)?.nodeType === "YulForLoop" && around.at(-2)?.post === around.at(-1)) return [];
      return [{ operator: "assignment", ...range, replacement: "{}" }];
    case "YulLiteral":
      return literal(node, text);
    default:
      return [];
  }
}
