import { expect } from "chai";
import { ZeroHash } from "ethers";
import { execute, operationOf } from "../../../src/governance/timelock.ts";
import { TimelockController__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { MockApp__factory } from "../../../typechain-types/factories/contracts/mocks/MockApp__factory.ts";
import type { Story } from "../stories.ts";
import { assetId, contractsOf, DAY, ETHER, heldUntil, payer, refusal, scheduled } from "../world.ts";

export const stolenApp: Story = {
  title: "what the app paid the thief stays, and the app takes nothing more",

  async given(stage) {
    const { vault } = contractsOf(stage);
    const sender = await payer(stage);
    const app = await new MockApp__factory(sender).deploy(stage.addresses.vault);
    const at = await app.getAddress();
    const register = {
      to: stage.addresses.vault,
      data: vault.interface.encodeFunctionData("setKind", [at, 1]),
    };
    await scheduled(stage, register);
    await stage.wait(2 * DAY);
    await execute(
      TimelockController__factory.connect(stage.addresses.timelock, sender),
      operationOf([register], ZeroHash),
    );
    const thief = stage.person("thief").wallet.address;
    await (await app.setPayTo(thief)).wait();
    await (
      await vault.connect(stage.wallet("customer")).callWith(at, [assetId(stage, "eth")], [3n * ETHER], "0x")
    ).wait();
    stage.words.set("RECEIVER", thief).set("APP", at);
    stage.edit("hold-customer.yaml", { CUSTOMER: thief });
    stage.edit("retire-app.yaml", { APP: at });
  },

  tests: {
    async held(stage) {
      const { vault } = contractsOf(stage);
      const thief = stage.wallet("thief");
      expect(await vault.balanceOf(thief.address, assetId(stage, "eth"))).to.equal(3n * ETHER);
      expect(await heldUntil(stage, thief.address)).to.be.greaterThan((await stage.now()) + 6 * DAY);
      const move = vault
        .connect(thief)
        .transfer.staticCall(stage.addresses.reserve, assetId(stage, "eth"), 1n);
      expect(await refusal(move, vault)).to.equal("Vault_Held");
    },
    async retired(stage) {
      const { vault } = contractsOf(stage);
      const app = stage.words.get("APP") ?? "";
      const push = vault
        .connect(stage.wallet("customer"))
        .callWith.staticCall(app, [assetId(stage, "eth")], [ETHER], "0x");
      expect(await refusal(push, vault)).to.equal("Vault_AppTakesNoPositions");
    },
  },
};
