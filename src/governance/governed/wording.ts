/** The same words in both languages of proposals and tables. */
export interface Wording {
  readonly en: string;
  readonly zh: string;
}

export type Language = keyof Wording;

/** Words in both languages; with one argument, words that are the same in both: an address, a number. */
export function wording(en: string, zh: string = en): Wording {
  return { en, zh };
}

export const LANGUAGES = ["en", "zh"] as const satisfies readonly Language[];
