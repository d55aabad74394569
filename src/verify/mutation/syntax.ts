/** A node of solc's syntax tree; its fields depend on its type. */
export interface SyntaxNode {
  readonly nodeType: string;
  /** `start:length:source`, in bytes. */
  readonly src: string;
  readonly [field: string]: unknown;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

/** A field that must be a node. */
export function child(node: SyntaxNode, field: string): SyntaxNode {
  const value = node[field];
  if (!isNode(value)) throw new TypeError(`${node.nodeType} has no node "${field}"`);
  return value;
}

/** A field's node, or undefined where the source leaves it out. */
export function optional(node: SyntaxNode, field: string): SyntaxNode | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

/** A field's nodes; holes, as in `(a, , b)`, are left out. */
export function children(node: SyntaxNode, field: string): readonly SyntaxNode[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The compiler's name of an expression's type, "" for what has none. */
export function typeOf(node: SyntaxNode): string {
  const type = node.typeDescriptions as { typeString?: string | null } | undefined;
  return type?.typeString ?? "";
}

/** A node's bytes in its source. */
export function rangeOf(node: SyntaxNode): { start: number; end: number } {
  const [start = 0, length = 0] = node.src.split(":").map(Number);
  return { start, end: start + length };
}

/** Every node below and including `node` in the order of the source, with those around it, the nearest last. */
export function* walk(
  node: SyntaxNode,
  around: readonly SyntaxNode[] = [],
): Generator<{ node: SyntaxNode; around: readonly SyntaxNode[] }> {
  yield { node, around };
  const inside = [...around, node];
  const below = Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
    .sort((a, b) => rangeOf(a).start - rangeOf(b).start);
  for (const next of below) yield* walk(next, inside);
}

/** A source's bytes, read by node. */
export class SourceText {
  readonly #bytes: Buffer;

  constructor(source: string) {
    this.#bytes = Buffer.from(source);
  }

  slice(start: number, end: number): string {
    return this.#bytes.subarray(start, end).toString();
  }

  of(node: SyntaxNode): string {
    const { start, end } = rangeOf(node);
    return this.slice(start, end);
  }

  /** From 1. */
  lineAt(position: number): number {
    let line = 1;
    for (let i = 0; i < position; i++) if (this.#bytes[i] === 0x0a) line++;
    return line;
  }

  /** Where a statement ends: behind its semicolon, which the compiler doesn't count as its part. */
  endOfStatement(node: SyntaxNode): number {
    const { end } = rangeOf(node);
    const rest = this.slice(end, end + 200);
    const gap = rest.match(/^\s*;/)?.[0];
    return gap === undefined ? end : end + Buffer.byteLength(gap);
  }

  /** The bytes of `token` between two neighbours, comments aside. */
  tokenBetween(
    left: SyntaxNode,
    right: SyntaxNode,
    token: string,
  ): { start: number; end: number } | undefined {
    const from = rangeOf(left).end;
    const gap = this.slice(from, rangeOf(right).start);
    const code = gap.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, (comment) =>
      " ".repeat(Buffer.byteLength(comment)),
    );
    const at = code.indexOf(token);
    return at < 0 ? undefined : { start: from + at, end: from + at + token.length };
  }
}
