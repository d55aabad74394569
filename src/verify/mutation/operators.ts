import { assemblyEdits } from "./assembly-operators.ts";
import type { Edit } from "./mutant.ts";
import { child, children, optional, rangeOf, type SourceText, type SyntaxNode, typeOf } from "./syntax.ts";

// After the lists of Gambit and universalmutator, and Jia and Harman's survey (doi 10.1109/TSE.2010.62): replace an operator,
// shift a bound, delete a statement, invert a decision.
const BOUNDARY: Readonly<Record<string, string>> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" };
const RELATION: Readonly<Record<string, string>> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "==": "!=",
  "!=": "==",
};
const ARITHMETIC: Readonly<Record<string, string>> = {
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "/",
  "**": "*",
};
const BITWISE: Readonly<Record<string, string>> = { "&": "|", "|": "&", "^": "&", "<<": ">>", ">>": "<<" };
const LOGIC: Readonly<Record<string, string>> = { "&&": "||", "||": "&&" };

interface Site {
  readonly node: SyntaxNode;
  readonly around: readonly SyntaxNode[];
  readonly text: SourceText;
}

function replaceOperator(site: Site, left: SyntaxNode, right: SyntaxNode, suffix: "" | "="): Edit[] {
  const token = String(site.node.operator);
  const at = site.text.tokenBetween(left, right, token);
  if (at === undefined) return [];
  const operator = suffix === "" ? token : token.slice(0, -suffix.length);
  const edits: Edit[] = [];
  const add = (name: Edit["operator"], table: Readonly<Record<string, string>>) => {
    const other = table[operator];
    if (other !== undefined) edits.push({ operator: name, ...at, replacement: `${other}${suffix}` });
  };
  if (!isIndifferentWhenEqual(site)) add("boundary", BOUNDARY);
  add("relation", RELATION);
  add("arithmetic", ARITHMETIC);
  add("bitwise", BITWISE);
  add("logic", LOGIC);
  return edits;
}

/** Where equal operands give the same either way: `a < b ? a : b`, `if (a < b) b = a;` and `a > b ? a - b : 0`. */
function isIndifferentWhenEqual({ node, around, text }: Site): boolean {
  const parent = around.at(-1);
  if (parent?.condition !== node) return false;
  const value = (expression: SyntaxNode): string => {
    const [inner] = expression.kind === "typeConversion" ? children(expression, "arguments") : [];
    return inner === undefined ? text.of(expression) : value(inner);
  };
  const operands = [child(node, "leftExpression"), child(node, "rightExpression")].map(value);
  const same = (...others: readonly SyntaxNode[]) =>
    operands.toSorted().join("\0") === others.map(value).toSorted().join("\0");
  if (parent.nodeType === "Conditional") {
    const [yes, no] = [child(parent, "trueExpression"), child(parent, "falseExpression")];
    const isDifference = yes.nodeType === "BinaryOperation" && yes.operator === "-" && text.of(no) === "0";
    return isDifference ? same(child(yes, "leftExpression"), child(yes, "rightExpression")) : same(yes, no);
  }
  if (parent.nodeType !== "IfStatement" || optional(parent, "falseBody") !== undefined) return false;
  const assigned = optional(child(parent, "trueBody"), "expression");
  if (assigned?.nodeType !== "Assignment" || assigned.operator !== "=") return false;
  return same(child(assigned, "leftHandSide"), child(assigned, "rightHandSide"));
}

/** A decision the other way round; a comparison's own operator does that already. */
function invert(text: SourceText, condition: SyntaxNode): Edit[] {
  const { start, end } = rangeOf(condition);
  if (condition.nodeType === "BinaryOperation" && String(condition.operator) in RELATION) return [];
  if (condition.nodeType === "UnaryOperation" && condition.operator === "!") {
    return [{ operator: "condition", start, end, replacement: text.of(child(condition, "subExpression")) }];
  }
  return [{ operator: "condition", start, end, replacement: `!(${text.of(condition)})` }];
}

function onlyReverts(body: SyntaxNode): boolean {
  if (body.nodeType === "RevertStatement") return true;
  if (body.nodeType === "Block") {
    const [only, ...more] = children(body, "statements");
    return only !== undefined && more.length === 0 && onlyReverts(only);
  }
  return isCallOf(body, "revert");
}

function isCallOf(statement: SyntaxNode, ...names: readonly string[]): boolean {
  if (statement.nodeType !== "ExpressionStatement") return false;
  const call = child(statement, "expression");
  if (call.nodeType !== "FunctionCall") return false;
  return names.includes(String(child(call, "expression").name ?? ""));
}

function remove({ node, text }: Site, operator: Edit["operator"]): Edit[] {
  return [{ operator, start: rangeOf(node).start, end: text.endOfStatement(node), replacement: "{}" }];
}

