import { expect } from "chai";
import { Wallet } from "ethers";
import type { Story } from "../stories.ts";
import { DAY, heldUntil } from "../world.ts";

const NOBODY = Wallet.createRandom().address;

export const readme: Story = {
  title: "everyone is held, and lifted",
  given: async () => {},
  tests: {
    async held(stage) {
      const left = (await heldUntil(stage, NOBODY)) - (await stage.now());
      expect(left).to.be.within(DAY - 600, DAY);
    },
    async lifted(stage) {
      expect(await heldUntil(stage, NOBODY)).to.equal(0);
    },
  },
};
