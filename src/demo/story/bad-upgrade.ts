import { id as hashOf } from "ethers";
import { dollars, formatUsd } from "../../core/money.ts";
import { NEVER } from "../../governance/parameters.ts";
import { vaultProbes } from "../../governance/release.ts";
import { callOf } from "../chain.ts";
import { DAY, HOUR, PARAMETERS } from "../parameters.ts";
import type { Scene, Step } from "./scene.ts";

const ASKED = dollars(250n);

/** What a release of one new implementation says: the code, and the views that must answer alike before and after. */
async function releaseOf(scene: Scene, spoilsAt: number): Promise<readonly unknown[]> {
  const { stage } = scene;
  const code = await stage.spoiling(spoilsAt);
  const step = [stage.vault, 0, stage.vaultImplementation, code.address, code.codehash, "0x"];
  const probes = await vaultProbes(stage.chain, stage.vault, { accounts: [scene.alice], exits: [] });
  return [[step], [], probes, false, NEVER, hashOf("a release with a flaw")];
}

/** An upgrade that behaves in its rehearsal and breaks later is undone from outside of its code. */
export const badUpgrade: Step = {
  id: "bad-upgrade",
  title: "An upgrade misbehaves and is rolled back from outside of its code",
  async play(scene) {
    const { stage } = scene;
    const spoilsAt = scene.now + PARAMETERS.timelockSeconds + DAY;
    const release = await releaseOf(scene, spoilsAt);
    const upgrade = callOf("upgradeController", stage.upgradeController, "upgrade", [release]);
    const direct = await stage.offices.asCouncil(upgrade);
    scene.promise("signatures alone upgrade nothing", !direct.ok);
    const { outcome, proposal } = await stage.offices.propose([upgrade], "a release with a flaw");
    scene.count(outcome);
    await scene.until(scene.now + PARAMETERS.timelockSeconds);
    const executed = await stage.offices.execute(proposal);
    const events = scene.count(executed);
    const released = events?.find((event) => event.name === "ReleaseExecuted");
    scene.say(
      "A release passes its rehearsal, old code and new answering alike, and runs for a day. It has a flaw.",
    );
    scene.promise("it is executed after the delay", released !== undefined);
    if (released === undefined) return;

    await scene.until(spoilsAt + HOUR);
    const before = await stage.chain.send(scene.alice, scene.vault("setDestination", [stage.app, true]));
    scene.say("Every call of the vault fails: deposits, exits, views.");
    scene.promise("the vault is bricked", !before.ok);

    const id = released.args.getValue("id") as string;
    const rollback = callOf("upgradeController", stage.upgradeController, "rollback", [id]);
    const byCouncil = await stage.offices.asCouncil(rollback);
    scene.promise("the council can't roll back: it has a Safe of its own", !byCouncil.ok);
    const back = await stage.offices.asRollback(rollback);
    scene.count(back);
    scene.say("The rollback Safe points the proxy back, at once. The broken code is never asked.");
    scene.promise("the rollback succeeds", back.ok);
    const twice = await stage.offices.asRollback(rollback);
    scene.promise("once", !twice.ok);

    const answer = await scene.withdraw(ASKED, scene.wallet);
    scene.promise(
      "nothing is instant until governance has looked",
      answer.verdict === "queued" && answer.reasons.includes("INSTANT_CLOSED"),
    );
    if (answer.verdict !== "queued") return;
    const cancelled = await scene.cancel(answer.exit);
    const open = await stage.offices.propose([scene.vault("openInstant", [NEVER])], "open instant exits");
    await scene.until(scene.now + PARAMETERS.timelockSeconds);
    const opened = await stage.offices.execute(open.proposal);
    scene.count(opened);
    const again = await scene.withdraw(ASKED, scene.wallet);
    scene.promise("everything works as before", cancelled.ok && opened.ok && again.verdict === "paid");
    scene.figure("paid", formatUsd(ASKED));
  },
};
