import { expect } from "chai";
import type { RouteStory } from "../route-stories.ts";

export const finalityBroken: RouteStory = {
  title: "nothing goes on until somebody resumes, and what was taken back is paid once",

  async given(stage) {
    await stage.start();
    const message = stage.request();
    await stage.until("it is paid", () => stage.paymentsOf(message) === 1);
    // Its block, and what was final below it, are taken back; its transaction isn't forgotten.
    await stage.wait(30);
    const { foreign } = stage.world;
    foreign.reorganise(foreign.loose + 6, 0, 0);
    await stage.wait(60);
    stage.words.set("MESSAGE", message);
  },

  tests: {
    async broken(stage) {
      expect(stage.said("relay status")).to.match(
        /FINALITY_BROKEN: bip122:\w+ took back block \d+, which was final/,
      );
      // Also what nothing of it concerns stands still.
      const other = stage.request();
      await stage.wait(600);
      expect(stage.statusOf(other)).to.equal("REQUESTED");
      stage.words.set("OTHER", other);
    },
    quiet: (stage) => stage.wait(120),
    async resumed(stage) {
      for (const word of ["MESSAGE", "OTHER"]) {
        const id = stage.words.get(word) ?? "";
        await stage.ends(id, "SETTLED");
        expect(stage.paymentsOf(id), word).to.equal(1);
      }
      await stage.wait(120);
    },
  },
};
