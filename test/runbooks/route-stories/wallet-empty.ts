import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { dkgTerms, hold, person } from "../../signing/group-fixture.ts";
import type { RouteStory } from "../route-stories.ts";

export const walletEmpty: RouteStory = {
  title: "an output that the operator sends is a lane, and what waited for one is paid",

  async given(stage) {
    const people = ["anna", "ben"].map(person);
    const group = hold(dkgTerms(people, 2), people).get("anna")?.group;
    writeFileSync(stage.at("coins.json"), JSON.stringify(group?.text));
    await stage.start();
    // Both lanes are taken by payments that no block takes.
    stage.world.foreign.floor = 14;
    const busy = [stage.request(), stage.request()];
    for (const id of busy) await stage.until("authorised", () => stage.statusOf(id) === "AUTHORISED");
    const message = stage.request();
    await stage.wait(120);
    stage.words.set("MESSAGE", message);
  },

  tests: {
    async shown(stage) {
      expect(await stage.metric('free_tokens{side="foreign"')).to.equal(0);
      expect(stage.said("relay explain")).to.include("It waits, and is tried again: All lanes are in use");
    },
    async sent(stage) {
      expect(stage.said("relay wallet")).to.match(/^ltc1p\w+\nA lane is an output of exactly \d+ there/);
      // The chain's model has no other transaction that makes an anchor and pays nobody.
      stage.send({ kind: "void" });
      await stage.wait(120);
      stage.world.foreign.floor = 0;
    },
    async paid(stage) {
      const message = stage.words.get("MESSAGE") ?? "";
      await stage.ends(message, "SETTLED");
      expect(stage.paymentsOf(message)).to.equal(1);
      await stage.wait(120);
    },
  },
};
