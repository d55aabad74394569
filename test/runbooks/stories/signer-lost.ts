import { expect } from "chai";
import { Wallet } from "ethers";
import { Safe } from "../../../src/governance/safe.ts";
import type { Story } from "../stories.ts";

const SUCCESSOR = Wallet.createRandom();

export const signerLost: Story = {
  title: "the council has five owners again, the lost one not among them",

  async given(stage) {
    const owners = (stage.people.council ?? []).slice(0, 4).map(({ wallet }) => wallet.address);
    const all = [...owners, SUCCESSOR.address];
    stage.edit("replace-owner.yaml", Object.fromEntries(all.map((owner, i) => [`OWNER_${i + 1}`, owner])));
  },

  tests: {
    async replaced(stage) {
      const { council } = stage.addresses.safes;
      const safe = new Safe(council, BigInt(stage.addresses.chainId), stage.connection.ethers.provider);
      const owners = await safe.owners();
      expect([owners.length, await safe.threshold()]).to.deep.equal([5, 3]);
      expect(owners).to.include(SUCCESSOR.address);
      expect(owners).not.to.include(stage.people.council?.[4]?.wallet.address);
    },
  },
};
