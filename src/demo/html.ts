/** Markup that is safe to print as it stands. Only `html` and `join` make it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** What a template accepts: text is escaped, markup is not, lists are joined. */
export type Content = string | number | Markup | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
// What XML 1.0 forbids even as a reference, and the marks that reorder text.
const FORBIDDEN = /[\p{Cs}\p{Cn}]|(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/** Text for elements and quoted attributes; control characters and reordering marks become the replacement sign. */
export function escapeHtml(text: string): string {
  return text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

function printed(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (typeof content === "string") return escapeHtml(content);
  if (typeof content === "number") return String(content);
  return content.map((part) => part.text).join("");
}

/**
 * A template whose holes are escaped unless they are markup already.
 *
 * @example
 * html`<td>${incident.name}</td>`.text;
 */
export function html(parts: TemplateStringsArray, ...holes: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, index) => `${text}${printed(holes[index - 1] ?? "")}${part}`));
}

/** A coordinate with at most two decimals. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}
