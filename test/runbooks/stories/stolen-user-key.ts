import { expect } from "chai";
import { Wallet } from "ethers";
import type { Story } from "../stories.ts";
import { assetId, contractsOf, DAY, ETHER, heldUntil, refusal, withdraw } from "../world.ts";

export const stolenUserKey: Story = {
  title: "the thief's exit never leaves, and the customer has everything in a new account",

  async given(stage) {
    const { address } = stage.person("customer").wallet;
    const thief = stage.person("thief").wallet.address;
    const exit = await withdraw(stage, "customer", 2n * ETHER, thief);
    stage.words
      .set("CUSTOMER", address)
      .set("NEW_ACCOUNT", Wallet.createRandom().address)
      .set("EXITS", exit ?? "none");
    expect(exit, "a new destination queues").to.match(/^0x/);
    stage.edit("hold-customer.yaml", { CUSTOMER: address });
    stage.edit("extend-customer.yaml", { CUSTOMER: address });
  },

  tests: {
    async held(stage) {
      const { vault } = contractsOf(stage);
      const customer = stage.person("customer").wallet.address;
      expect(await heldUntil(stage, customer)).to.be.greaterThan((await stage.now()) + 6 * DAY);
      const move = vault
        .connect(stage.wallet("customer"))
        .transfer.staticCall(stage.person("thief").wallet.address, assetId(stage, "eth"), 1n);
      expect(await refusal(move, vault)).to.equal("Vault_Held");
    },
    async extended(stage) {
      const customer = stage.person("customer").wallet.address;
      expect(await heldUntil(stage, customer)).to.be.greaterThan((await stage.now()) + 30 * DAY);
    },
    async recovered(stage) {
      const { vault } = contractsOf(stage);
      const eth = assetId(stage, "eth");
      const [customer = "", haven = "", exit = ""] = ["CUSTOMER", "NEW_ACCOUNT", "EXITS"].map(
        (word) => stage.words.get(word) ?? "",
      );
      expect(await vault.balanceOf(customer, eth)).to.equal(0n);
      expect(await vault.balanceOf(haven, eth)).to.equal(10n * ETHER);
      expect((await vault.openOf(exit)).phase).to.equal(0n);
      // In cents, plus one: nothing at once.
      expect((await vault.subjectRecord(customer)).cap).to.equal(1n);
    },
  },
};
