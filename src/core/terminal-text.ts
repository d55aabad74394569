/** Characters that a terminal obeys or that turn the direction of what follows: control, format, line and paragraph marks. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Text as a terminal may print it: words from elsewhere can't rewrite the screen, and can't show their letters in another
 * order than they are. Line breaks and tabs stay.
 */
export function terminalText(text: string): string {
  return text.replaceAll(UNSEEN, (character) => (character === "\n" || character === "\t" ? character : "?"));
}

/** The same in one line. */
export function terminalLine(text: string): string {
  return terminalText(text).replaceAll(/\s+/g, " ");
}

/** Whether a text is one line of nothing but seen characters. */
export function isTerminalLine(text: string): boolean {
  return !/[\n\t]/.test(text) && terminalText(text) === text;
}

/** JSON for a terminal: the same content, unseen characters spelled as escapes. */
export function terminalJson(json: string): string {
  return json.replaceAll(UNSEEN, (character) =>
    character === "\n"
      ? character
      : [...Array(character.length).keys()]
          .map((unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`)
          .join(""),
  );
}
