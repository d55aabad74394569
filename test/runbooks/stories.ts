import type { Stage } from "./stage.ts";
import { chainReorgOrHalt } from "./stories/chain-reorg-or-halt.ts";
import { committeeStolen } from "./stories/committee-stolen.ts";
import { guardianKeyStolen } from "./stories/guardian-key-stolen.ts";
import { oracleDead } from "./stories/oracle-dead.ts";
import { oracleLying } from "./stories/oracle-lying.ts";
import { proposalToVeto } from "./stories/proposal-to-veto.ts";
import { providerLying } from "./stories/provider-lying.ts";
import { readme } from "./stories/readme.ts";
import { signerLost } from "./stories/signer-lost.ts";
import { signersLost } from "./stories/signers-lost.ts";
import { stolenApp } from "./stories/stolen-app.ts";
import { stolenHotKey } from "./stories/stolen-hot-key.ts";
import { stolenUserKey } from "./stories/stolen-user-key.ts";
import { upgradeStuck } from "./stories/upgrade-stuck.ts";

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
  README: readme,
  "chain-reorg-or-halt": chainReorgOrHalt,
  "committee-stolen": committeeStolen,
  "guardian-key-stolen": guardianKeyStolen,
  "oracle-dead": oracleDead,
  "oracle-lying": oracleLying,
  "proposal-to-veto": proposalToVeto,
  "provider-lying": providerLying,
  "signer-lost": signerLost,
  "signers-lost": signersLost,
  "stolen-app": stolenApp,
  "stolen-hot-key": stolenHotKey,
  "stolen-user-key": stolenUserKey,
  "upgrade-stuck": upgradeStuck,
};
