import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { deal, pointText } from "../../../src/signing/frost/dealing.ts";
import type { RouteStory } from "../route-stories.ts";

/** It was given its address after the backup. */
const FORGOTTEN = `0x${"f0".repeat(20)}`;

/** The coins' group, from whose key addresses come. */
function groupText(): string {
  const members = ["anna", "ben", "cem"].map((name, at) => ({ name, index: at + 1 }));
  const commitments = deal(2, randomBytes, 7n).commitments.map(pointText);
  return JSON.stringify({ version: 1, key: "coins", use: "transaction", threshold: 2, members, commitments });
}

export const journalLost: RouteStory = {
  title: "a journal from before knows what was done since, and nothing is paid again",

  async given(stage) {
    await stage.start();
    const [before, waits] = [stage.request(), stage.request()];
    await stage.ends(before, "SETTLED");
    await stage.ends(waits, "SETTLED");
    stage.words.set("JOURNAL", "--file relay.journal").set("BACKUP", "backup.journal");
    const kept = await stage.run("./strongroom journal backup JOURNAL --out BACKUP");
    expect(kept.code, kept.output).to.equal(0);
    const since = stage.request();
    await stage.ends(since, "SETTLED");
    // Blocks that are dear leave the last one authorised and sent, and not paid.
    stage.world.foreign.floor = 14;
    const unpaid = stage.request();
    await stage.until("it is authorised", () => stage.statusOf(unpaid) === "AUTHORISED");
    await stage.wait(60);
    stage.words.set("BEFORE", before).set("SINCE", since).set("UNPAID", unpaid);
    await stage.stop({ killed: true });
    for (const file of ["relay.journal", "relay.journal-wal", "relay.journal-shm"])
      writeFileSync(stage.at(file), "the disk is gone");
    stage.words.set("RESTORED", "--file restored.journal");
  },

  tests: {
    damaged(stage) {
      expect(stage.said("journal check")).to.include("STORE_DAMAGED");
    },
    async stopped(stage) {
      await stage.stop();
      writeFileSync(stage.at("coins.json"), groupText());
      const { unnamed, foreign } = stage.world;
      stage.words.set("ACCOUNT", FORGOTTEN).set("HEIGHT", String(foreign.blocks.length));
      unnamed.add(FORGOTTEN);
      stage.send({ kind: "deposit", account: FORGOTTEN, amount: "40" });
    },
    async started(stage) {
      await stage.restart((config: object) => ({ ...config, journal: { file: "restored.journal" } }));
      await stage.wait(120);
    },
    async once(stage) {
      stage.world.foreign.floor = 0;
      const later = stage.request();
      await stage.ends(stage.words.get("UNPAID") ?? "", "SETTLED");
      await stage.ends(later, "SETTLED");
      for (const id of [
        stage.words.get("BEFORE") ?? "",
        stage.words.get("SINCE") ?? "",
        stage.words.get("UNPAID") ?? "",
        later,
      ])
        expect(stage.paymentsOf(id)).to.equal(1);
      const { stdout } = await stage.run(
        `./strongroom relay explain ${stage.words.get("SINCE")} --config ROUTE`,
      );
      expect(stdout).to.include("It has ended: settled");
    },
    async watched(stage) {
      const { unnamed, home } = stage.world;
      const isCredited = () =>
        [...home.gateway.deposits.values()].some(({ account }) => account === FORGOTTEN);
      expect(stage.said("relay watch")).to.match(/^ltc1/);
      expect(isCredited(), "nobody looked for it").to.equal(false);
      unnamed.delete(FORGOTTEN);
      await stage.until("it is credited", isCredited);
    },
  },
};
