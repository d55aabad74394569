import { dollars, formatUsd } from "../../core/money.ts";
import { DAY, PARAMETERS } from "../parameters.ts";
import { moment, type Step } from "./scene.ts";

const LARGER = dollars(5_000n);

/** A signed attestation lifts the tier, but not before it could be revoked. */
export const attestation: Step = {
  id: "attestation",
  title: "An attestation lifts the tier, after its delay",
  async play(scene) {
    const { name, perDay } = PARAMETERS.tiers[1];
    const before = await scene.explain(LARGER, scene.wallet);
    const attested = await scene.stage.offices.attest(scene.alice, 1);
    const signed = scene.now;
    scene.count(attested);
    scene.say(
      `An attestor has seen Alice's papers and signs: ${name}. It will count from ${moment(signed + DAY)} on.`,
    );
    scene.promise("the attestation is taken", attested.ok);
    scene.promise(`${formatUsd(LARGER)} was too much for her`, before.reasons.includes("ABOVE_SINGLE_LIMIT"));

    await scene.until(signed + DAY - 1);
    scene.promise("a second before the delay is over nothing has changed", (await scene.tier()) === 0);
    await scene.until(signed + DAY);
    scene.promise("then the tier is in force", (await scene.tier()) === 1);
    const { seasonsAt } = await scene.seasoning();
    await scene.until(seasonsAt);
    const told = await scene.explain(LARGER, scene.wallet);
    scene.say(`It is ${moment(scene.now)}: she may take out ${formatUsd(told.limit)} a day at once.`);
    const answer = await scene.withdraw(LARGER, scene.wallet);
    scene.promise("the limit is the tier's", told.limit === perDay);
    scene.promise("what was too much is now instant", answer.verdict === "paid");
    scene.figure("before", formatUsd(before.limit));
    scene.figure("after", formatUsd(told.limit));
  },
};
