const WIDE = /\p{Script=Han}|[\u3000-\u303f\uff01-\uff60\uffe0-\uffe6\u201c\u201d]/u;

/** Columns that a text takes on a terminal: Chinese characters and full-width signs take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/**
 * A table for a terminal: columns as wide as their widest cell, two spaces between, a line under the head.
 *
 * @example
 * textTable(["Name", "Value"], [["delay", "2 d 0 h"]]);
 */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[column] ?? ""))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((text, column) => text + " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(text))))
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}
