import { dollars, formatUsd } from "../../core/money.ts";
import { releaseOf } from "../../governance/proposals/undo.ts";
import { callOf } from "../chain.ts";
import { DAY, HOUR, PARAMETERS } from "../parameters.ts";
import type { Step } from "./scene.ts";

const ASKED = dollars(250n);

/** An upgrade that behaves in its rehearsal and breaks later is undone from outside of its code. */
export const badUpgrade: Step = {
  id: "bad-upgrade",
  title: "An upgrade misbehaves and is rolled back from outside of its code",
  async play(scene) {
    const { stage } = scene;
    const spoilsAt = scene.now + PARAMETERS.timelockSeconds + DAY;
    const proposal = await stage.governance.propose({
      title: "A release with a flaw",
      reason: "It does all that is asked of it, for a day",
      deploy: { next: { contract: "SpoilingVault", arguments: ["$vaultImplementation", spoilsAt] } },
      changes: [{ kind: "upgrade", contract: "vault", to: "$next", sample: { accounts: [scene.alice] } }],
    });
    const [upgrade] = proposal.calls;
    const direct =
      upgrade === undefined
        ? undefined
        : await stage.offices.asCouncil({ to: upgrade.to, data: upgrade.data });
    scene.promise("signatures alone upgrade nothing", direct !== undefined && !direct.ok);
    scene.spend((await stage.governance.advance(proposal)).gas);
    await scene.until(scene.now + PARAMETERS.timelockSeconds);
    const executed = await stage.governance.advance(proposal);
    scene.spend(executed.gas);
    scene.say(
      "A release passes its rehearsal, old code and new answering alike, and runs for a day. It has a flaw.",
    );
    scene.promise("it is executed after the delay", executed.did === "executed");

    await scene.until(spoilsAt + HOUR);
    const before = await stage.chain.send(scene.alice, scene.vault("setDestination", [stage.app, true]));
    scene.say("Every call of the vault fails: deposits, exits, views.");
    scene.promise("the vault is bricked", !before.ok);

    const release = releaseOf(proposal);
    const rollback = callOf("upgradeController", stage.upgradeController, "rollback", [release]);
    const byCouncil = await stage.offices.asCouncil(rollback);
    scene.promise("the council can't roll back: it has a Safe of its own", !byCouncil.ok);
    const undoing = await stage.governance.propose({
      title: "Roll the release back",
      reason: "Every call of the Vault fails",
      changes: [{ kind: "roll-back", release }],
    });
    const back = await stage.governance.advance(undoing);
    scene.spend(back.gas);
    scene.say("The rollback Safe points the proxy back, at once. The broken code is never asked.");
    scene.promise("the rollback succeeds", back.did === "acted");
    const twice = await stage.offices.asRollback(rollback);
    scene.promise("once", !twice.ok);

    const answer = await scene.withdraw(ASKED, scene.wallet);
    scene.promise(
      "nothing is instant until governance has looked",
      answer.verdict === "queued" && answer.reasons.includes("INSTANT_CLOSED"),
    );
    if (answer.verdict !== "queued") return;
    const cancelled = await scene.cancel(answer.exit);
    const opening = await stage.governance.propose({
      title: "Open instant exits",
      reason: "The flaw is gone and the books agree",
      changes: [{ kind: "open-instant" }],
    });
    scene.spend((await stage.governance.advance(opening)).gas);
    await scene.until(scene.now + PARAMETERS.timelockSeconds);
    const opened = await stage.governance.advance(opening);
    scene.spend(opened.gas);
    const again = await scene.withdraw(ASKED, scene.wallet);
    scene.promise(
      "everything works as before",
      cancelled.ok && opened.did === "executed" && again.verdict === "paid",
    );
    scene.figure("paid", formatUsd(ASKED));
  },
};
