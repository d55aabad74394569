import { expect } from "chai";
import { TerminalError } from "../../../src/core/errors.ts";
import type { RouteStory } from "../route-stories.ts";

export const deadLetter: RouteStory = {
  title: "what was refused is settled once it is taken up again, and what can't be paid is voided",

  async given(stage) {
    const refused = new Set<string>();
    stage.altered = (executor) => {
      const build = executor.build.bind(executor);
      executor.build = async (effect, ...rest) => {
        if (!refused.has(effect.id)) return build(effect, ...rest);
        throw new TerminalError("AMOUNT_DUST", "Nodes relay nothing so small any more");
      };
      return executor;
    };
    await stage.start();
    const isDead = (count: number) => async () => (await stage.metric("dead_letters")) === count;
    const unpayable = stage.request();
    refused.add(unpayable.slice(2));
    await stage.until("one can't be built", isDead(1));
    stage.scenario.signersRefuse = 1;
    const message = stage.request();
    await stage.until("signers refuse another", isDead(2));
    stage.words.set("MESSAGE", message).set("UNPAYABLE", unpayable);
  },

  tests: {
    shown(stage) {
      const listed = stage.said("relay status");
      for (const word of ["MESSAGE", "UNPAYABLE"]) expect(listed).to.include(stage.words.get(word));
      expect(listed).to.include("AMOUNT_DUST").and.to.include("2 for an operator");
      expect(stage.said("relay explain")).to.match(
        /It is a dead letter: .*\((SIGNING_REFUSED|SIGNER_CHEATED)\)/,
      );
    },
    mended(stage) {
      stage.scenario.signersRefuse = 0;
    },
    async settled(stage) {
      const message = stage.words.get("MESSAGE") ?? "";
      await stage.ends(message, "SETTLED");
      expect(stage.paymentsOf(message)).to.equal(1);
    },
    async voided(stage) {
      const unpayable = stage.words.get("UNPAYABLE") ?? "";
      await stage.ends(unpayable, "VOIDED");
      expect(stage.paymentsOf(unpayable)).to.equal(0);
      await stage.wait(120);
    },
  },
};
