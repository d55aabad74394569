import { expect } from "chai";
import type { RouteStory } from "../route-stories.ts";

export const payoutStuck: RouteStory = {
  title: "a payment that pays too little is replaced and paid once, another one comes back",

  async given(stage) {
    await stage.start();
    // Blocks take nothing that pays what is usual.
    stage.world.foreign.floor = 14;
    const message = stage.request();
    await stage.until("it is authorised", () => stage.statusOf(message) === "AUTHORISED");
    await stage.wait(600);
    stage.words.set("MESSAGE", message);
  },

  tests: {
    async shown(stage) {
      const message = stage.words.get("MESSAGE") ?? "";
      expect(stage.said("relay status")).to.match(/payment: \w+ on bip122:\w+, sent/);
      expect(stage.said("relay explain")).to.include("The payment waits for a block.");
      expect(await stage.metric("oldest_age_seconds")).to.be.greaterThan(500);
      expect([stage.paymentsOf(message), stage.statusOf(message)]).to.deep.equal([0, "AUTHORISED"]);
    },
    async hastened(stage) {
      await stage.restart(({ foreign, ...rest }: { foreign: object }) => ({
        ...rest,
        foreign: { ...foreign, patience: 60_000 },
      }));
      await stage.wait(180);
    },
    async paid(stage) {
      const message = stage.words.get("MESSAGE") ?? "";
      await stage.ends(message, "SETTLED");
      expect(stage.paymentsOf(message)).to.equal(1);
      expect(stage.said("relay status").match(/payment: /g)).to.have.length(2);
      // Dearer than all that the next one will offer in its first minutes.
      stage.world.foreign.floor = 1_000;
      const hopeless = stage.request();
      await stage.until("it is authorised", () => stage.statusOf(hopeless) === "AUTHORISED");
      await stage.wait(60);
      stage.words.set("HOPELESS", hopeless);
    },
    async voided(stage) {
      const { foreign } = stage.world;
      const sent = [...foreign.pool.values()].filter(({ kind }) => kind === "payout");
      expect(sent).to.have.length(1);
      // Blocks take what pays more than that.
      foreign.floor = Math.max(...sent.map(({ rate }) => rate)) + 1;
      const hopeless = stage.words.get("HOPELESS") ?? "";
      await stage.ends(hopeless, "VOIDED");
      expect(stage.paymentsOf(hopeless)).to.equal(0);
      await stage.wait(120);
    },
  },
};
