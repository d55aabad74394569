import { TerminalError } from "../../core/errors.ts";
import { dollars, formatUsd } from "../../core/money.ts";
import { DAY, HOUR } from "../parameters.ts";
import { formatSpan } from "../report.ts";
import { walletOf } from "../stage.ts";
import type { Queued, Step } from "./scene.ts";

const ASKED = dollars(300n);
const SILENCE = DAY + HOUR;

/** Without a price nothing is instant; what waits still leaves, and what is asked for can be taken back. */
export function feedDies(kept: () => Queued | undefined): Step {
  return {
    id: "feed-dies",
    title: "The price feed dies, exits queue, nothing is trapped",
    async play(scene) {
      const { stage } = scene;
      const waiting = kept();
      if (waiting === undefined) throw new TerminalError("NOTHING_WAITS", "The earlier exit was not queued");
      stage.feeds.fallSilent();
      await scene.until(scene.now + SILENCE);
      scene.say(`The price feeds have been silent for ${formatSpan(SILENCE)}.`);

      const before = await scene.balance();
      const answer = await scene.withdraw(ASKED, scene.wallet);
      scene.promise("exits queue", answer.verdict === "queued");
      if (answer.verdict !== "queued") return;
      scene.promise("because there is no price to trust", answer.reasons.includes("PRICE_NOT_NORMAL"));
      const cancelled = await scene.cancel(answer.exit);
      scene.say(`Alice thinks better of it and cancels: ${formatUsd(ASKED)} is back.`);
      scene.promise("cancel asks no oracle", cancelled.ok && (await scene.balance()) === before);

      await scene.until(waiting.late);
      const released = await scene.release(waiting);
      const arrived = await walletOf(stage, "usd", scene.newWallet);
      const amount = dollars(200n);
      scene.say(
        `The exit of ${formatUsd(amount)} to her new wallet has matured, and anyone releases it: paid.`,
      );
      scene.promise("release asks no oracle", released.ok && arrived === scene.units(amount));
      scene.figure("silentFor", formatSpan(SILENCE));
      scene.figure("released", formatUsd(amount));
    },
  };
}
