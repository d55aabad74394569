import type { Stage } from "./stage.ts";
import { guardianKeyStolen } from "./stories/guardian-key-stolen.ts";
import { proposalToVeto } from "./stories/proposal-to-veto.ts";
import { stolenUserKey } from "./stories/stolen-user-key.ts";

/** The emergency that a page is for, and what the test looks at where the page says so. */
export interface Story {
  /** What is true at the end, as a sentence. */
  readonly title: string;
  /** Makes the emergency, and says what stands for the page's words. */
  given(stage: Stage): Promise<void>;
  /** By the names of the page's markers. */
  readonly tests: Readonly<Record<string, (stage: Stage) => unknown>>;
}

/** By the names of their pages. */
export const STORIES: Readonly<Record<string, Story>> = {
  "stolen-user-key": stolenUserKey,
  "guardian-key-stolen": guardianKeyStolen,
  "proposal-to-veto": proposalToVeto,
};
