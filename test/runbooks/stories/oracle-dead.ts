import { expect } from "chai";
import type { Story } from "../stories.ts";
import { assetId, contractsOf, ETHER, otherFeeds, PHASE, speak, withdraw } from "../world.ts";

export const oracleDead: Story = {
  title: "an urgent exit is endorsed, and the price comes from other sources",

  async given(stage) {
    for (const feed of stage.mocks.feeds.eth ?? []) await (await feed.fallIll(1)).wait();
    const exit = await withdraw(stage, "customer", ETHER / 10n, stage.person("customer").wallet.address);
    stage.words.set("EXIT", exit ?? "");
    stage.edit("endorse.yaml", { EXIT_ID: exit ?? "" });
    stage.edit("replace-sources.yaml", await otherFeeds(stage));
  },

  tests: {
    async dead(stage) {
      const { router } = contractsOf(stage);
      expect((await router.peek(assetId(stage, "eth"))).mode).to.equal(0n);
    },
    async endorsed(stage) {
      const { vault } = contractsOf(stage);
      expect((await vault.openOf(stage.words.get("EXIT") ?? "")).phase).to.equal(PHASE.ENDORSED);
    },
    async alive(stage) {
      const { router } = contractsOf(stage);
      await speak(stage);
      const { mode, mid } = await router.peek(assetId(stage, "eth"));
      expect([mode, mid]).to.deep.equal([3n, 2_000n * 10n ** 12n]);
    },
  },
};
