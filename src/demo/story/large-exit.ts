import { dollars, formatUsd } from "../../core/money.ts";
import { callOf } from "../chain.ts";
import { PARAMETERS } from "../parameters.ts";
import { formatSpan } from "../report.ts";
import { addressOf } from "../stage.ts";
import type { Step } from "./scene.ts";

const LARGE = dollars(20_000n);
const ASIDE = dollars(100n);

/** Someone with Alice's key tries to take everything; she notices, and cancels. */
export const largeExit: Step = {
  id: "large-exit",
  title: "A large exit is queued, held by the guardian, cancelled by its owner",
  async play(scene) {
    const { stage, alice } = scene;
    const { holdSeconds } = PARAMETERS.guardian;
    const before = await scene.balance();
    const answer = await scene.withdraw(LARGE, scene.wallet);
    scene.promise("it is queued", answer.verdict === "queued");
    if (answer.verdict !== "queued") return;
    scene.promise("because it is more than one exit may be", answer.reasons.includes("ABOVE_SINGLE_LIMIT"));

    const hold = await stage.governance.propose({
      title: "Hold Alice's account",
      reason: "A large exit that is not like her",
      changes: [{ kind: "hold", subject: alice, for: `${holdSeconds} s` }],
    });
    const held = await stage.governance.advance(hold);
    scene.spend(held.gas);
    scene.say(`Two guardians find it odd and hold Alice's account for ${formatSpan(holdSeconds)}.`);
    scene.promise("the guardian Safe can hold", held.did === "acted");

    scene.say("Whoever has her key tries to get round it through another account.");
    const transfer = scene.vault("transfer", [
      addressOf("accomplice"),
      stage.assets.usd.id,
      scene.units(ASIDE),
    ]);
    const round = await scene.act(alice, transfer);
    scene.promise("a held account can't move money", !round.ok && round.refusal.name === "Vault_Held");
    const steal = callOf("guardian", stage.guardian, "hold", [addressOf("anyone"), holdSeconds]);
    const alone = await stage.chain.send(addressOf("anyone"), steal);
    scene.promise("nobody else can hold anyone", !alone.ok && alone.refusal.name === "Guardian_NotAKey");

    const cancelled = await scene.cancel(answer.exit);
    const after = await scene.balance();
    scene.say(
      `Alice cancels the exit, which a hold never stops: ${formatUsd(LARGE)} is back in her account.`,
    );
    scene.promise("the owner can cancel while held", cancelled.ok);
    scene.promise("she has everything back", after === before);
    const lift = await stage.governance.propose({
      title: "Lift the hold on Alice's account",
      reason: "She has changed her key",
      changes: [{ kind: "lift", subject: alice }],
    });
    const lifted = await stage.governance.advance(lift);
    scene.spend(lifted.gas);
    scene.say("She has changed her key; the guardians lift the hold.");
    scene.promise("the guardian Safe can lift", lifted.did === "acted");
    scene.figure("queued", formatUsd(LARGE));
    scene.figure("back", after === before);
  },
};
