import { expect } from "chai";
import hre from "hardhat";
import { deployCore, NATIVE } from "../support/deployCore.ts";

const { ethers } = await hre.network.create();

// The Vault's own account can do nothing: what lands there would be lost (INV-CUS-4: only its owner lowers a claim).
describe("The Vault as a recipient", () => {
  it("is refused by deposits, transfers and withdrawals, and nothing moves", async () => {
    const { vault, users } = await deployCore(ethers);
    const [anna] = users;
    if (!anna) throw new Error("too few signers");
    const mine = vault.connect(anna);
    const self = await vault.getAddress();
    await mine.deposit(NATIVE, 10n, anna, { value: 10n });
    for (const call of [
      () => mine.deposit(NATIVE, 10n, self, { value: 10n }),
      () => mine.transfer(self, NATIVE, 1n),
      () => mine.withdraw(NATIVE, 1n, self),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(vault, "Vault_BadRecipient").withArgs(self);
    }
    expect(await vault.balanceOf(anna, NATIVE)).to.equal(10n);
    expect((await vault.assetOf(NATIVE)).liabilities).to.equal(10n);
  });
});
