import { dollars, formatUsd } from "../../core/money.ts";
import { HOUR } from "../parameters.ts";
import type { Step } from "./scene.ts";

const ASKED = dollars(300n);
const LATER = dollars(200n);

/** One source is not believed alone; two that agree are. */
export const twoFeedsDie: Step = {
  id: "two-oracles",
  title: "Two of three price sources die: nothing is instant until two agree again",
  async play(scene) {
    const { feeds } = scene.stage;
    await feeds.kill("usd", 2);
    await scene.until(scene.now + HOUR);
    scene.say("Two of the three sources of the dollar's price revert. The third goes on.");
    const answer = await scene.withdraw(ASKED, scene.wallet);
    scene.promise("one source alone is not believed", answer.verdict === "queued");
    if (answer.verdict !== "queued") return;
    scene.promise(
      "and that is the only reason",
      answer.reasons.length === 1 && answer.reasons[0] === "PRICE_NOT_NORMAL",
    );
    const cancelled = await scene.cancel(answer.exit);
    scene.promise("what is asked for can be taken back", cancelled.ok);

    await feeds.kill("usd", 1);
    await scene.until(scene.now + HOUR);
    scene.say("One of them is back: two sources agree.");
    const again = await scene.withdraw(LATER, scene.wallet);
    scene.promise("two that agree are believed", again.verdict === "paid");
    await feeds.kill("usd", 0);
    scene.figure("queued", formatUsd(ASKED));
    scene.figure("paid", formatUsd(LATER));
  },
};
