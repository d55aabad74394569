import { type Edit, folded, type GeneratedMutant, mutantId } from "./mutant.ts";
import { editsOf } from "./operators.ts";
import { optional, rangeOf, SourceText, type SyntaxNode, walk } from "./syntax.ts";

/** What an id takes as the mutant's surroundings: the innermost of these. */
const STATEMENT =
  /^(Yul)?(\w+Statement|VariableDeclaration|Assignment|If|Return)$|^(ModifierInvocation|FunctionDefinition)$/;

/** `Contract.function`, as far as there are any. */
function placeOf(around: readonly SyntaxNode[]): string {
  const names = around
    .filter(({ nodeType }) =>
      ["ContractDefinition", "FunctionDefinition", "ModifierDefinition"].includes(nodeType),
    )
    .map(({ name, kind }) => String(name || kind));
  return names.join(".");
}

/** Whether the compiler makes code of it: interfaces, and names of types, events and errors, have none. */
function hasCode(around: readonly SyntaxNode[]): boolean {
  return !around.some(
    ({ nodeType, contractKind }) =>
      contractKind === "interface" ||
      [
        "ImportDirective",
        "PragmaDirective",
        "EventDefinition",
        "ErrorDefinition",
        "StructDefinition",
      ].includes(nodeType),
  );
}

/** Every mutant of one source, in the order of the source: the same source always gives the same ones. */
export function mutantsOf(file: string, source: string, tree: SyntaxNode): readonly GeneratedMutant[] {
  const text = new SourceText(source);
  const seen = new Set<string>();
  const occurrences = new Map<string, number>();
  const mutants: GeneratedMutant[] = [];
  for (const { node, around } of walk(tree)) {
    if (!hasCode(around)) continue;
    const path = [...around, node];
    for (const edit of editsOf(node, around, text)) {
      // Two operators may agree on a replacement.
      const what = `${edit.start}:${edit.end}:${edit.replacement}`;
      if (seen.has(what)) continue;
      seen.add(what);
      mutants.push(named(file, text, path, edit, occurrences));
    }
  }
  return mutants;
}

/** A statement without the statements inside it. */
function headOf(statement: SyntaxNode, text: SourceText): string {
  const body = optional(statement, "trueBody") ?? optional(statement, "body");
  return body === undefined ? text.of(statement) : text.slice(rangeOf(statement).start, rangeOf(body).start);
}

function named(
  file: string,
  text: SourceText,
  path: readonly SyntaxNode[],
  edit: Edit,
  occurrences: Map<string, number>,
): GeneratedMutant {
  const statement = path.findLast(({ nodeType }) => STATEMENT.test(nodeType));
  const context = {
    file,
    within: placeOf(path),
    statement: statement === undefined ? "" : folded(headOf(statement, text)),
    operator: edit.operator,
    original: text.slice(edit.start, edit.end),
    replacement: edit.replacement,
  };
  const key = mutantId({ ...context, occurrence: 0 });
  const occurrence = occurrences.get(key) ?? 0;
  occurrences.set(key, occurrence + 1);
  return {
    ...edit,
    id: mutantId({ ...context, occurrence }),
    file,
    line: text.lineAt(edit.start),
    original: context.original,
    within: context.within,
  };
}
