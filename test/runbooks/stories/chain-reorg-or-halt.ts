import { expect } from "chai";
import type { Story } from "../stories.ts";
import { assetId, contractsOf, DAY, heldUntil } from "../world.ts";

export const chainReorgOrHalt: Story = {
  title: "what the chain forgot is sent again with the same signatures, and prices are read anew",

  async given(stage) {
    const { provider } = stage.connection;
    const customer = stage.person("customer").wallet.address;
    stage.edit("hold-customer.yaml", { CUSTOMER: customer });
    await stage.must("./strongroom gov propose docs/runbooks/changes/hold-customer.yaml --network NETWORK");
    const sign =
      "./strongroom gov sign PROPOSAL --network NETWORK --keystore KEYSTORE --expect HASH --reviewed";
    await Promise.all(stage.actors("guardian").map((owner) => stage.must(sign, owner)));
    const before = await provider.request({ method: "evm_snapshot" });
    await stage.must("./strongroom gov execute PROPOSAL --network NETWORK");
    expect(await heldUntil(stage, customer)).to.be.greaterThan(0);
    // Another branch without the block of the hold, and no block for an hour and a half.
    await provider.request({ method: "evm_revert", params: [before] });
    await stage.wait(5_400);
    expect(await heldUntil(stage, customer)).to.equal(0);
  },

  tests: {
    async again(stage) {
      const customer = stage.person("customer").wallet.address;
      expect(await heldUntil(stage, customer)).to.be.greaterThan((await stage.now()) + 6 * DAY);
    },
    async feeds(stage) {
      const { router } = contractsOf(stage);
      expect((await router.peek(assetId(stage, "eth"))).mode).to.equal(0n);
      await stage.mocks.refreshPrices();
    },
    async priced(stage) {
      const { router } = contractsOf(stage);
      expect((await router.peek(assetId(stage, "eth"))).mode).to.equal(3n);
    },
  },
};
