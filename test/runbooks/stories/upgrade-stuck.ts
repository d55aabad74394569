import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Stage } from "../stage.ts";
import type { Story } from "../stories.ts";
import { contractsOf, DAY } from "../world.ts";

/** An upgrade of the Vault to the code of this checkout, at another address than the one in force. */
function upgradeFile(stage: Stage, serial: number): string {
  const file = `upgrade-${serial}.yaml`;
  const account = stage.person("customer").wallet.address;
  writeFileSync(
    join(stage.folder, file),
    `format: strongroom/change@1
title: Upgrade the Vault
reason: the story of a bad upgrade
serial: ${serial}
deploy:
  half: { contract: VaultAdmin, arguments: [$auditRecord] }
  next: { contract: Vault, arguments: [$half] }
changes:
  - kind: upgrade
    contract: vault
    to: $next
    pins: [$half]
    sample: { accounts: ["${account}"] }
`,
  );
  return file;
}

export const upgradeStuck: Story = {
  title: "the code before runs, exits are instant again, and what was stuck can't be executed",

  async given(stage) {
    const { upgradeController } = contractsOf(stage);
    // Both are scheduled against the code in force: the first to be executed makes the other stale.
    await stage.carry(upgradeFile(stage, 1), "council");
    const first = stage.words.get("PROPOSAL") ?? "";
    await stage.carry(upgradeFile(stage, 2), "council");
    stage.words.set("STUCK", stage.words.get("PROPOSAL") ?? "");
    await stage.wait(2 * DAY);
    stage.words.set("PROPOSAL", first);
    await stage.must("./strongroom gov execute PROPOSAL --network NETWORK");
    const [log] = await upgradeController.queryFilter(upgradeController.filters.ReleaseExecuted());
    stage.words.set("RELEASE", String(log?.args.id));
  },

  tests: {
    async back(stage) {
      const { upgradeController, vault } = contractsOf(stage);
      const { implementation } = await upgradeController.governedOf(stage.addresses.vault);
      expect(implementation).to.equal(stage.addresses.vaultImplementation);
      expect(await vault.instantClosed()).to.equal(true);
    },
    async open(stage) {
      expect(await contractsOf(stage).vault.instantClosed()).to.equal(false);
    },
    async ended(stage) {
      const ran = await stage.run("./strongroom gov execute STUCK --network NETWORK");
      expect([ran.code, ran.output.includes("vetoed")]).to.deep.equal([1, true]);
    },
  },
};
