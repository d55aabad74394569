import { expect } from "chai";
import { Wallet } from "ethers";
import type { Story } from "../stories.ts";
import { attest, contractsOf, DAY, ETHER, heldUntil, refusal, withdraw } from "../world.ts";

const SUCCESSOR = Wallet.createRandom();

export const stolenHotKey: Story = {
  title: "the account is held, unverified and without instant exits, and another attestor has the role",

  async given(stage) {
    const account = stage.person("customer").wallet.address;
    const attestor = stage.person("attestor").wallet.address;
    await attest(stage, account, 3n);
    await stage.wait(DAY);
    await stage.mocks.refreshPrices();
    await withdraw(stage, "customer", 5n * ETHER, stage.person("thief").wallet.address);
    stage.words.set("HOT_ACCOUNT", account);
    stage.edit("hold-customer.yaml", { CUSTOMER: account });
    stage.edit("revoke-tier.yaml", { CUSTOMER: account });
    stage.edit("replace-attestor.yaml", { OLD_KEY: attestor, NEW_KEY: SUCCESSOR.address });
    expect((await contractsOf(stage).lens.standingOf(account)).tier).to.equal(3n);
  },

  tests: {
    async held(stage) {
      const account = stage.words.get("HOT_ACCOUNT") ?? "";
      expect(await heldUntil(stage, account)).to.be.greaterThan((await stage.now()) + 6 * DAY);
    },
    async unverified(stage) {
      const { lens } = contractsOf(stage);
      expect((await lens.standingOf(stage.words.get("HOT_ACCOUNT") ?? "")).tier).to.equal(0n);
    },
    async stopped(stage) {
      const { lens, registry } = contractsOf(stage);
      expect((await lens.standingOf(stage.words.get("HOT_ACCOUNT") ?? "")).cap).to.equal(0n);
      expect(await refusal(attest(stage, Wallet.createRandom().address, 3n), registry)).to.equal(
        "TierRegistry_LiftsSpent",
      );
    },
    async replaced(stage) {
      const { manager, registry } = contractsOf(stage);
      expect(await refusal(attest(stage, Wallet.createRandom().address, 1n), registry)).to.equal(
        "TierRegistry_NotAnAttestor",
      );
      const { ROLES } = await import("../../../src/governance/roles.ts");
      expect((await manager.hasRole(ROLES.ATTESTOR, SUCCESSOR.address)).isMember).to.equal(true);
    },
  },
};
