import { cents, dollars, formatUsd, formatUsdShort } from "../../core/money.ts";
import { PARAMETERS } from "../parameters.ts";
import { formatSpan } from "../report.ts";
import type { Step } from "./scene.ts";

const ASKED = dollars(500n);

/** Before any money has moved, an unknown account can ask what it would be allowed to do. */
export const unverified: Step = {
  id: "unverified",
  title: "An unverified account is told what it may do",
  async play(scene) {
    const { perDay, lateSeconds, name } = PARAMETERS.tiers[0];
    const told = await scene.explain(ASKED, scene.wallet);
    const waits = told.late - scene.now;
    scene.say(`Nobody has vouched for Alice: her account is ${name}.`);
    scene.say(
      `  She may take out ${formatUsd(told.limit)} a day at once, from a limit of ${formatUsdShort(PARAMETERS.unverifiedPoolPerDay)} that all like her share.`,
    );
    scene.say(
      `  Anything else waits ${formatSpan(waits)} and is hers then: nothing is ever refused for being too much.`,
    );
    scene.say(`  ${formatUsd(ASKED)} would wait today, because ${told.because}.`);
    scene.promise("her tier is the lowest", (await scene.tier()) === 0);
    scene.promise("she is told her limit", told.limit === perDay);
    scene.promise("she is told how long the rest waits", waits === lateSeconds);
    scene.promise("a destination nobody knows is a reason", told.reasons.includes("NEW_DESTINATION"));
    scene.promise("she is told that nothing is instant yet", told.instantNow === cents(0n));
    scene.figure("instantPerDay", formatUsd(told.limit));
    scene.figure("waits", formatSpan(waits));
  },
};
