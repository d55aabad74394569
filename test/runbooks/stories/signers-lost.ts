import { join } from "node:path";
import { expect } from "chai";
import { id } from "ethers";
import { loadRecord } from "../../../deploy/record.ts";
import { Safe } from "../../../src/governance/safe.ts";
import type { Story } from "../stories.ts";
import { contractsOf } from "../world.ts";

const PROPOSER = id("PROPOSER_ROLE");

export const signersLost: Story = {
  title: "the new council proposes, the old one doesn't, and the record names it",

  async given(stage) {
    const owners = (stage.people.newCouncil ?? []).map(({ wallet }) => wallet.address);
    stage.words.set("NEW_OWNERS", owners.join(","));
  },

  tests: {
    async made(stage) {
      const safe = stage.words.get("NEW_SAFE") ?? "";
      expect(
        await new Safe(safe, BigInt(stage.addresses.chainId), stage.connection.ethers.provider).threshold(),
      ).to.equal(3);
      for (const office of ["guardian", "reviewer", "canceller"])
        stage.edit(`support-succession-${office}.yaml`, { NEW_SAFE: safe });
    },
    async announced(stage) {
      const { succession } = contractsOf(stage);
      expect((await succession.announced()).to).to.equal(stage.words.get("NEW_SAFE"));
    },
    async succeeded(stage) {
      const { timelock } = contractsOf(stage);
      expect(await timelock.hasRole(PROPOSER, stage.words.get("NEW_SAFE") ?? "")).to.equal(true);
      expect(await timelock.hasRole(PROPOSER, stage.addresses.safes.council)).to.equal(false);
    },
    async alive(stage) {
      const { vault } = contractsOf(stage);
      expect(Number(await vault.governedAt())).to.be.greaterThan((await stage.now()) - 600);
      const { addresses } = loadRecord(BigInt(stage.addresses.chainId), join(stage.folder, "records"));
      expect(addresses.safes.council).to.equal(stage.words.get("NEW_SAFE"));
    },
  },
};
