import { expect } from "chai";
import { Wallet, ZeroAddress } from "ethers";
import { Safe } from "../../../src/governance/safe.ts";
import type { Stage } from "../stage.ts";
import type { Story } from "../stories.ts";
import { bySafe, contractsOf, DAY, heldUntil, refusal } from "../world.ts";

const holdEveryone = (stage: Stage, seconds: number) => ({
  to: stage.addresses.guardian,
  data: contractsOf(stage).guardian.interface.encodeFunctionData("hold", [ZeroAddress, seconds]),
});

/** Nobody in particular is held for as long as everyone is. */
const heldForEveryone = (stage: Stage): Promise<number> => heldUntil(stage, Wallet.createRandom().address);

export const guardianKeyStolen: Story = {
  title: "the thief's hold on everyone ends, and the guardians are others",

  async given(stage) {
    await bySafe(stage, "guardian", holdEveryone(stage, 6 * DAY));
    const owners = stage.people.newGuardian?.map(({ wallet }) => wallet.address) ?? [];
    const expires = new Date(((await stage.now()) + 300 * DAY) * 1_000);
    stage.edit("restore-guardian.yaml", {
      ...Object.fromEntries(owners.map((owner, index) => [`OWNER_${index + 1}`, owner])),
      EXPIRES: expires.toISOString().replace(/\.\d+Z/, "Z"),
    });
  },

  tests: {
    async removed(stage) {
      const { guardian } = contractsOf(stage);
      const [payer] = await stage.connection.ethers.getSigners();
      const { guardian: thieves } = stage.addresses.safes;
      const asThief = await stage.connection.ethers.getImpersonatedSigner(thieves);
      await payer?.sendTransaction({ to: thieves, value: 10n ** 18n });
      const customer = stage.person("customer").wallet.address;
      expect(await refusal(guardian.connect(asThief).hold.staticCall(customer, DAY), guardian)).to.equal(
        "Guardian_NotAKey",
      );
      expect(await refusal(guardian.connect(asThief).lift.staticCall(ZeroAddress), guardian)).to.equal(
        "Guardian_NotAKey",
      );
    },
    async restored(stage) {
      const { guardian } = stage.addresses.safes;
      const safe = new Safe(guardian, BigInt(stage.addresses.chainId), stage.connection.ethers.provider);
      const owners = stage.people.newGuardian?.map(({ wallet }) => wallet.address) ?? [];
      expect([...(await safe.owners())].sort()).to.deep.equal([...owners].sort());
      expect(await safe.threshold()).to.equal(2);
      expect(await heldForEveryone(stage)).to.be.greaterThan(await stage.now());
    },
    async lifted(stage) {
      expect(await heldForEveryone(stage)).to.equal(0);
      const stranger = new Wallet(Wallet.createRandom().privateKey, stage.connection.ethers.provider);
      expect(
        await refusal(
          contractsOf(stage).guardian.connect(stranger).lift.staticCall(ZeroAddress),
          contractsOf(stage).guardian,
        ),
      ).to.equal("Guardian_NotAKey");
    },
  },
};
