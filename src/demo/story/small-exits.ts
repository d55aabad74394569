import { dollars, formatUsd } from "../../core/money.ts";
import { PARAMETERS } from "../parameters.ts";
import { walletOf } from "../stage.ts";
import { moment, type Queued, type Step } from "./scene.ts";

const SMALL = dollars(500n);
const ELSEWHERE = dollars(200n);

/** What the limits let through, once the money has seasoned and the destination is known. */
export const smallExit: Step = {
  id: "small-exit",
  title: "A small exit to a known destination is instant",
  async play(scene) {
    const { seasonsAt } = await scene.seasoning();
    await scene.until(seasonsAt);
    scene.say(`It is ${moment(scene.now)}: the money has seasoned, and the book knows her wallet.`);
    const answer = await scene.withdraw(SMALL, scene.wallet);
    const received = await walletOf(scene.stage, "usd", scene.wallet);
    scene.promise("it is paid at once", answer.verdict === "paid");
    scene.promise("her wallet has it", received === scene.units(SMALL));
    scene.figure("paid", formatUsd(SMALL));
  },
};

/** Kept for the end of the story, where it is released without a price. */
export function newDestination(keep: (exit: Queued) => void): Step {
  return {
    id: "new-destination",
    title: "A new destination waits",
    async play(scene) {
      const answer = await scene.withdraw(ELSEWHERE, scene.newWallet);
      scene.promise("it is queued", answer.verdict === "queued");
      if (answer.verdict !== "queued") return;
      keep(answer.exit);
      scene.promise(
        "for the one reason that the destination is new",
        answer.reasons.length === 1 && answer.reasons[0] === "NEW_DESTINATION",
      );
      const waits = answer.exit.late - scene.now;
      scene.promise("for as long as its tier waits", waits === PARAMETERS.tiers[0].lateSeconds);
      scene.figure("queued", formatUsd(ELSEWHERE));
      scene.figure("until", moment(answer.exit.late));
    },
  };
}
