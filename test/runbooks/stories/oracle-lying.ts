import { expect } from "chai";
import { readVariables } from "../../../src/governance/variables.ts";
import type { Story } from "../stories.ts";
import { assetId, contractsOf, otherFeeds, speak } from "../world.ts";

const HALF = 100_000_000_000n;

export const oracleLying: Story = {
  title: "the wrong price is halted at once, and the right one comes from other sources",

  async given(stage) {
    await stage.mocks.setPrice("eth", HALF);
    const { router } = contractsOf(stage);
    const { mode, mid } = await router.peek(assetId(stage, "eth"));
    expect([mode, mid]).to.deep.equal([3n, 1_000n * 10n ** 12n]);
  },

  tests: {
    async halted(stage) {
      const { router } = contractsOf(stage);
      expect((await router.peek(assetId(stage, "eth"))).mode).to.equal(0n);
    },
    async edit(stage) {
      const variables = await readVariables(stage.connection.ethers.provider, stage.addresses);
      const halt = variables.find(({ id }) => id === "router.halt.native");
      stage.edit("replace-sources-and-lift-halt.yaml", {
        ...(await otherFeeds(stage)),
        HALTED_UNTIL: String(halt?.value),
      });
    },
    async right(stage) {
      const { router } = contractsOf(stage);
      await speak(stage);
      const { mode, mid } = await router.peek(assetId(stage, "eth"));
      expect([mode, mid]).to.deep.equal([3n, 2_000n * 10n ** 12n]);
    },
  },
};