/** What a deletion removes, by what the statement does. Loops keep their steps: without one they only take long. */
function deletion(site: Site): Edit[] {
  const { node, around } = site;
  const parent = around.at(-1);
  if (parent?.nodeType === "ForStatement" && parent.body !== node) return [];
  if (node.nodeType === "IfStatement") {
    const guards = optional(node, "falseBody") === undefined && onlyReverts(child(node, "trueBody"));
    return guards ? remove(site, "guard") : [];
  }
  if (node.nodeType === "EmitStatement") return remove(site, "statement");
  if (onlyReverts(node)) {
    // The guard's own deletion is the same defect.
    const isGuard = around
      .slice(-2)
      .some((outer) => outer.nodeType === "IfStatement" && onlyReverts(child(outer, "trueBody")));
    return isGuard ? [] : remove(site, "statement");
  }
  if (isCallOf(node, "require")) return remove(site, "guard");
  const isAssignment = child(node, "expression").nodeType === "Assignment";
  return remove(site, isAssignment ? "assignment" : "statement");
}

/** A whole number one larger and one smaller; true and false for each other. */
function literal({ node, text }: Site): Edit[] {
  const { start, end } = rangeOf(node);
  const written = text.of(node);
  const of = (replacement: string): Edit => ({ operator: "constant", start, end, replacement });
  if (node.kind === "bool") return [of(written === "true" ? "false" : "true")];
  if (node.kind !== "number" || typeOf(node).startsWith("address")) return [];
  const zero = /^int_const 0\b/.test(typeOf(node));
  return [of(`(${written} + 1)`), ...(zero ? [] : [of(`(${written} - 1)`)])];
}

/** Two neighbouring arguments of one type, exchanged. */
function exchanged({ node, text }: Site): Edit[] {
  if (node.kind === "typeConversion") return [];
  const given = children(node, "arguments");
  return given.flatMap((first, index): Edit[] => {
    const second = given[index + 1];
    if (second === undefined || typeOf(first) !== typeOf(second) || typeOf(first).startsWith("int_const"))
      return [];
    const [one, other] = [text.of(first), text.of(second)];
    if (one === other) return [];
    const between = text.slice(rangeOf(first).end, rangeOf(second).start);
    const span = { start: rangeOf(first).start, end: rangeOf(second).end };
    return [{ operator: "arguments", ...span, replacement: `${other}${between}${one}` }];
  });
}

/** Another value of the same type for what a function returns. */
function returned({ node, text }: Site): Edit[] {
  const value = optional(node, "expression");
  if (value === undefined || value.nodeType === "TupleExpression") return [];
  const { start, end } = rangeOf(value);
  const written = text.of(value);
  const of = (replacement: string): Edit[] =>
    replacement === written ? [] : [{ operator: "result", start, end, replacement }];
  const type = typeOf(value);
  if (type === "bool" && value.nodeType !== "Literal") {
    return [...of("true"), ...of("false")];
  }
  if (/^uint\d*$/.test(type)) return of("0");
  if (/^bytes\d+$/.test(type)) return of(`${type}(0)`);
  if (type === "address") return of("address(0)");
  return [];
}

/** Literals that stand for a type or a compiler's setting, not for a value. */
function isValue(around: readonly SyntaxNode[]): boolean {
  return !around.some(({ nodeType }) => nodeType === "ArrayTypeName" || nodeType === "PragmaDirective");
}

/** Every defect that this node can be given. */
export function editsOf(node: SyntaxNode, around: readonly SyntaxNode[], text: SourceText): readonly Edit[] {
  const site = { node, around, text };
  switch (node.nodeType) {
    case "BinaryOperation":
      return replaceOperator(site, child(node, "leftExpression"), child(node, "rightExpression"), "");
    case "Assignment":
      if (node.operator === "=") return [];
      return replaceOperator(site, child(node, "leftHandSide"), child(node, "rightHandSide"), "=");
    case "Conditional":
    case "WhileStatement":
      return invert(text, child(node, "condition"));
    case "IfStatement":
      return [...invert(text, child(node, "condition")), ...deletion(site)];
    case "ExpressionStatement":
    case "EmitStatement":
    case "RevertStatement":
      return deletion(site);
    case "Literal":
      return isValue(around) ? literal(site) : [];
    case "FunctionCall":
      return exchanged(site);
    case "ModifierInvocation": {
      if (node.kind !== "modifierInvocation") return [];
      return [{ operator: "modifier", ...rangeOf(node), replacement: "" }];
    }
    case "Return":
      return returned(site);
    default:
      return node.nodeType.startsWith("Yul") ? assemblyEdits(node, around, text) : [];
  }
}
