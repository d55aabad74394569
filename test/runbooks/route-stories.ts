import type { Reader } from "./follow.ts";
import type { RouteStage } from "./route-stage.ts";
import { coinSignerLost } from "./route-stories/coin-signer-lost.ts";
import { deadLetter } from "./route-stories/dead-letter.ts";
import { finalityBroken } from "./route-stories/finality-broken.ts";
import { journalLost } from "./route-stories/journal-lost.ts";
import { nodesDisagree } from "./route-stories/nodes-disagree.ts";
import { payoutStuck } from "./route-stories/payout-stuck.ts";
import { walletEmpty } from "./route-stories/wallet-empty.ts";
import type { SignerStage } from "./signer-stage.ts";

/** As a `Story`, in a world without a deployment. */
export interface StoryIn<World extends Reader> {
  readonly title: string;
  given(stage: World): Promise<void>;
  readonly tests: Readonly<Record<string, (stage: World) => unknown>>;
}

/** On a route between simulated chains. */
export type RouteStory = StoryIn<RouteStage>;
/** Among signers that run. */
export type SignerStory = StoryIn<SignerStage>;

/** By the names of their pages. */
export const ROUTE_STORIES: Readonly<Record<string, RouteStory>> = {
  "dead-letter": deadLetter,
  "finality-broken": finalityBroken,
  "journal-lost": journalLost,
  "nodes-disagree": nodesDisagree,
  "payout-stuck": payoutStuck,
  "wallet-empty": walletEmpty,
};

/** By the names of their pages. */
export const SIGNER_STORIES: Readonly<Record<string, SignerStory>> = {
  "coin-signer-lost": coinSignerLost,
};
