import type { StepResult } from "../report.ts";
import { deposit, type Stage, unitsOf } from "../stage.ts";
import { attestation } from "./attestation.ts";
import { badUpgrade } from "./bad-upgrade.ts";
import { coldStorage } from "./cold-storage.ts";
import { depositArrives } from "./deposit.ts";
import { feedDies } from "./feed-dies.ts";
import { largeExit } from "./large-exit.ts";
import { loosening, tightening } from "./limits.ts";
import { netting } from "./netting.ts";
import { payments } from "./payments.ts";
import { OTHER_PEOPLE, OTHERS, type Queued, Scene, type Step } from "./scene.ts";
import { seizure } from "./seizure.ts";
import { newDestination, smallExit } from "./small-exits.ts";
import { twoFeedsDie } from "./two-feeds-die.ts";
import { unverified } from "./unverified.ts";

/** The steps in order. */
function steps(): Step[] {
  let waiting: Queued | undefined;
  return [
    unverified,
    depositArrives,
    smallExit,
    newDestination((exit) => {
      waiting = exit;
    }),
    largeExit,
    attestation,
    loosening,
    tightening,
    coldStorage,
    twoFeedsDie,
    badUpgrade,
    seizure,
    feedDies(() => waiting),
    payments,
    netting,
  ];
}

/**
 * Tells the story on a freshly deployed stage and checks every outcome that it promises. A step that breaks off counts as
 * broken; the others still run.
 */
export async function tellStory(stage: Stage, say: (line: string) => void): Promise<StepResult[]> {
  await stage.feeds.play();
  const others = unitsOf(stage, "usd", OTHERS, stage.feeds.price("usd"));
  await deposit(stage, "usd", others, OTHER_PEOPLE);
  const scene = new Scene(stage, (line) => say(`  ${line}`));
  const results: StepResult[] = [];
  for (const step of steps()) {
    say(step.title);
    try {
      await step.play(scene);
    } catch (error) {
      scene.promise(`the step ends: ${error instanceof Error ? error.message : String(error)}`, false);
    }
    results.push(scene.finish(step.id, step.title));
  }
  return results;
}
